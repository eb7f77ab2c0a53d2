"""Which reference will a submission get? Asked by doors that tell it before the case is opened."""

from __future__ import annotations

from services.intake.identity import case_id_for
from services.intake.reading.identity import message_identity
from shared.domain.envelope import Envelope
from shared.domain.reference import reference_for, year_of
from shared.ports.query import Equal, Query
from shared.ports.store import Store


async def reference_to_be(envelope: Envelope, raw: bytes, store: Store) -> str:
    """Return the reference that opening will give: the first that no other case has."""
    message_id, content = message_identity(raw)
    case_id = case_id_for(message_id=message_id, content_sha256=content, envelope_id=envelope.id)
    year = year_of(envelope.received_at)
    for attempt in range(3):
        reference = reference_for(case_id, year, attempt=attempt)
        found = await store.cases.find(Query(Equal("reference", reference), limit=1))
        if not found or found[0].id == case_id:
            return reference
    return reference_for(case_id, year)
