"""A message's documents, got out of its bytes and read one by one, each in a call of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from services.intake.papers import limits, unread
from services.intake.papers.found import shortened
from services.intake.viruses import Verdict
from shared.domain.reading import Attachment, DocumentText, Reading
from shared.errors import Poison

#: Parts that are attached and that nobody wrote: signatures over the message, reports of programs.
_NO_DOCUMENTS = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
    }
)
NOT_CHECKED = "not_checked_for_viruses"


class Papers(Protocol):
    """What `children.Readers` does with documents."""

    async def parts_of(self, raw: bytes, paths: Sequence[str]) -> list[bytes]: ...

    async def read_document(
        self, data: bytes, *, part: str, name: str, declared: str
    ) -> DocumentText: ...


class Viruses(Protocol):
    """Looks for viruses; never fails, says when it could not look."""

    async def verdict(self, data: bytes) -> Verdict: ...


async def read_documents(
    raw: bytes,
    reading: Reading,
    *,
    readers: Papers,
    viruses: Viruses | None = None,
    scans: bool = False,
) -> tuple[DocumentText, ...]:
    """Return the texts of the documents attached to a message, in their order.

    `reading` is that of `raw`. A document that holds a virus is not read; one that nobody could
    check says so. Without `scans`, what only a scanner could read is left to a person. Raise
    Transient when no child process can be had.
    """
    attached = documents_of(reading)
    if not attached:
        return ()
    first, rest = attached[: limits.DOCUMENTS], attached[limits.DOCUMENTS :]
    try:
        parts = await readers.parts_of(raw, [each.part for each in first])
    except Poison as error:
        return tuple(_unread(each, error.code) for each in attached)
    texts = [
        await _read(attachment, data, readers=readers, viruses=viruses)
        for attachment, data in zip(first, parts, strict=True)
    ]
    texts += [_unread(each, "too_many_documents") for each in rest]
    if not scans:
        texts = [left_to_a_person(text, "no_scanner") for text in texts]
    return within(texts, room_beside(reading))


def documents_of(reading: Reading) -> list[Attachment]:
    """Return what is attached to a message, without pictures that stand in its text."""
    return [
        attachment
        for attachment in reading.attachments
        if attachment.detected_type not in _NO_DOCUMENTS
        and attachment.content_type not in _NO_DOCUMENTS
        and not (attachment.inline and attachment.detected_type.startswith("image/"))
    ]


def left_to_a_person(document: DocumentText, because: str) -> DocumentText:
    """Return the document, which waits for a scan no longer if it did."""
    if document.state != "scan":
        return document
    return document.model_copy(
        update={"state": "by_a_person", "because": because_of(because, document.because)}
    )


def because_of(*codes: str) -> str:
    """Return codes as one, a blank between two."""
    return " ".join(code for code in codes if code)


def within(documents: Iterable[DocumentText], most: int) -> tuple[DocumentText, ...]:
    """Return documents whose texts have `most` bytes together; what is cut says so."""
    kept = []
    for document in documents:
        text, cut = shortened(document.text, most)
        most -= len(text.encode())
        kept.append(document.model_copy(update={"text": text, "cut": True}) if cut else document)
    return tuple(kept)


def room_beside(reading: Reading) -> int:
    """Return the bytes left for documents, of all that is kept of one message."""
    words = (reading.text, reading.own_text, reading.quoted_text)
    taken = sum(len(text.encode()) for text in words)
    return max(limits.MESSAGE_TEXT_BYTES - taken, limits.TEXT_BYTES)


async def _read(
    attachment: Attachment, data: bytes, *, readers: Papers, viruses: Viruses | None
) -> DocumentText:
    verdict = await viruses.verdict(data) if viruses else "clean"
    if verdict == "infected":
        found = _unread(attachment, "virus_found")
        return found.model_copy(update={"state": "infected"})
    text = await readers.read_document(
        data, part=attachment.part, name=attachment.name, declared=attachment.content_type
    )
    if verdict == "clean":
        return text
    return text.model_copy(update={"because": because_of(text.because, NOT_CHECKED)})


def _unread(attachment: Attachment, because: str) -> DocumentText:
    return unread(attachment.part, attachment.name, attachment.detected_type, because)
