"""Settings without secrets, versions, and what `recours rules check` finds."""

from __future__ import annotations

import asyncio
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk
from services.desk.operations.places import operated, show_tab
from services.desk.operations.shown_settings import shown_settings
from services.desk.operations.tables import check_tables
from services.desk.paths import PATHS
from services.desk.reception import Visitor, see_other
from shared.domain.envelope import Language
from shared.errors import Misconfigured
from shared.tables import fingerprint

#: Seconds that a page waits for a check that is under way.
PATIENCE = 6.0
#: Findings, as many as a page shows.
MOST_FINDINGS = 60


def routes(desk: Desk, language: Language) -> list[Route]:
    return [
        operated(desk, language, "/settings", show_settings),
        operated(desk, language, "/settings/check", begin_check, "POST"),
    ]


async def show_settings(desk: Desk, visitor: Visitor, request: Request) -> Response:
    await desk.watch.tables.wait(PATIENCE)
    return show_tab(
        desk,
        visitor,
        request,
        "ops_settings.html",
        "settings",
        program=program_version(),
        used=desk.department,
        in_folder=await _in_folder(desk),
        checked=desk.watch.tables,
        most=MOST_FINDINGS,
        settings=shown_settings(desk.settings) if desk.settings else [],
    )


async def begin_check(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Begin to look through the tables as they lie in the folder now."""
    del request
    if desk.settings is not None:
        today = desk.department.calendar.day_of(desk.clock.now())
        work = partial(check_tables, desk.settings.department, desk.store, today)
        desk.watch.tables.begin(work, desk.clock)
    return see_other(f"{PATHS[visitor.language].operations}/settings")


def program_version() -> str:
    """Return the version of the program, or "" when it runs without having been installed."""
    try:
        return version("recours")
    except PackageNotFoundError:
        return ""


async def _in_folder(desk: Desk) -> str:
    """Return the version of the tables that a process would take if it began now."""
    if desk.settings is None:
        return ""
    try:
        return await asyncio.to_thread(fingerprint, desk.settings.department)
    except (Misconfigured, OSError):
        return ""
