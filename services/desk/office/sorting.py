"""The sorting queue: a person chooses the unit of a held case, or sets mail of a tray aside."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.acting import Actor
from services.desk.carrying_out import give, save_or_refuse
from services.desk.desk import Desk, refusal
from services.desk.keeping import set_aside
from services.desk.office.card import Card, card_of
from services.desk.office.naming import unit_typed
from services.desk.office.queue import (
    TRAYS,
    Wanted,
    held,
    in_tray,
    query_of,
    refused_twice,
    wanted_of,
)
from services.desk.pages.own_case import visible_case
from services.desk.paths import PATHS
from services.desk.reception import Visitor, behind_sign_in, form_of, see_other, show, typed
from services.desk.worklist import place_after
from services.router.handover import live_unit, refuse_handover
from shared.domain.case import Case
from shared.domain.case_read import CaseRead
from shared.domain.document import new_id
from shared.domain.envelope import Language
from shared.domain.reading import Message
from shared.domain.reference import parse_reference
from shared.domain.unit import Unit
from shared.errors import Refused
from shared.pages.rendering import map_shapes
from shared.ports.query import Equal, Query

#: The field that a refusal is about; others are about the case as a whole.
ABOUT = {
    "no_such_unit": "autre",
    "several_units": "autre",
    "unit_not_live": "autre",
    "same_unit": "autre",
    "may_be_disclosure": "cleared",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A choice that was refused: why, for which case, and what was typed."""

    fault: str = ""
    about: str = ""
    case: Case | None = None
    other: str = ""
    because: str = ""
    cleared: bool = False


def routes(desk: Desk, language: Language) -> list[Route]:
    sorting = PATHS[language].sorting
    one = f"{sorting}/{{reference}}"
    return [
        Route(sorting, behind_sign_in(desk, language, _show, "steer")),
        Route(
            f"{sorting}/aside",
            behind_sign_in(desk, language, _set_aside, "steer"),
            methods=["POST"],
        ),
        Route(one, behind_sign_in(desk, language, _show_one, "steer")),
        Route(one, behind_sign_in(desk, language, _assign, "steer"), methods=["POST"]),
    ]


async def _show(desk: Desk, visitor: Visitor, request: Request) -> Response:
    return await _page(desk, visitor, request, wanted_of(dict(request.query_params)), Tried(), 200)


