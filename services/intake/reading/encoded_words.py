"""Encoded words of RFC 2047 in headers, in the shapes that senders really write."""

from __future__ import annotations

import binascii
import re
from itertools import groupby
from operator import itemgetter

from services.intake.reading.charsets import decode

#: Blanks inside the text, a language (RFC 2231 §5) and a missing end are let through.
WORD = re.compile(
    r"=\?(?P<charset>[^?*\s]{1,60})(?:\*[^?\s]{0,30})?\?(?P<how>[bBqQ])\?"
    r"(?P<text>[^?]*(?:\?(?!=)[^?]*)*)(?:\?=|$)"
)
BLANK = re.compile(r"\s*")
NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")

Piece = tuple[str, bytes | str]


def decode_words(text: str, defects: set[str]) -> str:
    """Return `text` with its encoded words decoded; what is none stays as it is.

    Blanks between two encoded words vanish (RFC 2047 §6.2), and neighbours in one charset are
    decoded together, as many senders cut in the middle of a character.
    """
    if "=?" not in text:
        return text
    decoded = []
    for charset, pieces in groupby(_pieces(text), key=itemgetter(0)):
        contents = [content for _, content in pieces]
        if charset:
            data = b"".join(c for c in contents if isinstance(c, bytes))
            decoded.append(decode(data, charset, defects))
        else:
            decoded.extend(c for c in contents if isinstance(c, str))
    return "".join(decoded)


def _pieces(text: str) -> list[Piece]:
    """Split into (charset, bytes) for encoded words and ("", text) for what is between them."""
    pieces: list[Piece] = []
    end = 0
    for match in WORD.finditer(text):
        between = text[end : match.start()]
        if between and not (pieces and pieces[-1][0] and between.isspace()):
            pieces.append(("", between))
        pieces.append((match["charset"].lower(), _bytes_of(match["how"], match["text"])))
        end = match.end()
    pieces.append(("", text[end:]))
    return pieces


def _bytes_of(how: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if how in "qQ":
        return binascii.a2b_qp(data, header=True)
    return lenient_base64(data)


def lenient_base64(data: bytes) -> bytes:
    """Decode base64 whatever stands in it: foreign characters go, padding is put right."""
    letters = NOT_BASE64.sub(b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
