"""Bytes to a Reading. Total: whatever the bytes, a reading comes back, never an exception."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from services.intake.reading import (
    addresses,
    attachments,
    automatic,
    bodies,
    bounces,
    headers,
    language,
    limits,
    own_words,
)
from services.intake.reading.charsets import decode, storable
from services.intake.reading.content import content_sha256
from services.intake.reading.headers import Headers
from services.intake.reading.identity import message_id_of, message_identity, message_ids
from services.intake.reading.structure import Parser, Part
from shared.domain.reading import Attachment, Forwarded, Reading
from shared.errors import Poison


def read(
    raw: bytes, *, mail_from: str | None = None, own_domains: frozenset[str] = frozenset()
) -> Reading:
    """Return what is understood of a message's bytes. Never raises.

    `mail_from` is the envelope sender, "" for the null sender, None when there is no envelope (a
    file). `own_domains` are in lower case. A message that exceeds `limits` or breaks the reader
    gives state "failed" and a code in `failed_because`; its raw bytes are for a person.
    """
    try:
        return _read(raw, mail_from, own_domains)
    except Poison as error:
        return failed(raw, error.code)
    except RecursionError:
        return failed(raw, "nested_too_deep")
    except MemoryError:
        return failed(raw, "reading_used_too_much_memory")
    except Exception as error:  # noqa: BLE001 (one bad message stops nothing)
        return failed(raw, f"reader_error_{type(error).__name__}")


def failed(raw: bytes, because: str) -> Reading:
    """Return the reading of a message that could not be read; `because` is a code of ours.

    It has the identity of the message all the same, so a later reading meets the same case.
    """
    message_id, content = message_identity(raw)
    return Reading(
        state="failed", failed_because=because, message_id=message_id, content_sha256=content
    )


class Addressed(NamedTuple):
    """Who wrote, and to whom."""

    from_address: str
    from_name: str
    reply_to: str
    to: tuple[str, ...]
    cc: tuple[str, ...]


class Texts(NamedTuple):
    """The text of a message, whole and in its parts."""

    text: str
    own_text: str
    quoted_text: str
    signature: str
    forwarded: Forwarded | None
    cut: bool


def _read(raw: bytes, mail_from: str | None, own_domains: frozenset[str]) -> Reading:
    if len(raw) > limits.MESSAGE_BYTES:
        raise Poison("message_too_large")
    defects: set[str] = set()
    root = Parser(raw, defects).parse()
    found = bodies.choose(root)
    charset = next((part.charset for part in found.text + found.html if part.charset), "")
    who = _addressed(root.headers, charset, mail_from, defects)
    subject = headers.text(root.headers.first("subject"), charset, defects)
    texts = _texts(root, found, subject, who, defects)
    tongue, confidence = language.language_of(f"{subject}\n{texts.own_text}")
    reasons = automatic.reasons(
        automatic.Facts(
            headers=root.headers,
            types=frozenset(_types(root)),
            mail_from=mail_from,
            from_address=who.from_address,
            from_name=who.from_name,
            subject=subject,
            own_domains=own_domains,
            own_text=texts.own_text,
            forwarded=texts.forwarded,
        )
    )
    return Reading(
        subject=subject,
        **who._asdict(),
        date=_date(root.headers, defects),
        message_id=message_id_of(root.headers),
        in_reply_to=message_ids(root.headers.first("in-reply-to"))[: limits.REFERENCES],
        references=message_ids(root.headers.first("references"))[-limits.REFERENCES :],
        **texts._asdict(),
        attachments=_attached(root, found, defects),
        automatic=bool(reasons),
        automatic_reasons=reasons,
        bounce=bounces.bounce_of(root, reasons, subject, texts.text),
        language=tongue,
        language_confidence=confidence,
        mixed=language.mixed_of(texts.own_text),
        content_sha256=content_sha256(raw[root.start :]),
        defects=tuple(sorted(defects)),
    )


def _types(part: Part) -> set[str]:
    found = {part.content_type}
    for below in part.parts:
        found |= _types(below)
    return found


def _addressed(found: Headers, charset: str, mail_from: str | None, defects: set[str]) -> Addressed:
    def listed(name: str) -> list[addresses.Mailbox]:
        return [
            mailbox
            for value in found.every(name)
            for mailbox in addresses.mailboxes(value, charset, defects)
        ]

    authors = listed("from")
    if len(found.every("from")) > 1:
        defects.add("several_from")
    name, address = next((m for m in authors if m[1]), authors[0] if authors else ("", ""))
    if not address:
        defects.add("no_from_address")
        senders = [m for m in listed("sender") if m[1]] or [("", _plain(mail_from))]
        name, address = name or senders[0][0], senders[0][1]
    return Addressed(
        from_address=address,
        from_name=name,
        reply_to=next((m[1] for m in listed("reply-to") if m[1]), ""),
        to=_unique(listed("to")),
        cc=_unique(listed("cc")),
    )


def _plain(mail_from: str | None) -> str:
    return addresses.address_of(storable(mail_from or ""))


def _unique(found: list[addresses.Mailbox]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for _, address in found if address))[: limits.ADDRESSES]


def _date(found: Headers, defects: set[str]) -> datetime | None:
    """Return the Date field in UTC; a date without a zone is taken as UTC (RFC 5322 §4.3)."""
    value = found.first("date")
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value.decode("ascii", "replace")[:200])
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        defects.add("bad_date")
        return None


def _texts(
    root: Part, found: bodies.Bodies, subject: str, who: Addressed, defects: set[str]
) -> Texts:
    text, cut = _joined(found.text, defects)
    if not text.strip() and found.html:
        text, cut = _joined(found.html, defects)
    if not text.strip() and not found.attached:
        text = _as_it_stands(root, defects)
    if not text:
        defects.add("no_text")
    elif all(part.content_type == "text/html" for part in found.text):
        defects.add("no_plain_text")
    text, cut_again = _bounded(text)
    parts = own_words.parts_of(text, subject, (who.from_name, who.from_address))
    return Texts(
        text=text,
        own_text=parts.own,
        quoted_text=parts.quoted,
        signature=parts.signature,
        forwarded=parts.forwarded,
        cut=cut or cut_again,
    )


def _as_it_stands(root: Part, defects: set[str]) -> str:
    """Return the body undone, for a message whose structure hides all of it."""
    body = root.raw[root.start : root.start + limits.TEXT_BYTES]
    if root.content_type.startswith("multipart/") and body.strip():
        defects.add("no_readable_part")
        return bodies.without_structure(storable(decode(body, root.charset, defects))).strip()
    return ""


def _joined(parts: list[Part], defects: set[str]) -> tuple[str, bool]:
    pieces, cut = [], False
    for part in parts:
        if part.content_type.startswith("text/"):
            piece, too_long = bodies.text_of(part, defects)
            cut = cut or too_long
            if piece.strip():
                pieces.append(piece.strip("\n"))
    return "\n".join(pieces), cut


def _bounded(text: str) -> tuple[str, bool]:
    """Return at most `limits.TEXT_BYTES` of UTF-8, and whether something was cut."""
    if len(text) * 4 <= limits.TEXT_BYTES:
        return text, False
    data = text.encode()
    if len(data) <= limits.TEXT_BYTES:
        return text, False
    return data[: limits.TEXT_BYTES].decode("utf-8", "ignore"), True


def _attached(root: Part, found: bodies.Bodies, defects: set[str]) -> tuple[Attachment, ...]:
    """Return every part that is not text of the message, pictures in the text included."""
    shown = [
        part
        for part in found.text + found.html
        if not part.content_type.startswith("text/") or part.name
    ]
    wanted = {part.path for part in (*found.attached, *shown)}
    parts = (part for part in root.leaves() if part.path in wanted)
    return tuple(attachments.describe(part, defects) for part in parts)
