"""What colleagues ask of the visitor by name: the questions, and a page to answer one on.

Who is asked sees the question, who puts it and the reference, and nothing of the case: they may be
people who read no complaint. Those who may read it are led there.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.acting import Actor
from services.desk.desk import Desk, refusal
from services.desk.paths import PATHS
from services.desk.performing import Performer, answer_asked
from services.desk.reception import Visitor, behind_sign_in, form_of, see_other, show, typed
from services.desk.worklist import place_after, place_in
from shared.domain.case import Case
from shared.domain.case_read import CaseRead
from shared.domain.document import new_id
from shared.domain.envelope import Language
from shared.domain.remark import Remark
from shared.errors import Refused
from shared.ports.query import AllOf, Condition, Equal, In, Query

PAGE = 50


class Asked(NamedTuple):
    """A question and the case that it is about."""

    question: Remark
    case: Case


def routes(desk: Desk, language: Language) -> list[Route]:
    path = PATHS[language].asked
    one = f"{path}/{{question_id}}"
    return [
        Route(path, behind_sign_in(desk, language, _list, "help")),
        Route(one, behind_sign_in(desk, language, _show, "help")),
        Route(one, behind_sign_in(desk, language, _answer, "help"), methods=["POST"]),
    ]


def asked_of(visitor: Visitor) -> Condition:
    """Return the condition of the questions that wait for this visitor. Who is no longer of the
    unit that asks has nothing to do with them any more."""
    units = sorted(visitor.rights.serves)
    return AllOf((Equal("waits_for", visitor.account.id), In("within", units)))


async def _list(desk: Desk, visitor: Visitor, request: Request) -> Response:
    after, where = request.query_params.get("apres", "")[:200], asked_of(visitor)
    query = Query(where, sort="at", after=place_in(after), limit=PAGE + 1)
    found, total = await asyncio.gather(
        desk.store.remarks.find(query), desk.store.remarks.count(where)
    )
    page = found[:PAGE]
    cases = await asyncio.gather(*(desk.store.cases.get(one.case_id) for one in page))
    return show(
        desk,
        visitor,
        request,
        "asked.html",
        lines=[Asked(one, case) for one, case in zip(page, cases, strict=True) if case],
        total=total,
        after=after,
        more=place_after(page[-1], query) if len(found) > PAGE else "",
        done=request.query_params.get("fait", "") == "1",
    )


async def _show(desk: Desk, visitor: Visitor, request: Request) -> Response:
    asked = await _asked(desk, visitor, request)
    if asked is None:
        return refusal(desk, visitor.language, "unknown", 404)
    await _record(desk, visitor, asked.case)
    return _page(desk, visitor, request, asked)


async def _answer(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Keep the answer in the case, or show the question again with what was typed."""
    asked, text = await _asked(desk, visitor, request), typed(await form_of(request), "text")
    if asked is None:
        return refusal(desk, visitor.language, "unknown", 404)
    actor = Actor(by=visitor.by, at=desk.clock.now(), department=desk.department)
    who = Performer(desk.store, actor, visitor.account)
    try:
        await answer_asked(who, asked.case, asked.question, text)
    except Refused as refused:
        return _page(desk, visitor, request, asked, fault=refused.code, text=text)
    return see_other(f"{PATHS[visitor.language].asked}?fait=1")


async def _asked(desk: Desk, visitor: Visitor, request: Request) -> Asked | None:
    """Return a question that waits for this visitor; every other is answered like none."""
    where = AllOf((Equal("id", request.path_params["question_id"]), asked_of(visitor)))
    found = await desk.store.remarks.find(Query(where, limit=1))
    case = await desk.store.cases.get(found[0].case_id) if found else None
    return Asked(found[0], case) if case else None


async def _record(desk: Desk, visitor: Visitor, case: Case) -> None:
    """Record the reading before anything is shown; raise Transient when that is impossible."""
    by, at = f"account:{visitor.account.id}", desk.clock.now()
    await desk.store.reads.add(
        CaseRead(id=new_id(), case_id=case.id, at=at, by=by, what="question")
    )


def _page(
    desk: Desk,
    visitor: Visitor,
    request: Request,
    asked: Asked,
    *,
    fault: str = "",
    text: str = "",
) -> Response:
    return show(
        desk,
        visitor,
        request,
        "asked_one.html",
        400 if fault else 200,
        question=asked.question,
        reference=asked.case.reference,
        case_path=PATHS[visitor.language].case(asked.case.reference)
        if visitor.rights.sees(asked.case)
        else "",
        fault=fault,
        text=text,
    )
