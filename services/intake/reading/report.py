"""A reading as plain data for the command line: what was understood of one file."""

from __future__ import annotations

from shared.domain.reading import Attachment, Reading


def report(file: str, reading: Reading) -> dict[str, object]:
    """Return the reading of `file` as JSON-ready data; a failed reading names why in `defects`."""
    bounce = reading.bounce
    why = (reading.failed_because,) if reading.state == "failed" else ()
    return {
        "file": file,
        "subject": reading.subject,
        "from_address": reading.from_address,
        "from_name": reading.from_name,
        "to": list(reading.to),
        "text": reading.text,
        "attachments": [_attachment(each) for each in reading.attachments],
        "automatic": reading.automatic,
        "automatic_reasons": list(reading.automatic_reasons),
        "bounce": bounce and {"failed": list(bounce.failed), "permanent": bounce.permanent},
        "defects": [*why, *reading.defects],
    }


def _attachment(attachment: Attachment) -> dict[str, object]:
    return {
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }
