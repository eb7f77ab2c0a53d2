"""A clamd that says what a test told it to, over TCP or a socket file."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: What makes a document infected here. No real virus, and no test file of the trade.
VIRUS = b"virus-of-this-test"


@dataclass
class ScriptedClamd:
    """Answers FOUND for VIRUS, OK otherwise, or `answer` if one is set; None hangs up."""

    answer: bytes | None = b""
    hangs: bool = False
    seen: list[bytes] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        data = b""
        while length := struct.unpack("!I", await reader.readexactly(4))[0]:
            data += await reader.readexactly(length)
        self.seen.append(data)
        if self.hangs:
            await reader.read()  # until the other side gives up
        elif self.answer is not None:
            found = b"stream: Test.Virus FOUND\0" if VIRUS in data else b"stream: OK\0"
            writer.write(self.answer or found)
            await writer.drain()


@asynccontextmanager
async def clamd(**script: object) -> AsyncIterator[ScriptedClamd]:
    """Run one on a port of its own."""
    one = ScriptedClamd(**script)  # type: ignore[arg-type]
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield one
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def clamd_at(path: Path) -> AsyncIterator[ScriptedClamd]:
    """Run one on a socket file."""
    one = ScriptedClamd(url=f"unix:{path}")
    server = await asyncio.start_unix_server(one.serve, path)
    try:
        yield one
    finally:
        server.close()
        await server.wait_closed()
