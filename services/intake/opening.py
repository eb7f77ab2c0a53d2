"""envelope.received → a case is opened, a message added, or an automatic answer noted.

Order: save the message (with the event that asks for a scan), save the case with its event, save
the envelope's outcome. A redelivery repeats all three and changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

from services.intake.belonging import find_home, notice_answered
from services.intake.delivery import after_report
from services.intake.found_by import MOST_MESSAGES, words_of
from services.intake.identity import case_id_for
from services.intake.proposals import with_flags
from services.intake.threads import Home, claims_of
from services.intake.triage import (
    answers_by_itself,
    first_case,
    in_language_asked,
    participants_of,
)
from services.intake.understood import Ours, Understood, unproposed
from services.intake.unpacking import left_to_a_person
from shared.domain.case import Case
from shared.domain.envelope import Envelope, Outcome, OutcomeKind
from shared.domain.keys import Keys
from shared.domain.notice import Notice
from shared.domain.reading import DocumentText, Message, Reading, Triage
from shared.errors import Poison, Transient
from shared.events import (
    CaseOpened,
    EnvelopeReceived,
    MessageAdded,
    NoticeFailed,
    ScanWanted,
    caused_by,
)
from shared.ports.clock import Clock
from shared.ports.query import AnyOf, ContainsAny, Equal, Query
from shared.ports.store import Store

_log = logging.getLogger(__name__)

REFERENCE_TRIES = 3
#: A reading whose documents alone have something to say.
NO_WORDS = {"subject": "", "own_text": "", "quoted_text": "", "signature": "", "forwarded": None}


class Understand(Protocol):
    """Reads a mail, in a child process or not; never fails, says what it could not read."""

    def __call__(self, raw: bytes, envelope: Envelope, *, ours: Ours) -> Awaitable[Understood]: ...


class Propose(Protocol):
    """Says what a message proposes with its documents; raises Poison when it cannot."""

    def __call__(
        self, envelope: Envelope, reading: Reading, documents: Sequence[DocumentText], *, ours: Ours
    ) -> Awaitable[Triage]: ...


class Documents(NamedTuple):
    """What is done with what is attached to a mail; `read` fails for nothing that it holds."""

    read: Callable[[bytes, Reading], Awaitable[tuple[DocumentText, ...]]]
    propose: Propose


class Came(NamedTuple):
    """Everything that was understood of one envelope."""

    envelope: Envelope
    reading: Reading
    documents: tuple[DocumentText, ...]
    triage: Triage


async def open_envelope(
    event: EnvelopeReceived,
    *,
    store: Store,
    clock: Clock,
    keys: Keys,
    ours: Ours,
    understand: Understand,
    documents: Documents | None = None,
) -> None:
    """Give one accepted envelope its one outcome. Without `documents` none is looked into."""
    envelope = await store.envelopes.get(event.envelope_id)
    raw = await store.envelopes.raw(event.envelope_id)
    if envelope is None or raw is None:
        raise Transient("envelope_missing")
    if envelope.outcome is not None and envelope.outcome.kind != "parked":
        return
    understood = await understand(raw, envelope, ours=ours)
    reading = understood.reading
    claims = claims_of(reading, envelope, keys)
    notice = await notice_answered(claims, store)
    home = await find_home(claims, reading, notice, store)
    case = home.case
    if answers_by_itself(reading) and (notice or claims.reply_reference):
        await _note(notice, reading, store, clock.now())
        case_id = case.id if case else None
        notice_id = notice.id if notice else None
        await _conclude(envelope, "noted", store, clock, case_id=case_id, notice_id=notice_id)
        return
    came = await with_documents(understood, raw, envelope, ours=ours, documents=documents)
    if case is None:
        first = partial(first_case, addresses=ours.addresses, staff_domains=ours.staff_domains)
        await _open(came, home, first, store=store, clock=clock)
    else:
        await _add(case, came, event, store=store)
        await _conclude(envelope, "added", store, clock, case_id=case.id)


async def with_documents(
    understood: Understood,
    raw: bytes,
    envelope: Envelope,
    *,
    ours: Ours,
    documents: Documents | None,
) -> Came:
    """Return what was understood of a message together with the documents attached to it."""
    reading, triage, trouble = understood
    if trouble:
        _log.error("nothing proposed", extra={"reason": trouble})
    found = await documents.read(raw, reading) if documents else ()
    if documents and any(document.text for document in found):
        # Words that brought trouble already are not looked at again
        words = reading.model_copy(update=NO_WORDS) if trouble else reading
        try:
            triage = await documents.propose(envelope, words, found, ours=ours)
        except Poison as error:
            _log.error("nothing proposed", extra={"reason": error.code})
            reading = unproposed(reading, error.code).reading
    return Came(envelope, reading, found, triage)


async def park_envelope(event: EnvelopeReceived, *, store: Store, clock: Clock) -> None:
    """Note that no case could be made of an envelope: its event is a dead letter."""
    envelope = await store.envelopes.get(event.envelope_id)
    if envelope is not None and envelope.outcome is None:
        await _conclude(envelope, "parked", store, clock)


async def _open(
    came: Came, home: Home, first: Callable[..., Case], *, store: Store, clock: Clock
) -> None:
    envelope, reading = came.envelope, came.reading
    case_id = case_id_for(
        message_id=reading.message_id,
        content_sha256=reading.content_sha256,
        envelope_id=envelope.id,
    )
    make = partial(first, case_id, envelope, reading, triage=came.triage, documents=came.documents)
    case, twins = await _with_free_reference(make, store)
    case = case.changed(linked_case_ids=twins, claims_reference=home.claims_reference)
    await _keep(_message(case.first_message_id, came, case_id), store)
    event = CaseOpened(
        id=caused_by(case_id, "case.opened"), at=envelope.received_at, case_id=case_id
    )
    words = words_of(reading, came.documents)
    if await store.cases.add(case, emit=[event], words=words):
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
    make: Callable[..., Case], store: Store
) -> tuple[Case, tuple[str, ...]]:
    """Return the case, and the ids of cases with another body under the same Message-ID.

    Those are kept, and linked. One question to the store answers both.
    """
    for attempt in range(REFERENCE_TRIES):
        case = make(attempt=attempt)
        of_message = ContainsAny("message_ids", case.message_ids)
        where = AnyOf([Equal("reference", case.reference), of_message])
        found = [other for other in await store.cases.find(Query(where)) if other.id != case.id]
        if all(other.reference != case.reference for other in found):
            return case, tuple(other.id for other in found)
    raise Poison("no_free_reference")


async def _add(case: Case, came: Came, event: EnvelopeReceived, *, store: Store) -> None:
    envelope, reading = came.envelope, came.reading
    await _keep(_message(envelope.id, came, case.id), store)
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
    case = case if reading.automatic else in_language_asked(case, came.triage)
    await store.cases.save(
        case.changed(
            envelope_ids=(*case.envelope_ids, envelope.id),
            message_ids=tuple(dict.fromkeys(message_ids)),
            participants=tuple(dict.fromkeys(participants)),
            flags=with_flags(case.flags, came.triage.flags, envelope.id),
        ),
        emit=[added],
        words=words_of(reading, came.documents) if len(case.envelope_ids) < MOST_MESSAGES else (),
    )


async def _note(notice: Notice | None, reading: Reading, store: Store, now: datetime) -> None:
    """A report tells the truth about a notice; an out-of-office says nothing of it."""
    noted = after_report(notice, reading.bounce, now) if notice and reading.bounce else None
    if notice is None or noted is None:
        return
    emit = []
    if noted.failure:
        _log.warning("notice bounced", extra={"notice_id": notice.id, "kind": notice.kind})
        because = caused_by(notice.id, f"notice.failed {noted.failure} {len(notice.acts)}")
        emit = [NoticeFailed(id=because, at=now, notice_id=notice.id)]
    await store.notices.save(noted, emit=emit)


async def _keep(message: Message, store: Store) -> None:
    """Keep a message with the event that asks for a scan; nothing of it when it is there."""
    await store.messages.add(message, emit=scans_wanted(message))


def scans_wanted(message: Message) -> list[ScanWanted]:
    """Return the event that asks for a scan, for a message with a document that waits for one."""
    if all(document.state != "scan" for document in message.documents):
        return []
    wanted = ScanWanted(
        id=caused_by(message.id, "scan.wanted"),
        at=message.at,
        case_id=message.case_id,
        message_id=message.id,
    )
    return [wanted]


def _message(message_id: str, came: Came, case_id: str) -> Message:
    envelope, documents = came.envelope, came.documents
    if envelope.spam:
        # Nothing is routed by it, and a scanner has better to do
        documents = tuple(left_to_a_person(document, "spam") for document in documents)
    return Message(
        id=message_id,
        case_id=case_id,
        envelope_id=envelope.id,
        at=envelope.came_at,
        channel=envelope.channel,
        reading=came.reading,
        documents=documents,
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
