"""A complaint received by telephone or at the counter: one page, then its reference."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk, refusal
from services.desk.kinds import kind_of
from services.desk.office.conversation import (
    Aloud,
    Told,
    answered_by,
    faults_of,
    read_told,
    said_at,
)
from services.desk.office.handed_in import HandedIn, handed_in
from services.desk.office.taking_down import take_down
from services.desk.pages.own_case import visible_case
from services.desk.paths import PATHS
from services.desk.posting import posted
from services.desk.reception import (
    SHOW_FIRST,
    Visitor,
    behind_sign_in,
    form_of,
    see_other,
    show,
    taking_documents,
    typed,
)
from services.intake.answers import Fault
from services.intake.documents import ACCEPTED_NAMES, MEDIA_TYPES
from services.intake.holding import Held
from services.intake.limits import FormLimits
from services.intake.offices import offices_by_region
from shared.domain.document import new_id
from shared.domain.envelope import Language
from shared.domain.reference import parse_reference
from shared.domain.unit import Unit
from shared.errors import Transient
from shared.pages.sizes import size_words
from shared.pages.texts import Texts

WAYS = ("mail", "post", "phone", "none")
NO_PAPERS = HandedIn()


@dataclass(frozen=True, slots=True)
class Entry:
    """One state of the page: what was typed and handed in, and what is said about it. `to_read`
    asks to read documents back before they are kept, `gone` names one that was taken back."""

    told: Told
    page_id: str
    papers: HandedIn = NO_PAPERS
    faults: Sequence[Fault] = ()
    down: bool = False
    to_read: bool = False
    gone: str = ""


def routes(desk: Desk, language: Language) -> list[Route]:
    new = PATHS[language].new
    received = f"{new}/{{reference}}/{{way}}/{{mark}}"
    return [
        Route(new, behind_sign_in(desk, language, _ask, "enter")),
        Route(new, taking_documents(desk, language, _take, "enter"), methods=["POST"]),
        Route(received, behind_sign_in(desk, language, _received, "enter")),
    ]


async def _ask(desk: Desk, visitor: Visitor, request: Request) -> Response:
    local = desk.department.calendar.local(desk.clock.now())
    told = Told(day=local.date().isoformat(), hour=local.strftime("%H:%M"))
    return await _page(desk, visitor, request, Entry(told, new_id()))


async def _take(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Keep what was typed and handed in, or show it again with what is wrong, or to be read back:
    documents that were just chosen are seen as they were taken before they are kept for good."""
    entry, at, wish = await _read(desk, request)
    if gone := next((one for one in entry.papers.held if one.id == wish), None):
        desk.papers.held.forget(gone)
        entry = replace(entry, papers=entry.papers.without(gone), faults=(), gone=gone.name)
        return await _page(desk, visitor, request, entry)
    if entry.faults or at is None:
        return await _page(desk, visitor, request, entry, 422)
    if entry.papers.fresh or wish:
        return await _page(desk, visitor, request, replace(entry, to_read=True))
    try:
        reference = await take_down(
            desk, visitor, entry.told, entry.papers.documents, at, entry.page_id
        )
    except Transient:
        return await _page(desk, visitor, request, replace(entry, down=True), 503)
    way = answered_by(entry.told)
    mark = desk.keys.mark("entered", reference, way, visitor.account.id)
    return see_other(f"{PATHS[visitor.language].new}/{reference}/{way}/{mark}")


async def _read(desk: Desk, request: Request) -> tuple[Entry, datetime | None, str]:
    """Return the page as sent, the moment of the conversation, and what is asked of the page
    itself: the id of a document to take back, or just to be shown again."""
    form = await form_of(request)
    given: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            given.setdefault(name, []).append(value)
    sent = posted(request)
    papers = handed_in(given, sent.documents if sent else (), desk.papers)
    told = read_told(given)
    faults = _faults(desk, told, papers, cut=sent is not None and sent.cut)
    entry = Entry(told, typed(form, "envoi")[:64] or new_id(), papers, faults)
    wish = typed(form, "retirer") or typed(form, SHOW_FIRST)
    return entry, said_at(told, desk.department.calendar), wish


def _faults(desk: Desk, told: Told, papers: HandedIn, *, cut: bool) -> list[Fault]:
    found = faults_of(
        told,
        addresses=desk.department.addresses,
        offices=frozenset(one.id for one in _offices(desk)),
        calendar=desk.department.calendar,
        now=desk.clock.now(),
        limits=desk.papers.limits,
        of_documents=papers.faults,
    )
    return [Fault("recit", "typed_long"), *found] if cut else found


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


async def _page(
    desk: Desk, visitor: Visitor, request: Request, entry: Entry, status: int = 200
) -> Response:
    """Return the page with everything typed, its documents held for the next try."""
    texts, papers, limits = desk.pages.texts(visitor.language), entry.papers, desk.papers.limits
    desk.papers.held.tidy()
    kept = await asyncio.to_thread(desk.papers.held.hold_all, papers.documents, papers.held)
    lost = [one for one in kept if not isinstance(one, Held)]
    faults = [*entry.faults, *(Fault("documents", "busy", {"name": one.name}) for one in lost)]
    told = [(each.field, _words(each, limits, texts)) for each in faults]
    return show(
        desk,
        visitor,
        request,
        "oral.html",
        422 if lost and status == 200 else status,
        told=entry.told,
        a=entry.told.answers,
        page_id=entry.page_id,
        faults=told,
        # The first fault of a field is said beside it; the summary has them all
        errors=dict(reversed(told)),
        entry=entry,
        held=[one for one in kept if isinstance(one, Held)],
        limits=limits,
        accepted=ACCEPTED_NAMES,
        kind_of=kind_of,
        media_types=MEDIA_TYPES,
        channels=get_args(Aloud),
        today=desk.department.calendar.day_of(desk.clock.now()),
        offices=offices_by_region(_offices(desk), texts),
    )


def _words(fault: Fault, limits: FormLimits, texts: Texts) -> str:
    values = {
        "each": size_words(limits.file_bytes, texts),
        "total": size_words(limits.total_bytes, texts),
        "files": limits.files,
        **fault.values,
    }
    return texts(f"oral_fault.{fault.key}", **values)


def _offices(desk: Desk) -> list[Unit]:
    """Return the units that a person may have been served by."""
    today = desk.department.calendar.day_of(desk.clock.now())
    units = desk.department.units.values()
    return [one for one in units if one.live_on(today) and one.kind != "complaints_office"]
