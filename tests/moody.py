"""A relay that does not always take what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.bench.sink import Sink


@dataclass
class Moody:
    """A relay that answers the first RCPT of an address as told, and then takes all."""

    first: dict[str, bytes]
    arrived: list[tuple[str, float]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def count(self, address: str) -> int:
        return [to for to, _ in self.arrived].count(address)

    @asynccontextmanager
    async def on(self, port: int) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _MoodySink(self), "127.0.0.1", port)
        yield
        server.close()


class _MoodySink(Sink):
    def __init__(self, relay: Moody) -> None:
        super().__init__(relay.arrived)
        self._relay = relay

    def answer(self, line: bytes) -> bytes:
        address = line.partition(b"<")[2].partition(b">")[0].decode()
        reply = self._relay.first.pop(address, b"") if line[:4].upper() == b"RCPT" else b""
        if not reply:
            return super().answer(line)
        self._relay.refused.append(address)
        if reply == b"hang up":
            self.transport.close()
        return reply + b"\r\n"
