"""Keep an envelope: raw bytes and the fact that it came, in one durable write. Both doors call it.

When `keep_envelope` returns, the door may say 250 or "received"; when it raises, nothing is kept
and the door must ask the sender to come again.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from shared.domain.document import new_id
from shared.domain.envelope import Channel, Entered, Envelope, Submission
from shared.events import EnvelopeReceived, caused_by

if TYPE_CHECKING:
    from shared.ports.clock import Clock
    from shared.ports.store import Store


async def keep_envelope(
    *,
    raw: bytes,
    channel: Channel,
    mail_from: str,
    rcpt_tos: tuple[str, ...],
    store: Store,
    clock: Clock,
    envelope_id: str | None = None,
    helo: str = "",
    peer: str = "",
    smtputf8: bool = False,
    spam: bool = False,
    submission: Submission | None = None,
    entered: Entered | None = None,
) -> Envelope:
    """Save the envelope with its event and return it; raise Transient when that is impossible.

    `mail_from` is "" for the null sender. A form gives its own `envelope_id`, so that a
    person who sends the same page twice has one envelope. `entered` says who wrote
    down what a person told aloud.
    """
    envelope = Envelope(
        id=envelope_id or new_id(),
        channel=channel,
        received_at=clock.now(),
        mail_from=mail_from,
        rcpt_tos=rcpt_tos,
        size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        helo=helo,
        peer=peer,
        smtputf8=smtputf8,
        spam=spam,
        submission=submission,
        entered=entered,
    )
    await store.envelopes.add(envelope, emit=[received(envelope)], raw=raw)
    return envelope


def received(envelope: Envelope) -> EnvelopeReceived:
    """Return the event of an envelope; its id is the same whenever it is made again."""
    return EnvelopeReceived(
        id=caused_by(envelope.id, "envelope.received"),
        at=envelope.received_at,
        envelope_id=envelope.id,
    )
