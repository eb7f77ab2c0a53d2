"""All that intake would understand of a message, for commands: nothing is kept, nothing is sent."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from services.intake.readers import Readers
from services.intake.scanning import Tesseract, scan
from services.intake.understood import Ours
from services.intake.unpacking import read_documents
from shared.department import Addresses
from shared.domain.document import new_id
from shared.domain.envelope import Envelope
from shared.domain.reading import DocumentText, Reading, Triage
from shared.errors import Poison


class Understood(NamedTuple):
    """A message, its documents, and what both propose."""

    reading: Reading
    documents: tuple[DocumentText, ...]
    triage: Triage


def envelope_of(
    raw: bytes, mail_from: str, rcpt_tos: tuple[str, ...], received_at: datetime
) -> Envelope:
    """Return an envelope for a file that came in by no door."""
    return Envelope(
        id=new_id(),
        channel="mail",
        received_at=received_at,
        mail_from=mail_from,
        rcpt_tos=rcpt_tos,
        size=len(raw),
        sha256="",
    )


async def understand(
    raw: bytes,
    envelope: Envelope,
    *,
    mail_from: str | None,
    readers: Readers,
    scanner: Tesseract | None,
    addresses: Addresses | None,
) -> Understood:
    """Return what is understood of `raw`, scans included where there is a scanner.

    `mail_from` is None for a file that nobody knows the envelope of. Relative days ("hier") are
    counted from the message's own date where it has one.
    """
    domains = addresses.domains if addresses else frozenset[str]()
    reading = await readers.read(raw, mail_from=mail_from, own_domains=domains)
    documents = await read_documents(raw, reading, readers=readers, scans=scanner is not None)
    waiting = [document for document in documents if document.state == "scan"]
    if waiting:
        scanned = await scan(raw, waiting, readers=readers, scanner=scanner)
        documents = tuple(scanned.get(document.part, document) for document in documents)
    came = envelope.changed(
        mail_from=mail_from or reading.from_address,
        received_at=reading.date or envelope.received_at,
    )
    try:
        ours = Ours(addresses or Addresses(intake=()))
        triage = await readers.propose(came, reading, documents, ours=ours)
    except Poison:
        triage = Triage()
    return Understood(reading, documents, triage)
