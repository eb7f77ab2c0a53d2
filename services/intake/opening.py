"""envelope.received → a case is opened, a message added, or an automatic answer noted.

Order: save the message, save the case with its event, save the envelope's outcome. A redelivery
repeats all three and changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Protocol

from services.intake.identity import case_id_for
from services.intake.threads import Claims, claims_of, is_participant
from services.intake.triage import answers_by_itself, first_case, participants_of
from shared.department import Addresses
from shared.domain.case import Case
from shared.domain.envelope import Envelope, Outcome, OutcomeKind
from shared.domain.keys import Keys
from shared.domain.notice import Notice
from shared.domain.reading import Message, Reading
from shared.errors import Poison, Transient
from shared.events import CaseOpened, EnvelopeReceived, MessageAdded, caused_by
from shared.ports.clock import Clock
from shared.ports.query import AnyOf, ContainsAny, Equal, In, Query
from shared.ports.store import Store

_log = logging.getLogger(__name__)

REFERENCE_TRIES = 3


class ReadMail(Protocol):
    """Reads a mail, in a child process or not; never fails, says what it could not read."""

    def __call__(
        self, raw: bytes, *, mail_from: str | None, own_domains: frozenset[str]
    ) -> Awaitable[Reading]: ...


async def open_envelope(
    event: EnvelopeReceived,
    *,
    store: Store,
    clock: Clock,
    keys: Keys,
    addresses: Addresses,
    read: ReadMail,
) -> None:
    """Give one accepted envelope its one outcome."""
    envelope = await store.envelopes.get(event.envelope_id)
    raw = await store.envelopes.raw(event.envelope_id)
    if envelope is None or raw is None:
        raise Transient("envelope_missing")
    if envelope.outcome is not None and envelope.outcome.kind != "parked":
        return
    sender = envelope.mail_from if envelope.submission is None else None
    reading = await read(raw, mail_from=sender, own_domains=addresses.domains)
    if envelope.submission is not None:
        # All of a form is the person's own, a mail that was pasted into it included.
        reading = reading.model_copy(update={"own_text": reading.text, "quoted_text": ""})
    claims = claims_of(reading, envelope, keys)
    notice = await _notice_answered(claims, store)
    case = await _case_of(claims, reading, notice, store)
    if answers_by_itself(reading) and (notice or claims.reply_reference):
        await _note(notice, reading, store)
        case_id = case.id if case else None
        notice_id = notice.id if notice else None
        await _conclude(envelope, "noted", store, clock, case_id=case_id, notice_id=notice_id)
        return
    if case is None:
        await _open(envelope, reading, claims, store=store, clock=clock, addresses=addresses)
    else:
        await _add(case, envelope, reading, event, store=store)
        await _conclude(envelope, "added", store, clock, case_id=case.id)


async def park_envelope(event: EnvelopeReceived, *, store: Store, clock: Clock) -> None:
    """Note that no case could be made of an envelope: its event is a dead letter."""
    envelope = await store.envelopes.get(event.envelope_id)
    if envelope is not None and envelope.outcome is None:
        await _conclude(envelope, "parked", store, clock)


async def _open(
    envelope: Envelope,
    reading: Reading,
    claims: Claims,
    *,
    store: Store,
    clock: Clock,
    addresses: Addresses,
) -> None:
    case_id = case_id_for(
        message_id=reading.message_id,
        content_sha256=reading.content_sha256,
        envelope_id=envelope.id,
    )
    case, twins = await _with_free_reference(case_id, envelope, reading, store, addresses)
    case = case.changed(
        linked_case_ids=twins, claims_reference=next(iter(claims.subject_references), None)
    )
    await store.messages.add(_message(case.first_message_id, envelope, reading, case_id))
    event = CaseOpened(
        id=caused_by(case_id, "case.opened"), at=envelope.received_at, case_id=case_id
    )
    if await store.cases.add(case, emit=[event]):
        await _conclude(envelope, "opened", store, clock, case_id=case_id)
        return
    kind = await _join_twin(case_id, envelope, case, store)
    await _conclude(envelope, kind, store, clock, case_id=case_id)


async def _join_twin(case_id: str, envelope: Envelope, case: Case, store: Store) -> OutcomeKind:
    """The case exists: a redelivery, or the same mail came to another address of ours."""
    there = await store.cases.get(case_id)
    if there is None:
        raise Transient("case_missing")
    if there.envelope_ids[0] == envelope.id:
        return "opened"
    if envelope.id not in there.envelope_ids:
        await store.cases.save(
            there.changed(
                envelope_ids=(*there.envelope_ids, envelope.id),
                addressees=tuple(dict.fromkeys((*there.addressees, *case.addressees))),
            )
        )
    return "added"


async def _with_free_reference(
    case_id: str, envelope: Envelope, reading: Reading, store: Store, addresses: Addresses
) -> tuple[Case, tuple[str, ...]]:
    """Return the case, and the ids of cases with another body under the same Message-ID.

    Those are kept, and linked. One question to the store answers both.
    """
    for attempt in range(REFERENCE_TRIES):
        case = first_case(case_id, envelope, reading, addresses=addresses, attempt=attempt)
        of_message = ContainsAny("message_ids", case.message_ids)
        where = AnyOf([Equal("reference", case.reference), of_message])
        found = [other for other in await store.cases.find(Query(where)) if other.id != case_id]
        if all(other.reference != case.reference for other in found):
            return case, tuple(other.id for other in found)
    raise Poison("no_free_reference")


async def _add(
    case: Case, envelope: Envelope, reading: Reading, event: EnvelopeReceived, *, store: Store
) -> None:
    await store.messages.add(_message(envelope.id, envelope, reading, case.id))
    if envelope.id in case.envelope_ids:
        return
    added = MessageAdded(
        id=caused_by(event.id, "message.added"),
        at=envelope.received_at,
        case_id=case.id,
        message_id=envelope.id,
    )
    message_ids = (*case.message_ids, *([reading.message_id] if reading.message_id else []))
    participants = (*case.participants, *participants_of(envelope, reading))
    await store.cases.save(
        case.changed(
            envelope_ids=(*case.envelope_ids, envelope.id),
            message_ids=tuple(dict.fromkeys(message_ids)),
            participants=tuple(dict.fromkeys(participants)),
        ),
        emit=[added],
    )


async def _notice_answered(claims: Claims, store: Store) -> Notice | None:
    """Return the notice of ours that a message answers or bounces, if it shows that it does."""
    for notice_id in claims.notice_ids:
        if notice := await store.notices.get(notice_id):
            return notice
    if not claims.ancestors:
        return None
    where = In("message_id", claims.ancestors)
    return next(iter(await store.notices.find(Query(where=where, limit=1))), None)


async def _case_of(
    claims: Claims, reading: Reading, notice: Notice | None, store: Store
) -> Case | None:
    """Return the case that a message belongs to, by the first claim that is believed."""
    if claims.reply_reference and (case := await _by_reference(claims.reply_reference, store)):
        return case
    if notice is not None:
        return await store.cases.get(notice.case_id)
    for reference in claims.subject_references:
        case = await _by_reference(reference, store)
        if case is not None and is_participant(case, reading):
            return case
    if not claims.ancestors:
        return None
    where = ContainsAny("message_ids", claims.ancestors)
    cases = await store.cases.find(Query(where=where, limit=10))
    return next((case for case in cases if is_participant(case, reading)), None)


async def _by_reference(reference: str, store: Store) -> Case | None:
    found = await store.cases.find(Query(where=Equal("reference", reference), limit=1))
    return found[0] if found else None


async def _note(notice: Notice | None, reading: Reading, store: Store) -> None:
    """A bounce tells the truth about a notice; an out-of-office says nothing of it."""
    bounce = reading.bounce
    if bounce is None or notice is None or notice.state == "permanent":
        return
    _log.warning("notice bounced", extra={"notice_id": notice.id, "kind": notice.kind})
    state = "permanent" if bounce.permanent else notice.state
    await store.notices.save(notice.changed(state=state, last_error="bounced"))


def _message(message_id: str, envelope: Envelope, reading: Reading, case_id: str) -> Message:
    return Message(
        id=message_id,
        case_id=case_id,
        envelope_id=envelope.id,
        at=envelope.received_at,
        channel=envelope.channel,
        reading=reading,
    )


async def _conclude(
    envelope: Envelope,
    kind: OutcomeKind,
    store: Store,
    clock: Clock,
    *,
    case_id: str | None = None,
    notice_id: str | None = None,
) -> None:
    outcome = Outcome(kind=kind, at=clock.now(), case_id=case_id, notice_id=notice_id)
    await store.envelopes.save(envelope.changed(outcome=outcome))
