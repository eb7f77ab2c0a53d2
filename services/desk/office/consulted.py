"""Who consulted a complaint: for the complaints office, and for the managers of its unit."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk, refusal
from services.desk.pages.own_case import visible_case
from services.desk.paths import PATHS
from services.desk.reception import Visitor, behind_sign_in, show
from services.desk.worklist import place_after, place_in
from shared.domain.account import Account
from shared.domain.case_read import CaseRead
from shared.domain.envelope import Language
from shared.domain.unit import Unit
from shared.ports.query import Equal, In, Query

PAGE = 50


class Line(NamedTuple):
    """One reading: an account, or a unit by its link; `by` is what stands there otherwise."""

    read: CaseRead
    account: Account | None
    unit: Unit | None
    by: str


def routes(desk: Desk, language: Language) -> list[Route]:
    """Return the route; it goes before those of acts, whose addresses take any name."""
    path = f"{PATHS[language].case('{reference}')}/reads"
    return [Route(path, behind_sign_in(desk, language, _show, "lead"))]


async def _show(desk: Desk, visitor: Visitor, request: Request) -> Response:
    case = await visible_case(desk, visitor, request.path_params["reference"])
    if case is None or not visitor.rights.may_with("lead", case):
        return refusal(desk, visitor.language, "unknown", 404)
    after, where = request.query_params.get("apres", "")[:200], Equal("case_id", case.id)
    query = Query(where, sort="at", descending=True, after=place_in(after), limit=PAGE + 1)
    found, total = await asyncio.gather(desk.store.reads.find(query), desk.store.reads.count(where))
    page = found[:PAGE]
    return show(
        desk,
        visitor,
        request,
        "consulted.html",
        case=case,
        case_path=PATHS[visitor.language].case(case.reference),
        lines=await _lines(desk, page),
        total=total,
        after=after,
        more=place_after(page[-1], query) if len(found) > PAGE else "",
    )


async def _lines(desk: Desk, reads: list[CaseRead]) -> list[Line]:
    ids = {name for kind, _, name in (one.by.partition(":") for one in reads) if kind == "account"}
    where = In("id", sorted(ids))
    found = await desk.store.accounts.find(Query(where, limit=PAGE)) if ids else []
    accounts = {one.id: one for one in found}
    lines = []
    for read in reads:
        kind, _, name = read.by.partition(":")
        account = accounts.get(name) if kind == "account" else None
        unit = desk.department.units.get(name) if kind == "link" else None
        lines.append(Line(read, account, unit, name or read.by))
    return lines
