"""Put a parked mail into a case: a person has read it and says where it belongs."""

from __future__ import annotations

from services.desk.desk import Desk
from services.desk.reception import Visitor
from shared.domain.case import Case
from shared.domain.envelope import Envelope, Outcome
from shared.domain.reading import Message, Reading
from shared.domain.reference import parse_reference
from shared.errors import Refused
from shared.events import MessageAdded, caused_by
from shared.ports.clock import Clock
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store

#: Why the message has no reading: nobody but a person could read it.
BY_HAND = "filed_by_hand"


async def case_to_file_in(desk: Desk, visitor: Visitor, reference: str) -> Case:
    """Return the case of a reference, however spelled; raise Refused when it is not to be seen."""
    known = parse_reference(reference)
    if known is None:
        raise Refused("no_reference", "This is no reference.")
    where = AllOf((Equal("reference", known), visitor.rights.visible))
    found = await desk.store.cases.find(Query(where, limit=1))
    if not found:
        raise Refused("no_such_case", "No case has this reference.")
    return found[0]


async def file_envelope(store: Store, clock: Clock, envelope_id: str, case_id: str) -> bool:
    """Add the mail to the case and give the envelope its outcome; False when it has one already.

    In the order of opening: the message, the case with its event, the outcome. Whoever does it
    again after a crash in between brings it to its end. Raise Conflict when somebody saves the
    case or the envelope at the same moment.
    """
    envelope, case = await store.envelopes.get(envelope_id), await store.cases.get(case_id)
    if envelope is None or case is None or envelope.outcome_kind != "parked":
        return False
    await store.messages.add(_message(envelope, case))
    if envelope.id not in case.envelope_ids:
        ids = (*case.envelope_ids, envelope.id)
        await store.cases.save(case.changed(envelope_ids=ids), emit=[_added(envelope, case)])
    outcome = Outcome(kind="added", at=clock.now(), case_id=case.id, because=BY_HAND)
    await store.envelopes.save(envelope.changed(outcome=outcome))
    return True


def _message(envelope: Envelope, case: Case) -> Message:
    return Message(
        id=envelope.id,
        case_id=case.id,
        envelope_id=envelope.id,
        at=envelope.received_at,
        channel=envelope.channel,
        reading=Reading(state="failed", failed_because=BY_HAND),
    )


def _added(envelope: Envelope, case: Case) -> MessageAdded:
    """Return the event that opening would have made, under the same id."""
    return MessageAdded(
        id=caused_by(caused_by(envelope.id, "envelope.received"), "message.added"),
        at=envelope.received_at,
        case_id=case.id,
        message_id=envelope.id,
    )