async def _show_one(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Lead on to one case: the other language of a page that refused a choice."""
    only = parse_reference(request.path_params["reference"][:40]) or ""
    return see_other(Wanted(only=only).address(PATHS[visitor.language].sorting))


async def _assign(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Give a held case to the unit that was chosen, unless somebody was faster."""
    case = await visible_case(desk, visitor, request.path_params["reference"])
    if case is None:
        return refusal(desk, visitor.language, "unknown", 404)
    wanted = wanted_of(dict(request.query_params))
    form = await form_of(request)
    tried = Tried(
        case=case,
        other=typed(form, "autre"),
        because=typed(form, "pourquoi")[:2000],
        cleared=bool(typed(form, "cleared")),
    )
    try:
        _refuse_older(typed(form, "version"), case)
        await _give(desk, visitor, case, typed(form, "unit"), tried)
    except Refused as refused:
        return await _refused(desk, visitor, request, wanted, tried, refused.code)
    path = wanted.address(PATHS[visitor.language].sorting, only="")
    return see_other(f"{path}{'&' if '?' in path else '?'}fait={quote(case.reference)}")


def _refuse_older(version: str, case: Case) -> None:
    if case.state != "held" or version != str(case.version):
        raise Refused("changed_meanwhile", f"{case.reference} is not what it was.")


async def _give(desk: Desk, visitor: Visitor, case: Case, unit_id: str, tried: Tried) -> None:
    """Carry the choice out; raise Refused, with nothing changed, when it cannot be."""
    department, now = desk.department, desk.clock.now()
    today = department.calendar.day_of(now)
    unit = live_unit(
        unit_id or unit_typed(tried.other, department.units.values(), today), department, now
    )
    refuse_handover(case, unit, department, cleared=tried.cleared)
    card = card_of(case, None, department, now)
    number = next((one.number for one in card.choices if one.unit.id == unit.id), 0)
    texts = desk.pages.texts(visitor.language)
    usual = texts("sorting.because_candidate", number=number) if number else None
    await give(
        case,
        unit,
        desk.store,
        department,
        by=visitor.by,
        because=tried.because or str(usual or texts("sorting.because_other")),
        at=now,
    )


async def _refused(
    desk: Desk, visitor: Visitor, request: Request, wanted: Wanted, tried: Tried, code: str
) -> Response:
    """Show the case again with what was typed; or the queue, when somebody has dealt with it."""
    now = await visible_case(desk, visitor, tried.case.reference if tried.case else "")
    waits = now is not None and now.state == "held"
    told = Tried(code, ABOUT.get(code, ""), now, tried.other, tried.because, tried.cleared)
    if waits and now is not None:
        wanted = Wanted(only=now.reference)
    status = 409 if code == "changed_meanwhile" else 400
    return await _page(desk, visitor, request, wanted, told, status)


async def _set_aside(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Set the ticked mail of a tray aside; what somebody changed since is left alone, and told."""
    form = await form_of(request)
    wanted = wanted_of(dict(request.query_params))
    ticked = [one for one in form.getlist("plainte") if isinstance(one, str)][: wanted.size]
    actor = Actor(by=visitor.by, at=desk.clock.now(), department=desk.department)
    done = await asyncio.gather(*(_aside(desk, visitor, actor, each) for each in ticked))
    path = wanted.address(PATHS[visitor.language].sorting)
    left = ".".join(one for one in done if one)
    told = f"mises={sum(1 for one in done if not one)}" + (f"&laissees={left}" if left else "")
    return see_other(f"{path}{'&' if '?' in path else '?'}{told}")


async def _aside(desk: Desk, visitor: Visitor, actor: Actor, ticked: str) -> str:
    """Set one case aside; return its reference when it was left alone instead, else ""."""
    reference, _, version = ticked.partition(":")
    case = await visible_case(desk, visitor, reference)
    if case is None or str(case.version) != version:
        return case.reference if case else ""
    try:
        await save_or_refuse(set_aside(case, actor), desk.store)
    except Refused:
        return case.reference
    return ""


async def _page(
    desk: Desk, visitor: Visitor, request: Request, wanted: Wanted, tried: Tried, status: int
) -> Response:
    rights, query = visitor.rights, query_of(wanted, visitor.rights)
    cases, trays, reasons, aside, twice = await asyncio.gather(
        desk.store.cases.find(query),
        desk.store.cases.count_by("tray", held(rights)),
        desk.store.cases.count_by("held_reason", in_tray(rights, "ordinary")),
        desk.store.cases.count(in_tray(rights, "aside")),
        desk.store.cases.count(refused_twice(rights)),
    )
    page = cases[: wanted.size]
    more = place_after(page[-1], query) if len(cases) > wanted.size else ""
    now, path = desk.clock.now(), PATHS[visitor.language].sorting
    cards = [] if wanted.in_lines else await _cards(desk, visitor, page)
    return show(
        desk,
        visitor,
        request,
        "sorting.html",
        status,
        wanted=wanted,
        tried=tried,
        lines=page if wanted.in_lines else [],
        cards=cards,
        units=_units(desk),
        trays={**{tray: trays.get(tray, 0) for tray in TRAYS}, "aside": aside},
        reasons=dict(sorted(reasons.items(), key=lambda one: -one[1])),
        waiting=trays.get("ordinary", 0),
        twice=twice,
        total={**reasons, "refused_twice": twice}.get(wanted.reason, 0)
        if wanted.reason
        else {**trays, "aside": aside}.get(wanted.tray, 0),
        days=_days(desk),
        all_ticked=request.query_params.get("tout") == "1",
        today=desk.department.calendar.day_of(now),
        sorting=path,
        more=wanted.address(path, after=more, number=wanted.number + wanted.size) if more else "",
        map_shapes=map_shapes() if any(card.regions for card in cards) else "",
        **await _said(desk, visitor, request),
    )


async def _said(desk: Desk, visitor: Visitor, request: Request) -> dict[str, object]:
    """Return what the page tells of the act that led to it."""
    asked = request.query_params
    moved = None
    if reference := parse_reference(asked.get("fait", "")[:40]):
        moved = await visible_case(desk, visitor, reference)
    aside = asked.get("mises", "")
    names = [parse_reference(one) for one in asked.get("laissees", "")[:2000].split(".")]
    return {
        "moved": moved if moved and moved.unit_id in desk.department.units else None,
        "set_aside": int(aside) if aside.isdigit() and len(aside) < 4 else None,
        "left_alone": [one for one in names if one],
    }


async def _cards(desk: Desk, visitor: Visitor, cases: list[Case]) -> list[Card]:
    """Return the cases with their words. That somebody reads them is recorded first; raise
    Transient when it cannot be, and then nothing is shown."""
    now, by = desk.clock.now(), f"account:{visitor.account.id}"
    reads = [CaseRead(id=new_id(), case_id=one.id, at=now, by=by, what="sorting") for one in cases]
    await asyncio.gather(*(desk.store.reads.add(read) for read in reads))
    messages = await asyncio.gather(*(_first_message(desk, case) for case in cases))
    pairs = zip(cases, messages, strict=True)
    return [card_of(case, message, desk.department, now) for case, message in pairs]


async def _first_message(desk: Desk, case: Case) -> Message | None:
    query = Query(Equal("case_id", case.id), sort="at", limit=1)
    found = await desk.store.messages.find(query)
    return found[0] if found else None


def _units(desk: Desk) -> list[Unit]:
    today = desk.department.calendar.day_of(desk.clock.now())
    return [one for one in desk.department.units.values() if one.live_on(today)]


def _days(desk: Desk) -> int:
    today = desk.department.calendar.day_of(desk.clock.now())
    return desk.department.standards.days("sorting", today)
