"""clamd, asked about a document: its INSTREAM command (clamd(8)), over TCP or a socket file.

A daemon that is away delays nothing and loses nothing: the answer is then that nobody looked.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from contextlib import suppress
from typing import Literal

from shared.runtime.settings import split_address

Verdict = Literal["clean", "infected", "unknown"]
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_log = logging.getLogger(__name__)

#: Each chunk is led by its length, four bytes, big end first; one of length zero ends them.
_LENGTH = struct.Struct("!I")
_CHUNK = 64 * 1024
_ANSWER_BYTES = 4096
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 30.0
#: After a failure nobody asks for so long: a daemon that is away must not slow every mail.
PAUSE_SECONDS = 10.0


class Clamd:
    """A clamd at `tcp://host:port` or `unix:/path`."""

    def __init__(
        self,
        url: str,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._url = url
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._pause_seconds = pause_seconds
        self._silent_until = 0.0

    async def verdict(self, data: bytes) -> Verdict:
        """Return whether a document holds a virus; "unknown" when clamd did not say."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._silent_until:
            return "unknown"
        try:
            return verdict_in(await self._asked(data))
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            self._silent_until = loop.time() + self._pause_seconds
            _log.warning("clamd did not answer", extra={"code": type(error).__name__})
            return "unknown"

    async def _asked(self, data: bytes) -> bytes:
        async with asyncio.timeout(self._connect_seconds):
            reader, writer = await self._connected()
        try:
            async with asyncio.timeout(self._answer_seconds):
                # It may answer before it has all, and hang up: what it said counts
                with suppress(ConnectionError):
                    await _send(data, writer)
                return await reader.readuntil(b"\0")
        finally:
            writer.close()

    async def _connected(self) -> _Streams:
        if self._url.startswith("unix:"):
            path = self._url.removeprefix("unix:")
            return await asyncio.open_unix_connection(path, limit=_ANSWER_BYTES)
        host, port = split_address(self._url.removeprefix("tcp://"))
        return await asyncio.open_connection(host, port, limit=_ANSWER_BYTES)


async def _send(data: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"zINSTREAM\0")
    for start in range(0, len(data), _CHUNK):
        chunk = data[start : start + _CHUNK]
        writer.write(_LENGTH.pack(len(chunk)) + chunk)
        await writer.drain()
    writer.write(_LENGTH.pack(0))
    await writer.drain()


def verdict_in(answer: bytes) -> Verdict:
    """Return what clamd says: `stream: OK`, `stream: NAME FOUND`, or `… ERROR`."""
    words = answer.rstrip(b"\0\r\n ")
    if words.endswith(b" FOUND"):
        return "infected"
    if words.endswith(b": OK"):
        return "clean"
    _log.warning("clamd could not check a document")
    return "unknown"
