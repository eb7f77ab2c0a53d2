"""A message's documents, got out of its bytes and read one by one, each in a call of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
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

    `reading` is that of `raw`. Everything attached is looked at for viruses, pictures in the text
    too: those are returned only when one was found. A document that holds a virus is not read; one
    that nobody could check says so. Without `scans`, what only a scanner could read is left to a
    person. Raise Transient when no child process can be had.
    """
    attached = documents_of(reading)
    wanted = reading.attachments if viruses else tuple(attached[: limits.DOCUMENTS])
    if not wanted:
        return ()
    paths = [each.part for each in wanted]
    try:
        parts = dict(zip(paths, await readers.parts_of(raw, paths), strict=True))
    except Poison as error:
        because = because_of(error.code, NOT_CHECKED if viruses else "")
        return tuple(_unread(each, because) for each in attached)
    verdicts = await _verdicts(parts, viruses) if viruses else {}
    texts = await _texts(attached, parts, verdicts, readers)
    documents = {each.part for each in attached}
    texts += [
        _infected(each)
        for each in wanted
        if each.part not in documents and verdicts.get(each.part) == "infected"
    ]
    if not scans:
        texts = [left_to_a_person(text, "no_scanner") for text in texts]
    return within(texts, room_beside(reading))


async def _verdicts(parts: Mapping[str, bytes], viruses: Viruses) -> dict[str, Verdict]:
    """Return what was said of each part; "unknown" for all that the deadline leaves."""
    ends = asyncio.get_running_loop().time() + limits.MESSAGE_SECONDS
    verdicts: dict[str, Verdict] = {}
    for path, data in parts.items():
        in_time = asyncio.get_running_loop().time() < ends
        verdicts[path] = await viruses.verdict(data) if in_time else "unknown"
    return verdicts


async def _texts(
    attached: Sequence[Attachment],
    parts: Mapping[str, bytes],
    verdicts: Mapping[str, Verdict],
    readers: Papers,
) -> list[DocumentText]:
    """Read one after the other; a message that keeps the children too long has had its time."""
    ends = asyncio.get_running_loop().time() + limits.MESSAGE_SECONDS
    texts: list[DocumentText] = []
    slow = 0
    for number, attachment in enumerate(attached):
        verdict = verdicts.get(attachment.part, "clean")
        if verdict == "infected":
            texts.append(_infected(attachment))
            continue
        if number >= limits.DOCUMENTS:
            text = _unread(attachment, "too_many_documents")
        elif slow >= limits.SLOW_DOCUMENTS or asyncio.get_running_loop().time() > ends:
            text = _unread(attachment, "took_too_long")
        else:
            text = await readers.read_document(
                parts[attachment.part],
                part=attachment.part,
                name=attachment.name,
                declared=attachment.content_type,
            )
            slow += text.because == "took_too_long"
        texts.append(text if verdict == "clean" else _not_checked(text))
    return texts


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
        most = max(most - len(text.encode()) - sum(map(len, document.entries)), 0)
        kept.append(document.model_copy(update={"text": text, "cut": True}) if cut else document)
    return tuple(kept)


def room_beside(reading: Reading) -> int:
    """Return the bytes left for documents, of all that is kept of one message."""
    words = (reading.text, reading.own_text, reading.quoted_text)
    taken = sum(len(text.encode()) for text in words)
    return max(limits.MESSAGE_TEXT_BYTES - taken, limits.TEXT_BYTES)


def _infected(attachment: Attachment) -> DocumentText:
    return _unread(attachment, "virus_found").model_copy(update={"state": "infected"})


def _not_checked(text: DocumentText) -> DocumentText:
    return text.model_copy(update={"because": because_of(text.because, NOT_CHECKED)})


def _unread(attachment: Attachment, because: str) -> DocumentText:
    return unread(attachment.part, attachment.name, attachment.detected_type, because)
