"""Files written into the text of a mail, "begin 644 name" to "end", as was done before MIME."""

from __future__ import annotations

import re
from typing import NamedTuple

from services.intake.reading.transfer import uu_line

BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)
MARK = b"begin "
END = re.compile(rb"[ `]?[ \t]*\r?\n?(?:end[ \t]*(?:\r?\n|\Z))?")
#: So many lines that are full to the letter are no accident; one may be.
SURE_LINES = 2


class File(NamedTuple):
    """One file: its name as it was written, its bytes."""

    name: bytes
    data: bytes


def split(text: bytes) -> tuple[bytes, list[File]]:
    """Return `text` without the files written into it, and the files.

    A line that begins with "begin 644 …" counts only when lines of the encoding follow: two, or one
    that "end" or the end of the text closes. People write such words too. The time is linear,
    each line is looked at once.
    """
    files: list[File] = []
    kept: list[bytes] = []
    at = 0
    while begin := BEGIN.search(text, at):
        data, behind = _decoded(text, begin.end())
        if data:
            files.append(File(begin[1].strip(), data))
            kept.append(text[at : begin.start()])
        else:
            kept.append(text[at:behind])
        at = behind
    return b"".join([*kept, text[at:]]), files


def _decoded(text: bytes, at: int) -> tuple[bytes, int]:
    """Return the bytes encoded from `at` on, and where the encoding ends."""
    pieces: list[bytes] = []
    while at < len(text):
        stop = text.find(b"\n", at)
        behind = len(text) if stop < 0 else stop + 1
        line = text[at:behind].rstrip(b"\r\n")
        piece = uu_line(line) if _is_full(line) else None
        if not piece:
            break
        pieces.append(piece)
        at = behind
    end = END.match(text, at)
    closed = at == len(text) or (end is not None and b"end" in end[0])
    if not closed and len(pieces) < SURE_LINES:
        return b"", at
    return b"".join(pieces), end.end() if pieces and end else at


def _is_full(line: bytes) -> bool:
    """Say whether a line is as long as its first sign says; a checksum may stand behind."""
    if not 2 <= len(line) <= 90:
        return False
    letters = (((line[0] - 32) & 63) + 2) // 3 * 4
    return 0 <= len(line) - 1 - letters <= 1 or (len(line) - 1 < letters and line[0] == 77)
