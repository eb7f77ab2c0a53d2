"""Who a message is: its Message-ID and the hash of its body, without reading the rest."""

from __future__ import annotations

import re

from services.intake.reading import headers
from services.intake.reading.content import content_sha256
from services.intake.reading.headers import Headers
from shared.errors import Poison

#: RFC 5322 §3.6.4, and what is written instead: no brackets, blanks inside, several at once.
BRACKETED = re.compile(rb"<([^<>]*)>")
MESSAGE_ID = re.compile(r"[^\s<>]+")
MOST_CHARACTERS = 998  # RFC 5322 §2.1.1: the longest line, so the longest id


def message_identity(raw: bytes) -> tuple[str, str]:
    """Return (normalised Message-ID or "", content_sha256). Never raises for any bytes."""
    try:
        found, body = headers.split(raw, headers.start_of(raw), len(raw), set())
    except Poison:
        return "", content_sha256(raw)
    return message_id_of(found), content_sha256(raw[body:])


def message_id_of(found: Headers) -> str:
    """Return the normalised Message-ID of a header block, "" when it has none."""
    ids = message_ids(found.first("message-id"))
    return ids[0] if ids else ""


def message_ids(value: bytes) -> tuple[str, ...]:
    """Return the ids in a Message-ID, In-Reply-To or References field, normalised, in order."""
    found = BRACKETED.findall(value)
    if not found:
        found = [word for word in value.split() if b"@" in word] or [b"".join(value.split())]
    normalised = (normalise(each.decode("utf-8", "replace")) for each in found)
    return tuple(dict.fromkeys(each for each in normalised if each))


def normalise(message_id: str) -> str:
    """Return an id without brackets and blanks, its domain in lower case."""
    plain = "".join(MESSAGE_ID.findall(message_id))
    plain = "".join(c for c in plain if c.isprintable())[:MOST_CHARACTERS]
    local, at, domain = plain.rpartition("@")
    return f"{local}{at}{domain.lower()}" if at else plain
