"""The worklist: one line a case, with counts that count only what the reader may see."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk
from services.desk.pages.asked import asked_of
from services.desk.paths import PATHS
from services.desk.reception import Visitor, behind_sign_in, see_other, show
from services.desk.worklist import (
    FLAGS,
    MOST_COUNTED,
    ORDERS,
    PAGE,
    PICKS,
    TABS,
    Pick,
    Tab,
    Wanted,
    Worklist,
    place_after,
    row_of,
    wanted_of,
)
from shared.domain.envelope import Language
from shared.domain.reference import parse_reference


def routes(desk: Desk, language: Language) -> list[Route]:
    return [Route(PATHS[language].cases, behind_sign_in(desk, language, show_cases))]


async def show_cases(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Return the list; those who read no case are sent to the page of their own work."""
    if not visitor.rights.may("read"):
        return await _own_page(desk, visitor, request)
    wanted = wanted_of(dict(request.query_params))
    if parse_reference(wanted.text) and (found := await _one(desk, visitor, wanted)):
        return see_other(PATHS[visitor.language].case(found))
    now = desk.clock.now()
    lists = _worklist(desk, visitor)
    query = lists.query(wanted)
    tabs: tuple[Tab, ...] = TABS[:1] if visitor.rights.everywhere else TABS
    cases, (of_tabs, picks), asked = await asyncio.gather(
        desk.store.cases.find(query),
        _counts(desk, lists, wanted, tabs),
        desk.store.remarks.count(asked_of(visitor)),
    )
    page = cases[:PAGE]
    more = place_after(page[-1], query) if len(cases) > PAGE else ""
    return show(
        desk,
        visitor,
        request,
        "cases.html",
        wanted=wanted,
        rows=[row_of(case, desk.department, now) for case in page],
        today=desk.department.calendar.day_of(now),
        tabs=dict(zip(tabs, of_tabs, strict=True)),
        picks=picks,
        asked=asked,
        total=picks[wanted.pick],
        most_counted=MOST_COUNTED,
        more=wanted.address(request.url.path, after=more, number=wanted.number + PAGE)
        if more
        else "",
        orders=tuple(ORDERS),
        flags=FLAGS,
        units=_units(desk, visitor),
        all_units=desk.department.units,
    )


async def _counts(
    desk: Desk, lists: Worklist, wanted: Wanted, tabs: Sequence[Tab]
) -> tuple[list[int], dict[Pick, int | None]]:
    """Return how many cases each tab and each list has; of a long one, one more than are counted.
    What a search or a sign finds is not counted: a common word stands in every third complaint,
    and no index tells how many of those somebody may see."""
    found = wanted.text or wanted.flag
    picks = [] if found else [lists.counted(wanted, pick) for pick in PICKS]
    asked = [*(lists.where(Wanted(tab=tab)) for tab in tabs), *picks]
    # A tab holds what its first list does, unless that is narrowed: to count is to walk an index
    once = [one for number, one in enumerate(asked) if one not in asked[:number]]
    count = partial(desk.store.cases.count, at_most=MOST_COUNTED + 1)
    counts = await asyncio.gather(*map(count, once))
    told = [counts[once.index(one)] for one in asked]
    of_picks = told[len(tabs) :]
    return told[: len(tabs)], (
        dict(zip(PICKS, of_picks, strict=True)) if of_picks else dict.fromkeys(PICKS)
    )


def _worklist(desk: Desk, visitor: Visitor) -> Worklist:
    calendar = desk.department.calendar
    today = calendar.day_of(desk.clock.now())
    return Worklist(visitor.rights, visitor.account.id, calendar, today)


async def _one(desk: Desk, visitor: Visitor, wanted: Wanted) -> str:
    """Return the reference of the only visible case that a search by reference finds."""
    for tab in TABS:
        where = _worklist(desk, visitor).where(Wanted(tab=tab, text=wanted.text))
        if await desk.store.cases.count(where):
            return parse_reference(wanted.text) or ""
    return ""


def _units(desk: Desk, visitor: Visitor) -> list[tuple[str, str]]:
    """Return the units to choose from: more than one, or none to choose."""
    rights = visitor.rights
    units = desk.department.units.values()
    seen = [unit for unit in units if rights.everywhere or unit.id in rights.units]
    named = [(unit.id, unit.name(visitor.language)) for unit in seen]
    return named if len(named) > 1 else []


async def _own_page(desk: Desk, visitor: Visitor, request: Request) -> Response:
    paths, rights = PATHS[visitor.language], visitor.rights
    if rights.may("help") and await desk.store.remarks.count(asked_of(visitor)):
        return see_other(paths.asked)
    if rights.may("operate"):
        return see_other(paths.operations)
    if rights.may("confirm"):
        return see_other(paths.sensitive)
    if rights.may("enter"):
        return see_other(paths.new)
    if rights.may("audit"):
        return see_other(paths.reads)
    return show(desk, visitor, request, "own_account.html", units=desk.department.units)
