"""Which case a message opens: the same message always gives the same id, wherever it lands."""

from __future__ import annotations

from shared.domain.document import derived_id


def case_id_for(*, message_id: str, content_sha256: str, envelope_id: str) -> str:
    """Return the id of the case that a message opens.

    `message_id` is normalised (no angle brackets, no blanks, domain in lower case), and
    `content_sha256` is over the MIME body without trace headers. A message without a Message-ID
    cannot be told from its twin, so its envelope decides.
    """
    if not message_id:
        return derived_id("case", "envelope", envelope_id)
    return derived_id("case", "message", message_id, content_sha256)


def first_message_id(case_id: str) -> str:
    """Return the id of the message that opened a case."""
    return derived_id("message", case_id)
