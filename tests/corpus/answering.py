"""Would an automatic acknowledgement go out? Asked in the way that opening a case asks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256

from services.intake.reading import headers
from services.intake.triage import reasons_for_silence
from shared.department import Addresses
from shared.domain.envelope import Envelope
from shared.domain.reading import Reading

OURS = Addresses(intake=("plaintes@ministere.example",))
#: True of every mail of others' sets, and so no reason: pretend that it came to us.
PRETENDED = frozenset({"not_addressed_to_us", "own_address"})
ANGLE = re.compile(rb"<([^<>\s]*)>")


def recorded_sender(raw: bytes) -> str | None:
    """Return the envelope sender that a relay wrote down, "" for the null one, None for none."""
    found, _ = headers.split(raw, headers.start_of(raw), len(raw), set())
    paths = found.every("return-path")
    if not paths:
        return None
    path = ANGLE.search(paths[0])
    return (path[1] if path else paths[0].strip()).decode("ascii", "replace")


def is_acknowledged(raw: bytes, reading: Reading) -> bool:
    """Say whether a mail would be answered by itself.

    Without a recorded envelope the sender is whom the mail claims to be from: the worst case.
    """
    recorded = recorded_sender(raw)
    envelope = Envelope(
        id="measured",
        channel="mail",
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        mail_from=reading.from_address if recorded is None else recorded,
        rcpt_tos=OURS.intake,
        size=len(raw),
        sha256=sha256(raw).hexdigest(),
    )
    return PRETENDED.issuperset(reasons_for_silence(envelope, reading, OURS))
