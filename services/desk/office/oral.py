"""A complaint received by telephone or at the counter: one page, then its reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk, refusal
from services.desk.office.conversation import (
    Aloud,
    Told,
    answered_by,
    faults_of,
    read_told,
    said_at,
)
from services.desk.office.taking_down import take_down
from services.desk.pages.own_case import visible_case
from services.desk.paths import PATHS
from services.desk.reception import Visitor, behind_sign_in, form_of, see_other, show, typed
from services.intake.answers import Fault
from services.intake.offices import offices_by_region
from shared.domain.document import new_id
from shared.domain.envelope import Language
from shared.domain.reference import parse_reference
from shared.domain.unit import Unit
from shared.errors import Transient

WAYS = ("mail", "post", "phone", "none")


def routes(desk: Desk, language: Language) -> list[Route]:
    new = PATHS[language].new
    received = f"{new}/{{reference}}/{{way}}/{{mark}}"
    return [
        Route(new, behind_sign_in(desk, language, _ask, "enter")),
        Route(new, behind_sign_in(desk, language, _take, "enter"), methods=["POST"]),
        Route(received, behind_sign_in(desk, language, _received, "enter")),
    ]


async def _ask(desk: Desk, visitor: Visitor, request: Request) -> Response:
    local = desk.department.calendar.local(desk.clock.now())
    told = Told(day=local.date().isoformat(), hour=local.strftime("%H:%M"))
    return _page(desk, visitor, request, told, new_id())


async def _take(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Keep what was typed, or show it again with what is wrong."""
    form = await form_of(request)
    posted: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            posted.setdefault(name, []).append(value)
    told, page_id = read_told(posted), typed(form, "envoi")[:64] or new_id()
    calendar, now = desk.department.calendar, desk.clock.now()
    faults = faults_of(
        told,
        addresses=desk.department.addresses,
        offices=frozenset(one.id for one in _offices(desk)),
        calendar=calendar,
        now=now,
    )
    at = said_at(told, calendar)
    if faults or at is None:
        return _page(desk, visitor, request, told, page_id, faults=faults, status=422)
    try:
        reference = await take_down(desk, visitor, told, at, page_id)
    except Transient:
        return _page(desk, visitor, request, told, page_id, down=True, status=503)
    way = answered_by(told)
    mark = desk.keys.mark("entered", reference, way, visitor.account.id)
    return see_other(f"{PATHS[visitor.language].new}/{reference}/{way}/{mark}")


async def _received(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Show the reference to who entered the complaint; more only to those who may see the case."""
    given = request.path_params
    reference, way = parse_reference(given["reference"]) or "", given["way"]
    genuine = desk.keys.verifies(given["mark"], "entered", reference, way, visitor.account.id)
    if not genuine or way not in WAYS:
        return refusal(desk, visitor.language, "unknown", 404)
    case = await visible_case(desk, visitor, reference) if visitor.rights.may("read") else None
    return show(
        desk,
        visitor,
        request,
        "oral_received.html",
        reference=reference,
        way=way,
        case_path=PATHS[visitor.language].case(reference) if case else "",
    )


def _page(
    desk: Desk,
    visitor: Visitor,
    request: Request,
    told: Told,
    page_id: str,
    *,
    faults: Sequence[Fault] = (),
    down: bool = False,
    status: int = 200,
) -> Response:
    texts = desk.pages.texts(visitor.language)
    errors: dict[str, object] = {}
    for fault in faults:
        errors.setdefault(fault.field, texts(f"oral_fault.{fault.key}", **fault.values))
    return show(
        desk,
        visitor,
        request,
        "oral.html",
        status,
        told=told,
        a=told.answers,
        page_id=page_id,
        errors=errors,
        down=down,
        channels=get_args(Aloud),
        today=desk.department.calendar.day_of(desk.clock.now()),
        offices=offices_by_region(_offices(desk), texts),
    )


def _offices(desk: Desk) -> list[Unit]:
    """Return the units that a person may have been served by."""
    today = desk.department.calendar.day_of(desk.clock.now())
    units = desk.department.units.values()
    return [one for one in units if one.live_on(today) and one.kind != "complaints_office"]
