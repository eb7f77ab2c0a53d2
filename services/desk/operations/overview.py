"""The overview of operations: queues, ledger, health, and what needs a person."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk
from services.desk.operations.alarms import alarms_of
from services.desk.operations.charts import bars, spark
from services.desk.operations.figures import load_figures
from services.desk.operations.intervening import latest
from services.desk.operations.places import operated, show_tab
from services.desk.paths import PATHS
from services.desk.reception import Visitor, see_other
from shared.domain.envelope import Language
from shared.runtime.ledger import reckon

#: Seconds that a page waits for a proof of the ledger that is under way.
PATIENCE = 3.0
#: Ids that do not add up, as many as a page shows.
MOST_DIFFERENCES = 50


def routes(desk: Desk, language: Language) -> list[Route]:
    return [
        operated(desk, language, "", show_overview),
        operated(desk, language, "/ledger", prove_ledger, "POST"),
    ]


async def show_overview(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Return the overview; the ledger is counted here, and proven only when somebody asks."""
    await desk.watch.ledger.wait(PATIENCE)
    figures = await load_figures(desk)
    samples = list(desk.watch.samples)
    sparks = {
        depth.name: spark([one.depths.get(depth.name, 0) for one in samples])
        for depth in figures.depths or ()
    }
    return show_tab(
        desk,
        visitor,
        request,
        "operations.html",
        "",
        figures=figures,
        alarms=alarms_of(figures, desk.watch),
        samples=samples,
        sparks=sparks,
        bars=bars([hour.received for hour in figures.hours]),
        proof=desk.watch.ledger,
        most=MOST_DIFFERENCES,
        deeds=await latest(desk),
    )


async def prove_ledger(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Begin to go through every envelope, case and notice; the overview shows what came of it."""
    del request
    desk.watch.ledger.begin(partial(reckon, desk.store, now=desk.clock.now()), desk.clock)
    return see_other(PATHS[visitor.language].operations)
