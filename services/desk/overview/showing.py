"""The overview: what came in, what became of it, where and how soon; and how that is counted."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk
from services.desk.overview.charts import bars, shades
from services.desk.overview.figures import Figures, first_of
from services.desk.overview.files import inner_file, public_file
from services.desk.overview.naming import Naming
from services.desk.overview.periods import Asked, Period, asked, choices
from services.desk.overview.publishing import may_be_published
from services.desk.overview.tallying import NO_LINE, Events
from services.desk.paths import PATHS
from services.desk.reception import Page, Visitor, behind_sign_in, forbidden, show
from shared.domain.envelope import Language
from shared.errors import Postponed
from shared.pages.rendering import map_shapes

#: The regions of the map.
REGIONS = tuple(f"{number:02d}" for number in range(1, 18))


#: Lines of a table at most, so that the page stays small; the rest is summed, and in the file.
MOST_UNITS, MOST_EVENTS = 40, 20


def routes(desk: Desk, language: Language) -> list[Route]:
    path = PATHS[language].overview
    pages = {"": show_overview, "/method": show_method, "/csv": give_inner, "/public": give_public}
    return [
        Route(f"{path}{end}", behind_sign_in(desk, language, _or_later(page), "report"))
        for end, page in pages.items()
    ]


def _or_later(page: Page) -> Page:
    """Return a page that says so while the first figures are still being counted."""

    async def shown(desk: Desk, visitor: Visitor, request: Request) -> Response:
        try:
            return await page(desk, visitor, request)
        except Postponed as later:
            waiting = show(desk, visitor, request, "overview_later.html", 503, again=request.url)
            waiting.headers["Retry-After"] = f"{later.seconds:.0f}"
            return waiting

    return shown


async def show_overview(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Return the figures of a period, with the form that asks for another."""
    given, today = dict(request.query_params), _today(desk)
    wanted, events = asked(given, today), _events(given)
    figures = await desk.counting.figures(visitor.rights, wanted.period, today, events)
    return show(
        desk,
        visitor,
        request,
        "overview.html",
        f=figures,
        wanted=wanted,
        events=events,
        typed_from=given.get("du", "")[:20],
        typed_to=given.get("au", "")[:20],
        today=today,
        at=desk.counting.at,
        choices=choices(today),
        names=Naming(desk, visitor.language),
        standard=_standard(desk, wanted.period, today),
        public=visitor.rights.everywhere and may_be_published(wanted.period, today),
        query=_query(wanted, events),
        units=first_of(figures.by_unit, MOST_UNITS),
        most_events=MOST_EVENTS,
        **_drawn(desk, figures),
    )


async def show_method(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Return how everything is counted."""
    return show(
        desk, visitor, request, "overview_method.html", population=desk.department.population
    )


async def give_inner(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Return the figures that the visitor may see as a file, for use inside the department."""
    given, today = dict(request.query_params), _today(desk)
    wanted, events = asked(given, today), _events(given)
    figures = await desk.counting.figures(visitor.rights, wanted.period, today, events)
    return inner_file(figures, Naming(desk, visitor.language))


async def give_public(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Return the file of a year that is over, with small counts hidden, as on its last day."""
    period, today = asked(dict(request.query_params), _today(desk)).period, _today(desk)
    if not visitor.rights.everywhere or not may_be_published(period, today):
        return forbidden(desk, visitor, request)
    figures = await desk.counting.figures(visitor.rights, period, period.last)
    # In a thread: many units with small counts take some tenths of a second
    return await asyncio.to_thread(public_file, figures, Naming(desk, visitor.language))


def _today(desk: Desk) -> date:
    return desk.department.calendar.day_of(desk.clock.now())


def _events(given: dict[str, str]) -> Events:
    return "apart" if given.get("evenements") == "apart" else "counted"


def _query(wanted: Asked, events: Events) -> str:
    """Return the query of an address for these figures."""
    period = wanted.period
    days = f"du={period.first}&au={period.last}"
    named = days if period.kind == "days" else f"periode={period.key}"
    return named if events == "counted" else f"{named}&evenements=apart"


def _standard(desk: Desk, period: Period, today: date) -> dict[str, Any]:
    """Return what was promised, and whether that changed within the period."""
    standards, last = desk.department.standards, min(period.last, max(today, period.first))
    promised = standards.on("answer", last)
    return {"promised": promised, "changed": standards.on("answer", period.first) != promised}


def _drawn(desk: Desk, figures: Figures) -> dict[str, Any]:
    """Return the charts; the map shows rates when the department knows how many people there
    are, and numbers otherwise."""
    population = desk.department.population
    lines = {region: figures.by_region.get(region, NO_LINE) for region in REGIONS}
    numbers = {region: line.received for region, line in lines.items()}
    rates = {region: population.per_100_000(region, number) for region, number in numbers.items()}
    rated = all(rate is not None for rate in rates.values())
    shown = {region: rate or 0 for region, rate in rates.items()} if rated else numbers
    colours, keys = shades(shown)
    return {
        "bars": bars(figures.spans),
        "most": max((span.received for span in figures.spans), default=0),
        "regions": sorted(numbers, key=lambda one: (-shown[one], one)),
        "lines": lines,
        "rates": rates if rated else {},
        "population": population,
        "colours": colours,
        "keys": keys,
        "shapes": map_shapes(),
    }
