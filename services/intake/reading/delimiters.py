"""Where the parts of a multipart begin and end: lines of "--" and the boundary (RFC 2046 §5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.intake.reading import limits
from shared.errors import Poison

Span = tuple[int, int]
#: A delimiter line, and a field of a part right below it.
FIRST = re.compile(
    rb"(?:\A|\n)--([^\s-][^\r\n]{0,199}?)[ \t]*\r?\n(?:content|mime)-[a-z-]{2,40}:", re.I
)
#: How far the first delimiter of a multipart without a boundary is looked for.
GUESS = 20_000


def spans(raw: bytes, boundary: bytes, start: int, end: int, defects: set[str]) -> list[Span]:
    """Return the spans between delimiter lines, [] when there are none.

    A boundary does not end in blanks (RFC 2046 §5.1.1), but some do. A delimiter line with more
    on it counts only when there is no clean one. Raises Poison("too_many_parts").
    """
    exact, plain = b"--" + boundary, b"--" + boundary.rstrip()
    for delimiter, strict in ((exact, True), (plain, True), (plain, False)):
        if raw.find(delimiter, start, end) >= 0:
            found = _between(_lines(raw, delimiter, start, end, strict=strict), end, defects)
            if found:
                return found
    defects.add("boundary_not_found")
    return []


def guessed(raw: bytes, start: int, end: int) -> bytes:
    """Return the boundary of a multipart that names none: what its first delimiter line says."""
    found = FIRST.search(raw, max(0, start - 1), min(end, start + GUESS))
    return found[1] if found else b""


def _between(lines: Iterator[tuple[int, int, bool]], end: int, defects: set[str]) -> list[Span]:
    found: list[Span] = []
    opened: int | None = None
    for line_start, content_start, closes in lines:
        if opened is not None:
            found.append((opened, max(opened, line_start)))
            if len(found) > limits.PARTS:
                raise Poison("too_many_parts")
        opened = content_start
        if closes:
            return found
    if opened is not None:
        defects.add("no_end_boundary")
        if opened < end:
            found.append((opened, end))
    return found


def _lines(
    raw: bytes, delimiter: bytes, start: int, end: int, *, strict: bool
) -> Iterator[tuple[int, int, bool]]:
    """Yield (end of what is before, start of what is behind, closes) of each delimiter line."""
    at = raw.find(delimiter, start, end)
    while at >= 0:
        after = at + len(delimiter)
        closes = raw.startswith(b"--", after, end)
        behind = _behind(raw, after + 2 if closes else after, end, strict=strict)
        if behind is not None and (at == start or raw[at - 1] in b"\r\n"):
            yield _before_newline(raw, at, start), behind, closes
        at = raw.find(delimiter, after, end)


def _behind(raw: bytes, at: int, end: int, *, strict: bool) -> int | None:
    """Return where the next line starts; None, if strict, when more than blanks stand before."""
    if not strict:
        line_end = raw.find(b"\n", at, end)
        return end if line_end < 0 else line_end + 1
    while at < end and raw[at] in b" \t":
        at += 1
    if at >= end:
        return end
    if raw.startswith(b"\r\n", at):
        return at + 2
    return at + 1 if raw[at] in b"\r\n" else None


def _before_newline(raw: bytes, at: int, start: int) -> int:
    """Return `at` without the line end before it: it belongs to the delimiter."""
    if at > start and raw[at - 1] == 10:
        at -= 1
    if at > start and raw[at - 1] == 13:
        at -= 1
    return at
