"""A reading as plain data for the command line: what was understood of one file."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.reading import (
    Attachment,
    DocumentText,
    Flag,
    Forwarded,
    Reading,
    Triage,
)


def report(
    file: str,
    reading: Reading,
    triage: Triage | None = None,
    documents: Sequence[DocumentText] = (),
) -> dict[str, object]:
    """Return the reading of `file` as JSON-ready data; a failed reading names why in `defects`."""
    bounce = reading.bounce
    signs = triage or Triage()
    why = (reading.failed_because,) if reading.state == "failed" else ()
    return {
        "file": file,
        "subject": reading.subject,
        "from_address": reading.from_address,
        "from_name": reading.from_name,
        "to": list(reading.to),
        "text": reading.text,
        "own_text": reading.own_text,
        "language": "mixed" if reading.mixed else reading.language,
        "language_confidence": reading.language_confidence,
        "kind": signs.kind,
        "flags": list(dict.fromkeys(flag.name for flag in signs.flags)),
        "flag_evidence": [_flag(each) for each in signs.flags],
        "complainant_type": signs.complainant_kind,
        "happened_on": signs.happened_on.isoformat() if signs.happened_on else None,
        "forwarded": reading.forwarded and _forwarded(reading.forwarded),
        "attachments": [_attachment(each) for each in reading.attachments],
        "documents": [_document(each) for each in documents],
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


def _flag(flag: Flag) -> dict[str, object]:
    return {
        "flag": flag.name,
        "words": flag.words,
        "start": flag.start,
        "end": flag.end,
        "where": flag.where,
        "because": flag.because,
    }


def _forwarded(forwarded: Forwarded) -> dict[str, object]:
    return {
        "from": forwarded.from_address or forwarded.from_name,
        "name": forwarded.from_name,
        "date": forwarded.date.isoformat() if forwarded.date else None,
        "subject": forwarded.subject,
        "text": forwarded.text,
    }


def _document(document: DocumentText) -> dict[str, object]:
    return {
        "name": document.name,
        "type": document.type,
        "text": document.text,
        "pages": document.pages,
        "state": document.state,
        "because": document.because,
    }
