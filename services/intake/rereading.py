"""Read once more what could not be read: after a fix, a case leaves the tray "unreadable"."""

from __future__ import annotations

from services.intake.found_by import words_of
from services.intake.opening import Documents, Understand, scans_wanted, with_documents
from services.intake.triage import first_case
from services.intake.understood import Ours
from shared.domain.case import Case
from shared.domain.envelope import Envelope
from shared.domain.reading import Message, Reading
from shared.errors import Refused
from shared.events import CaseOpened, caused_by
from shared.ports.store import Store

#: What stays as it was, however the message reads now.
_STAYS = frozenset({
    "id", "version", "reference", "opened_at", "envelope_ids", "addressees", "linked_case_ids",
    "moves", "refusals", "receipt", "acted_at", "contacted_at", "contacted_by",
})  # fmt: skip


async def read_again(
    case: Case,
    *,
    store: Store,
    ours: Ours,
    understand: Understand,
    documents: Documents | None = None,
) -> Reading:
    """Read the message that opened the case, and let the case go its way as if it had just come.

    Return the reading; while its state is "failed" nothing was changed. Reference, day of receipt
    and all that is linked stay. Raise Refused for a case that was read, or that a person has
    brought on meanwhile; Conflict when somebody saves it at the same moment.
    """
    message, envelope, raw = await _what_came(case, store)
    understood = await understand(raw, envelope, ours=ours)
    if understood.reading.state == "failed":
        return understood.reading
    came = await with_documents(understood, raw, envelope, ours=ours, documents=documents)
    fresh = first_case(
        case.id,
        envelope,
        came.reading,
        addresses=ours.addresses,
        triage=came.triage,
        documents=came.documents,
        staff_domains=ours.staff_domains,
    )
    read = {name: value for name, value in fresh if name not in _STAYS}
    message = message.changed(reading=came.reading, documents=came.documents)
    await store.messages.save(message, emit=scans_wanted(message))
    event = CaseOpened(
        id=caused_by(case.id, f"case.read_again.{case.version}"),
        at=envelope.received_at,
        case_id=case.id,
    )
    words = words_of(came.reading, came.documents)
    await store.cases.save(case.changed(**read), emit=[event], words=(*fresh.words, *words))
    return came.reading


async def _what_came(case: Case, store: Store) -> tuple[Message, Envelope, bytes]:
    if case.tray != "unreadable" or case.assignment is not None:
        raise Refused(
            "not_unreadable",
            f"{case.reference} has been read, or has its unit. Nothing was changed.",
        )
    message = await store.messages.get(case.first_message_id)
    envelope = await store.envelopes.get(case.envelope_ids[0])
    raw = await store.envelopes.raw(case.envelope_ids[0])
    if message is None or envelope is None or raw is None:
        raise Refused(
            "no_message", f"{case.reference} has no message to read. Nothing was changed."
        )
    return message, envelope, raw
