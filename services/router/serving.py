"""The router service: one queue, tables read once. Everything is bound here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.router.assigning import assign_case
from services.router.checking import refuse_clashes
from services.router.locating.gazetteer import load_gazetteer
from shared.department import load_department
from shared.events import CaseOpened, DocumentsRead
from shared.runtime.consuming import consume
from shared.runtime.process import Context


@asynccontextmanager
async def router(context: Context) -> AsyncIterator[dict[str, str]]:
    """Run the router service; broken tables raise Misconfigured before anything is consumed."""
    department = load_department(context.settings.department)
    gazetteer = load_gazetteer(context.settings.department)
    refuse_clashes(department, gazetteer)
    assigning = partial(
        assign_case,
        store=context.store,
        clock=context.clock,
        department=department,
        gazetteer=gazetteer,
    )
    await consume(
        context.bus,
        "router.assigning",
        {CaseOpened: assigning, DocumentsRead: assigning},
        metrics=context.metrics,
        prefetch=context.settings.prefetch,
        doors=context.doors,
    )
    yield {}
