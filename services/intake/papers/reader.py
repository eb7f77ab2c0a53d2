"""Bytes of a document to its text. Total: whatever the bytes, an answer comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate

from services.intake.papers import (
    archives,
    limits,
    mails,
    opendocument,
    pdf,
    pictures,
    plain,
    word,
)
from services.intake.papers.found import Found, kept_text
from services.intake.papers.kinds import kind_of, media_type_of
from shared.domain.reading import DocumentState, DocumentText
from shared.errors import Poison

#: What went over a limit, of ours or of the child process that reads.
_TOO_LARGE = frozenset(
    {
        "compressed_too_much",
        "decodes_too_large",
        "too_many_entries",
        "too_many_pixels",
        "took_too_long",
        "used_too_much_memory",
    }
)
_READERS: Mapping[str, Callable[[bytes], Found]] = {
    "pdf": pdf.read,
    "docx": word.read,
    "odt": opendocument.read,
    "rtf": plain.read_rtf,
    "txt": plain.read_text,
    "html": plain.read_html,
    "eml": mails.read_eml,
    "msg": mails.read_msg,
    "archive": archives.read,
    **dict.fromkeys(("jpeg", "png", "gif", "tiff", "webp"), pictures.read),
}


def read_document(data: bytes, *, part: str, name: str, declared: str) -> DocumentText:
    """Return what is understood of one attached document. Never raises.

    `part` is its path in the message, `name` its safe name, `declared` the media type that its
    sender gave. What it is, its bytes say. What cannot be read says why in `because`.
    """
    media = "application/octet-stream"
    try:
        kind = kind_of(data, name=name, declared=declared)
        media = media_type_of(kind, data, declared)
        found = _found(kind, data)
    except Poison as error:
        return unread(part, name, media, error.code)
    except RecursionError:
        return unread(part, name, media, "nested_too_deep")
    except MemoryError:
        return unread(part, name, media, "used_too_much_memory")
    except Exception as error:  # noqa: BLE001 (one bad document stops nothing)
        return unread(part, name, media, f"document_error_{type(error).__name__}")
    return _told(found, part, name, media)


def unread(part: str, name: str, media_type: str, because: str) -> DocumentText:
    """Return the answer for a document that could not be read; `because` is a code of ours."""
    state: DocumentState = "by_a_person"
    if because == "encrypted":
        state = "encrypted"
    elif because in _TOO_LARGE:
        state = "too_large"
    return DocumentText(part=part, name=name, type=media_type, state=state, because=because)


def _found(kind: str, data: bytes) -> Found:
    reader = _READERS.get(kind)
    if reader is None:
        raise Poison(kind)
    return reader(data)


def _told(found: Found, part: str, name: str, media: str) -> DocumentText:
    text, cut = kept_text(found.text, limits.TEXT_BYTES)
    state, because = found.state, found.because
    if state == "read" and not text:
        state, because = "by_a_person", because or "no_text"
    entries = _some(found.entries)
    return DocumentText(
        part=part,
        name=name,
        type=media,
        state=state,
        because=because,
        text=text,
        cut=cut or found.cut or len(entries) < len(found.entries),
        pages=found.pages,
        entries=entries,
    )


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first names, few enough to be kept with the message (BSON ends at 16 MiB)."""
    ends = accumulate(len(name) for name in names[: limits.NAMES])
    return tuple(
        name for name, end in zip(names, ends, strict=False) if end <= limits.NAMES_CHARACTERS
    )
