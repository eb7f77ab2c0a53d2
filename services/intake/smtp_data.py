"""Reading what follows DATA (RFC 5321 section 4.1.1.4), in pieces and with an end to it.

The stock door reads line by line, refuses long lines that real mail has, and grows without limit
when no line ever ends. This one looks only for CRLF.CRLF, so no other sequence of CR, LF and dot
ends a message (no smuggling), and it counts every byte.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum

PIECE = 64 * 1024
#: What a mail may hold at most; announced as SIZE (RFC 1870).
SIZE_LIMIT = 25 * 1024 * 1024
#: A mail over SIZE_LIMIT is read to here, so that its sender hears why; beyond, the door closes.
READ_LIMIT = 50 * 1024 * 1024
#: All bodies being received at one moment, in one process.
IN_FLIGHT_LIMIT = 256 * 1024 * 1024

_END = b"\r\n.\r\n"


class Received(Enum):
    """How reading a body ended."""

    WHOLE = "whole"
    TOO_LARGE = "too_large"
    ENDLESS = "endless"
    NO_ROOM = "no_room"


@dataclass(slots=True)
class InFlight:
    """Bytes of bodies that this process holds while they come in and are saved."""

    used: int = 0

    def has_room(self, more: int) -> bool:
        return self.used + more <= IN_FLIGHT_LIMIT


class Body:
    """One body on its way in. `taken` is what it holds of `in_flight`; `release` gives it back."""

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self._kept = bytearray(b"\r\n")  # so that a body that is only a dot ends, too
        self._taken = 0
        self.state = Received.WHOLE

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        """Read to the end of data and return the content, dots unstuffed; b"" unless WHOLE.

        What a client sent after the end is left in the reader.
        """
        total, tail = 0, b"\r\n"
        while True:
            piece = await reader.read(PIECE)
            if not piece:
                raise ConnectionResetError
            window = tail + piece
            end = window.find(_END)
            if end >= 0:
                self._keep(piece[: end + len(_END) - len(tail)])
                put_back(reader, piece[end + len(_END) - len(tail) :])
                return self._content()
            total += len(piece)
            self._keep(piece)
            self._judge(total)
            if self.state is Received.ENDLESS:
                return b""
            tail = window[-(len(_END) - 1) :]

    def release(self) -> None:
        """Give back the bytes that this body held."""
        self._in_flight.used -= self._taken
        self._taken = 0
        self._kept = bytearray()

    def _keep(self, piece: bytes) -> None:
        if self.state is not Received.WHOLE:
            return
        if not self._in_flight.has_room(len(piece)):
            self._drop(Received.NO_ROOM)
            return
        self._kept += piece
        self._taken += len(piece)
        self._in_flight.used += len(piece)
        if len(self._kept) > SIZE_LIMIT + len(_END) + 2:
            self._drop(Received.TOO_LARGE)

    def _judge(self, total: int) -> None:
        if total > READ_LIMIT:
            self._drop(Received.ENDLESS)

    def _drop(self, state: Received) -> None:
        self.release()
        self.state = state

    def _content(self) -> bytes:
        if self.state is not Received.WHOLE:
            return b""
        content = bytes(self._kept[: -len(b".\r\n")])
        # RFC 5321 section 4.5.2: a dot at the start of a line was added by the sender.
        return content.replace(b"\r\n.", b"\r\n")[2:]


def put_back(reader: asyncio.StreamReader, rest: bytes) -> None:
    """Put bytes back in front of what the reader holds; asyncio has no public way to do it."""
    if rest:
        buffer: bytearray = reader._buffer  # type: ignore[attr-defined]
        buffer[:0] = rest


def pending(reader: asyncio.StreamReader) -> bool:
    """Tell whether the client has sent something that nobody has read yet."""
    buffer: bytearray = reader._buffer  # type: ignore[attr-defined]
    return bool(buffer)
