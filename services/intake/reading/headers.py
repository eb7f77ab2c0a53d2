"""The header block: where it ends, its fields, and their text. Forgiving on purpose.

A line that is neither a field nor a blank line continues the field before it, whether or not
it starts with a blank: broken software wraps without indenting, and a strict parser would lose
the sender and the subject that stand below.
"""

from __future__ import annotations

import re

from services.intake.reading import limits
from services.intake.reading.charsets import codec_for, one_line
from services.intake.reading.encoded_words import decode_words
from shared.errors import Poison

#: RFC 5322 §3.6.8 field names; §4.5 lets blanks stand before the colon.
FIELD = re.compile(
    rb"^([!-9;-~]{1,200})[ \t]*:[ \t]*([^\n]*(?:\n(?![!-9;-~]{1,200}[ \t]*:)[^\n]+)*)", re.MULTILINE
)
JUNK = re.compile(rb"^(?![!-9;-~]{1,200}[ \t]*:|[ \t\r]|>?From |$)", re.MULTILINE)
FOLD = re.compile(r"\r?\n[ \t]*|\r")
BLANK_LINE = re.compile(rb"\n\r?\n|\r\r(?!\n)")
LEADING = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*(?:>?From (?![ \t]*:)[^\r\n]*\r?\n)?")


class Headers:
    """The fields of one header block, as bytes, in order of appearance."""

    __slots__ = ("fields",)

    def __init__(self, block: bytes) -> None:
        if b"\n" not in block:
            block = block.replace(b"\r", b"\n")
        self.fields: dict[str, list[bytes]] = {}
        for name, value in FIELD.findall(block):
            self.fields.setdefault(name.decode("ascii").lower(), []).append(value.strip())

    def first(self, name: str) -> bytes:
        """Return the first value of a field that is not empty, b"" when there is none."""
        return next((value for value in self.fields.get(name, ()) if value), b"")

    def every(self, name: str) -> list[bytes]:
        """Return all values of a field, in order."""
        return self.fields.get(name, [])

    def __contains__(self, name: str) -> bool:
        return name in self.fields


def split(raw: bytes, start: int, end: int, defects: set[str]) -> tuple[Headers, int]:
    """Return the headers that begin at `start`, and where the body begins.

    Raises Poison("header_block_too_large").
    """
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Headers(b""), start + (1 if raw[start] == 10 else 2)
    blank = BLANK_LINE.search(raw, start, end)
    head_end, body = blank.span() if blank else (end, end)
    if head_end - start > limits.HEADER_BYTES:
        raise Poison("header_block_too_large")
    block = raw[start:head_end]
    junk = JUNK.search(block)
    if junk is None:
        return Headers(block), body
    return _repaired(block, junk.start(), start, body, ends=blank is not None, defects=defects)


def _repaired(
    block: bytes, junk: int, start: int, body: int, *, ends: bool, defects: set[str]
) -> tuple[Headers, int]:
    defects.add("junk_in_headers")
    if FIELD.match(block) is None and junk == 0 and FIELD.search(block) is None:
        return Headers(b""), start
    below = FIELD.search(block, junk)
    if not ends and below is None:
        return Headers(block[:junk]), start + junk
    return Headers(block), body


def start_of(raw: bytes) -> int:
    """Return where the headers of a message begin: after a byte order mark, blanks, mbox line."""
    match = LEADING.match(raw)
    return match.end() if match else 0


def raw_text(value: bytes, charset: str, defects: set[str]) -> str:
    """Return a field's text before any RFC 2047 decoding.

    Raw 8-bit bytes (RFC 6532 says UTF-8, old software says nothing) are read as UTF-8, then in
    the charset of the body, then as windows-1252.
    """
    if value.isascii():
        return value.decode("ascii")
    for codec in ("utf-8", codec_for(charset) or "cp1252"):
        try:
            text = value.decode(codec)
        except (UnicodeError, LookupError):
            defects.add("raw_8bit_headers")
        else:
            return text
    return value.decode("cp1252", "replace")


def unfolded(value: bytes, charset: str, defects: set[str]) -> str:
    """Return `raw_text` on one line (RFC 5322 §2.2.3)."""
    return FOLD.sub(" ", raw_text(value, charset, defects))


def text(value: bytes, charset: str, defects: set[str]) -> str:
    """Return a field's text, decoded, on one line, at most `limits.HEADER_TEXT` characters."""
    return one_line(decode_words(raw_text(value, charset, defects), defects))[: limits.HEADER_TEXT]
