"""Sensitive cases for those who must know of them: that they are there, and who has received the
alert. Nothing of the person, and nothing of what they wrote."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.acting import Actor
from services.desk.carrying_out import save_or_refuse
from services.desk.desk import Desk, refusal
from services.desk.noting import confirmed
from services.desk.paths import PATHS
from services.desk.reception import Visitor, behind_sign_in, see_other, show
from services.desk.rights import Rights
from shared.domain.case import Case
from shared.domain.envelope import Language
from shared.domain.reference import parse_reference
from shared.errors import Refused
from shared.ports.query import AllOf, Condition, ContainsAny, Equal, Query, Range

#: A department has a handful a week; the page says when there are more.
MOST = 100


def routes(desk: Desk, language: Language) -> list[Route]:
    path = PATHS[language].sensitive
    confirm = f"{path}/{{reference}}/confirm"
    return [
        Route(path, behind_sign_in(desk, language, _list, "confirm")),
        Route(confirm, behind_sign_in(desk, language, _confirm, "confirm"), methods=["POST"]),
    ]


def sensitive_ones(rights: Rights) -> Condition:
    """Return the condition of the open sensitive cases that somebody hears of: authorities and
    the complaints office of all, a manager of those of the own units."""
    of_whom = rights.visible if rights.may("read") else AllOf(())
    is_open = Range("to_answer_by", at_least="")
    return AllOf((of_whom, is_open, ContainsAny("flag_names", ("sensitive",))))


async def _list(desk: Desk, visitor: Visitor, request: Request) -> Response:
    query = Query(sensitive_ones(visitor.rights), sort="opened_at", descending=True, limit=MOST + 1)
    found = await desk.store.cases.find(query)
    told = [case for case in found if case.awaits_receipt or case.receipt]
    return show(
        desk,
        visitor,
        request,
        "sensitive.html",
        cases=sorted(told[:MOST], key=lambda case: not case.awaits_receipt),
        more=len(found) > MOST,
        units=desk.department.units,
        fault=request.query_params.get("refus", "") == "1",
    )


async def _confirm(desk: Desk, visitor: Visitor, request: Request) -> Response:
    case = await _case(desk, visitor, request.path_params["reference"])
    if case is None:
        return refusal(desk, visitor.language, "unknown", 404)
    actor = Actor(by=visitor.by, at=desk.clock.now(), department=desk.department)
    path = PATHS[visitor.language].sensitive
    try:
        await save_or_refuse(confirmed(case, actor), desk.store)
    except Refused:
        return see_other(f"{path}?refus=1")
    return see_other(path)


async def _case(desk: Desk, visitor: Visitor, reference: str) -> Case | None:
    known = parse_reference(reference)
    if known is None:
        return None
    where = AllOf((Equal("reference", known), sensitive_ones(visitor.rights)))
    found = await desk.store.cases.find(Query(where, limit=1))
    return found[0] if found else None
