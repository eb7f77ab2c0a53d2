"""Transfer encodings (RFC 2045 §6) undone: the bytes of a part as its sender had them."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.intake.reading.structure import Part

AS_IS = frozenset(
    {"", "7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits", "none", "identity"}
)
UUENCODED = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})
BLANKS = b" \t\r\n"
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
#: With so many foreign signs a text was never base64, whatever its header says.
MOST_FOREIGN = 0.04
LETTERS = re.compile(rb"[A-Za-z0-9+/]+")
UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ", re.MULTILINE)


def content(part: Part, defects: set[str]) -> bytes:
    """Return the decoded bytes of a part; what cannot be decoded stays as it is.

    Adds "bad_base64", "bad_uuencode" or "unknown_transfer_encoding" to `defects`.
    """
    if part.encoding == "base64":
        return base64(part.body, defects)
    if part.encoding == "quoted-printable":
        return binascii.a2b_qp(part.body)
    if part.encoding in UUENCODED:
        return uuencoded(part.body, defects)
    if part.encoding not in AS_IS:
        defects.add("unknown_transfer_encoding")
    return part.body


def base64(body: bytes, defects: set[str]) -> bytes:
    """Decode base64, broken or not: lines padded one by one, foreign signs, a missing end."""
    if body.translate(None, ALPHABET + BLANKS).strip(b"=") == b"":
        rest = body.rstrip(BLANKS + b"=")
        if b"=" not in rest and b" " not in rest:
            return _segment(body.translate(None, BLANKS + b"="), defects)
    defects.add("bad_base64")
    foreign = len(body.rstrip().translate(None, ALPHABET + b"=\r\n\t"))
    if foreign > MOST_FOREIGN * len(body):
        return body
    runs = (b"".join(LETTERS.findall(run)) for run in _padded_lines(body))
    return b"".join(_segment(run, defects) for run in runs)


def _padded_lines(body: bytes) -> list[bytes]:
    """Return runs of lines, each ending where padding ends one."""
    runs: list[bytes] = []
    pending: list[bytes] = []
    for line in body.splitlines():
        head, padding, _ = line.partition(b"=")
        pending.append(head)
        if padding:
            runs.append(b"".join(pending))
            pending = []
    return [*runs, b"".join(pending)]


def _segment(letters: bytes, defects: set[str]) -> bytes:
    if len(letters) % 4 == 1:
        defects.add("bad_base64")
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def uuencoded(body: bytes, defects: set[str]) -> bytes:
    """Decode the first uuencoded file in `body`; lines that break the rules are cut to fit."""
    begin = UU_BEGIN.search(body)
    if begin is None:
        defects.add("bad_uuencode")
        return body
    decoded = []
    for line in body[begin.start() :].splitlines()[1:]:
        if line.strip() in {b"end", b"`", b""}:
            break
        piece = uu_line(line)
        if piece is None:
            defects.add("bad_uuencode")
            break
        decoded.append(piece)
    return b"".join(decoded)


def uu_line(line: bytes) -> bytes | None:
    """Return the bytes of one uuencoded line, None when it is none."""
    length = (((line[0] - 32) & 63) * 4 + 5) // 3
    for attempt in (line, line[:length]):
        try:
            return binascii.a2b_uu(attempt)
        except binascii.Error:
            continue
    return None
