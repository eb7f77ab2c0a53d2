"""What an SMTP server answers, read strictly: its codes, however the bytes were cut. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: RFC 5321 section 4.5.3.1.5 allows 512 octets a line; servers that explain themselves go beyond.
_LONGEST_LINE = 4096
#: One reply of many lines; a server that never ends it would fill our memory.
_LONGEST_REPLY = 32_768
#: Section 4.2: three digits, then nothing, or a blank, or a hyphen when more lines follow.
_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])[^\x00\r\n]*)?\r")


class Garbled(Exception):
    """What came is no SMTP reply: client and server are out of step."""


class Replies:
    """Takes bytes as they come and gives codes."""

    __slots__ = ("_code", "_rest", "_taken")

    def __init__(self) -> None:
        """Nothing came yet."""
        self._rest = b""
        self._code = b""
        self._taken = 0

    def feed(self, data: bytes) -> Iterator[int]:
        """Yield the codes of the replies that these bytes end; raise Garbled after the last good
        one.

        All lines of one reply must have one code (RFC 5321 section 4.2.1).
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if self._ends(line):
                yield int(self._code)
                self._code, self._taken = b"", 0
        if len(self._rest) > _LONGEST_LINE:
            raise Garbled

    def _ends(self, line: bytes) -> bool:
        """Take one line; return whether it is the last of its reply."""
        self._taken += len(line)
        found = _LINE.fullmatch(line)
        if found is None or len(line) > _LONGEST_LINE or self._taken > _LONGEST_REPLY:
            raise Garbled
        code, mark = found.groups()
        if self._code and code != self._code:
            raise Garbled
        self._code = code
        return mark != b"-"
