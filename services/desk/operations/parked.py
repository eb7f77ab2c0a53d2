"""Parked mail: kept whole, but no case could be made of it.

Operations see ids, size, time and error, and may have it read again. What stands in it is a
person's: only those who may read every case open it, and each opening is recorded first; they
alone put it into a case by hand.
"""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk, refusal
from services.desk.operations.dead_letters import end_letter, letter_of_envelope
from services.desk.operations.filing_by_hand import case_to_file_in, file_envelope
from services.desk.operations.intervening import intervene, latest, reason_typed
from services.desk.operations.masking import Masked, masked
from services.desk.operations.places import (
    Asked,
    ask,
    bus_of,
    for_office,
    shared_with_office,
    show_tab,
)
from services.desk.paths import PATHS
from services.desk.reception import Visitor, form_of, see_other, typed
from services.intake.receiving import received
from shared.domain.envelope import Envelope, Language
from shared.errors import Conflict, RecoursError, Refused, Transient
from shared.ports.query import Equal, Query
from shared.topology import QUEUES

LISTED = 50
#: Characters of a mail that a page shows; a page stays small, and what is longer is still kept.
SHOWN = 20_000


def routes(desk: Desk, language: Language) -> list[Route]:
    envelope = "/parked/{envelope_id}"
    return [
        shared_with_office(desk, language, "/parked", show_parked),
        shared_with_office(desk, language, envelope, show_envelope),
        shared_with_office(desk, language, f"{envelope}/again", ask_again),
        shared_with_office(desk, language, f"{envelope}/again", read_again, "POST"),
        for_office(desk, language, f"{envelope}/original", show_original),
        for_office(desk, language, f"{envelope}/file", ask_file),
        for_office(desk, language, f"{envelope}/file", file_by_hand, "POST"),
    ]


async def show_parked(desk: Desk, visitor: Visitor, request: Request) -> Response:
    where = Equal("outcome_kind", "parked")
    envelopes = await desk.store.envelopes.find(Query(where, sort="received_at", limit=LISTED))
    return show_tab(
        desk,
        visitor,
        request,
        "ops_parked.html",
        "parked",
        envelopes=envelopes,
        total=await desk.store.envelopes.count(where),
        letters=await _letters(desk) if envelopes else {},
    )


async def show_envelope(desk: Desk, visitor: Visitor, request: Request) -> Response:
    envelope = await _parked(desk, request)
    if envelope is None:
        return refusal(desk, visitor.language, "unknown", 404)
    return show_tab(
        desk,
        visitor,
        request,
        "ops_envelope.html",
        "parked",
        envelope=envelope,
        letter=(await _letters(desk)).get(envelope.id),
        deeds=await latest(desk, Equal("about", envelope.id)),
    )


async def show_original(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Show the mail as text. The opening is in the store before anything of it leaves."""
    envelope = await _parked(desk, request)
    raw = await desk.store.envelopes.raw(envelope.id) if envelope else None
    if envelope is None or raw is None:
        return refusal(desk, visitor.language, "unknown", 404)
    await intervene(desk, visitor, "parked_open", envelope.id, _nothing_more)
    text = readable(raw)
    return show_tab(
        desk,
        visitor,
        request,
        "ops_original.html",
        "parked",
        envelope=envelope,
        text=text[:SHOWN],
        cut=len(text) > SHOWN,
    )


async def ask_again(desk: Desk, visitor: Visitor, request: Request) -> Response:
    envelope = await _parked(desk, request)
    if envelope is None:
        return refusal(desk, visitor.language, "unknown", 404)
    return ask(desk, visitor, request, _asked(envelope, "again"))


async def read_again(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Give the envelope back to the queue: by its dead letter where there is one, so that none
    stays behind."""
    envelope = await _parked(desk, request)
    because = typed(await form_of(request), "because")
    if envelope is None:
        return refusal(desk, visitor.language, "unknown", 404)
    try:
        why = reason_typed(because)
        work = partial(_publish_again, desk, envelope)
        await intervene(desk, visitor, "parked_again", envelope.id, work, because=why)
    except (Refused, Transient) as error:
        asked = _asked(envelope, "again", fault=error.code, because=because)
        return ask(desk, visitor, request, asked)
    return see_other(f"{PATHS[visitor.language].operations}/parked?fait=again")


async def ask_file(desk: Desk, visitor: Visitor, request: Request) -> Response:
    envelope = await _parked(desk, request)
    if envelope is None:
        return refusal(desk, visitor.language, "unknown", 404)
    return ask(desk, visitor, request, _asked(envelope, "file"))


async def file_by_hand(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Put the mail into a case that a person names."""
    envelope, form = await _parked(desk, request), await form_of(request)
    because, reference = typed(form, "because"), typed(form, "reference")
    if envelope is None:
        return refusal(desk, visitor.language, "unknown", 404)
    try:
        case = await case_to_file_in(desk, visitor, reference)
        why = reason_typed(because)
        work = partial(file_envelope, desk.store, desk.clock, envelope.id, case.id)
        await intervene(desk, visitor, "parked_file", envelope.id, work, because=why)
    except (Refused, Transient, Conflict) as error:
        asked = _asked(envelope, "file", fault=error.code, because=because, reference=reference)
        return ask(desk, visitor, request, asked)
    return see_other(PATHS[visitor.language].case(case.reference))


def readable(raw: bytes) -> str:
    """Return a mail as text for a page: whatever its bytes are, no control character is left."""
    text = raw.decode("utf-8", errors="replace").replace("\r\n", "\n")
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)


async def _nothing_more() -> bool:
    return True


async def _publish_again(desk: Desk, envelope: Envelope) -> bool:
    bus = bus_of(desk)
    letter = await letter_of_envelope(bus, envelope.id)
    if letter is not None and await end_letter(bus, "requeue", letter.queue, letter.id):
        return True
    if not await bus.publish([received(envelope)]):
        raise Transient("not_published")
    return True


async def _parked(desk: Desk, request: Request) -> Envelope | None:
    envelope = await desk.store.envelopes.get(request.path_params["envelope_id"])
    return envelope if envelope and envelope.outcome_kind == "parked" else None


async def _letters(desk: Desk) -> dict[str, Masked]:
    """Return why envelopes were parked, by envelope: nothing while the bus is away."""
    try:
        letters = await bus_of(desk).dead_letters(QUEUES[0].name)
    except RecoursError:
        return {}
    found = (masked(one) for one in letters)
    return {one.facts["envelope_id"]: one for one in found if "envelope_id" in one.facts}


def _asked(
    envelope: Envelope, act: str, *, fault: str = "", because: str = "", reference: str = ""
) -> Asked:
    return Asked(
        tab="parked",
        act=f"parked_{act}",
        about=envelope.id,
        back=f"/parked/{envelope.id}",
        asks_case=act == "file",
        fault=fault,
        because=because,
        reference=reference,
    )
