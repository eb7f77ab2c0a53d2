"""Take in a posted form: read it, check it, keep it as a message – or give all of it back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from services.intake.answers import (
    PAGE_ORDER,
    Answers,
    Fault,
    faults_in,
    read_answers,
    submission_of,
)
from services.intake.bundle import bundle_of
from services.intake.documents import Posted
from services.intake.door import PATHS, Door
from services.intake.holding import Held
from services.intake.numbering import reference_to_be
from services.intake.receiving import keep_envelope
from services.intake.showing import Try, form_page, message_page
from services.intake.statement import (
    envelope_id_for,
    made,
    message_of,
    statement_of,
    subject_of,
)
from services.intake.uploads import Form, read_form
from shared.domain.document import new_id
from shared.domain.envelope import Envelope, Language
from shared.errors import Refused, Transient
from shared.pages.guard import log_failure

#: A field that nobody sees. Whoever fills it in goes to the tray of suspects, never to nothing.
TRAP = "laisser-vide"


class Gathered(NamedTuple):
    """A posted page, its documents sorted into those that are good and what is wrong."""

    page_id: str
    answers: Answers
    held: Sequence[Held]
    documents: Sequence[Posted]
    faults: Sequence[Fault]
    trapped: bool


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    page: str


_REFUSALS = {
    "too_large": _Refusal(413, "refused.too_large"),
    "cut_off": _Refusal(400, "refused.cut_off"),
    "not_a_form": _Refusal(415, "refused.not_a_form"),
}


async def file_complaint(request: Request, *, door: Door, language: Language) -> Response:
    """Return 303 to the received page when the complaint is kept; else the page to go on with."""
    try:
        async with asyncio.timeout(door.limits.body_seconds):
            form = await read_form(
                request.stream(),
                request.headers.get("content-type", ""),
                limits=door.limits,
                in_flight=door.in_flight,
            )
    except Refused as refused:
        refusal = _REFUSALS[refused.code]
        return message_page(door, language, refusal.page, refusal.status)
    except (ClientDisconnect, TimeoutError):
        return message_page(door, language, "refused.cut_off", 400)
    try:
        return await _answer(form, request, door, language)
    finally:
        door.in_flight.give_back(form.taken)


async def _answer(form: Form, request: Request, door: Door, language: Language) -> Response:
    gathered = gather(form, door)
    back = partial(_give_back, gathered, door, language)
    if form.first("retirer"):
        return await _take_back(form.first("retirer"), gathered, door, language)
    if form.first("passer"):
        return await back(Try(note=door.pages.texts(language)("summary.language")), 200)
    if gathered.faults:
        return await back(Try(faults=gathered.faults), 422)
    source = request.client.host if request.client else ""
    if not door.pace.allows(source, door.clock.now()):
        return await back(Try(alert="pace"), 429)
    try:
        envelope, raw = await _keep(gathered, door, language, peer=source)
        location = await _received_path(envelope, raw, len(gathered.documents), door, language)
    except Exception as error:  # noqa: BLE001 (whatever broke, what was typed goes back)
        if not isinstance(error, Transient):
            log_failure(error)
        return await back(Try(alert="down"), 503)
    # Held documents stay for their hour: a second click on "send" finds them and changes nothing.
    return RedirectResponse(location, 303)


def gather(form: Form, door: Door) -> Gathered:
    """Return what was posted, checked as a whole; faults are in page order."""
    answers = read_answers(form.answers)
    tokens = dict.fromkeys(form.answers.get("garde", []))
    held = [each for each in map(door.held.find, tokens) if each]
    documents, faults = bundle_of(held, form.documents, door.limits)
    found = faults_in(
        answers,
        addresses=door.addresses,
        offices=frozenset(door.live_units()),
        today=door.today(),
        limits=door.limits,
    )
    if form.cut:
        found = [Fault("recit", "typed_long"), *(f for f in found if f.field != "recit")]
    return Gathered(
        page_id=form.first("envoi")[:64] or new_id(),
        answers=answers,
        held=held,
        documents=documents,
        faults=sorted((*found, *faults), key=lambda fault: PAGE_ORDER.index(fault.field)),
        trapped=bool(form.first(TRAP)),
    )


async def _give_back(
    gathered: Gathered, door: Door, language: Language, state: Try, status: int
) -> Response:
    """Return the page with everything typed, and hold its documents for the next try."""
    held = await asyncio.to_thread(door.held.hold_all, gathered.documents, gathered.held)
    lost = [each for each in held if not isinstance(each, Held)]
    faults = [*state.faults, *(Fault("documents", "busy", {"name": each.name}) for each in lost)]
    attempt = Try(
        page_id=gathered.page_id,
        answers=gathered.answers,
        held=[each for each in held if isinstance(each, Held)],
        faults=sorted(faults, key=lambda fault: PAGE_ORDER.index(fault.field)),
        alert=state.alert,
        note=state.note,
        not_kept=bool(lost),
    )
    return form_page(door, language, attempt, status)


async def _take_back(held_id: str, gathered: Gathered, door: Door, language: Language) -> Response:
    gone = next((each for each in gathered.held if each.id == held_id), None)
    if gone is None:
        return await _give_back(gathered, door, language, Try(), 200)
    door.held.forget(gone)
    rest = [each for each in gathered.held if each.id != held_id]
    documents = [
        each for each in gathered.documents if (each.name, each.data) != (gone.name, gone.data)
    ]
    note = door.pages.texts(language)("form.removed", name=gone.name)
    kept = gathered._replace(held=rest, documents=documents)
    return await _give_back(kept, door, language, Try(note=note), 200)


async def _keep(
    gathered: Gathered, door: Door, language: Language, *, peer: str
) -> tuple[Envelope, bytes]:
    """Keep the submission and return its envelope with the bytes that stand in the store."""
    answers, documents = gathered.answers, gathered.documents
    submission = submission_of(answers, language=language, today=door.today())
    envelope_id = envelope_id_for(gathered.page_id, answers, documents)
    make = partial(_message, gathered, door, language, envelope_id)
    raw = await made(make, documents)
    envelope = await keep_envelope(
        raw=raw,
        channel="form",
        mail_from=submission.address or "",
        rcpt_tos=(_addressee(answers.bureau, door),),
        store=door.store,
        clock=door.clock,
        envelope_id=envelope_id,
        peer=peer,
        spam=gathered.trapped,
        submission=submission,
    )
    stored = await door.store.envelopes.get(envelope_id)
    if stored is not None and stored.sha256 != envelope.sha256:
        # The same page was sent before: what counts is what was kept then.
        return stored, await door.store.envelopes.raw(envelope_id) or raw
    return envelope, raw


def _message(gathered: Gathered, door: Door, language: Language, envelope_id: str) -> bytes:
    texts = door.pages.texts(language)
    answers = gathered.answers
    office = door.live_units().get(answers.bureau)
    statement = statement_of(
        answers,
        office_name=office.name(language) if office else "",
        documents=len(gathered.documents),
        texts=texts,
    )
    return message_of(
        envelope_id=envelope_id,
        submission=submission_of(answers, language=language, today=door.today()),
        statement=statement,
        subject=subject_of(answers.recit, str(texts("statement.subject"))),
        documents=gathered.documents,
        to=door.addresses.main,
        at=door.clock.now(),
    )


def _addressee(office: str, door: Door) -> str:
    unit = door.live_units().get(office)
    return unit.address if unit and door.addresses.owns(unit.address) else door.addresses.main


async def _received_path(
    envelope: Envelope, raw: bytes, documents: int, door: Door, language: Language
) -> str:
    reference = await reference_to_be(envelope, raw, door.store)
    mark = door.keys.mark("received", reference, envelope.id, str(documents))
    return f"{PATHS[language].received}/{reference}/{envelope.id}/{documents}/{mark}"
