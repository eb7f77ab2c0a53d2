"""An SMTP client that says exactly what it is told, and a door for it to knock at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from services.intake.smtp import Door, serve_smtp
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.envelope import Envelope
from shared.ports.query import Query
from shared.runtime.listening import listen

MAIL = "MAIL FROM:<ginette@courriel.example>"
RCPT = "RCPT TO:<plaintes@ministere.example>"
BODY = b"Subject: delai\r\n\r\nSix semaines.\r\n"


class Client:
    """A client that says exactly what it is told."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def hear(self) -> str:
        """Return one reply, all its lines; "" when the server has closed."""
        lines = []
        while line := (await asyncio.wait_for(self.reader.readline(), 20)).decode():
            lines.append(line)
            if line[3:4] == " ":
                break
        return "".join(lines).strip()

    async def say(self, line: str | bytes) -> str:
        self.send(line if isinstance(line, bytes) else line.encode() + b"\r\n")
        return await self.hear()

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def greet(self) -> str:
        await self.hear()
        return await self.say("EHLO poste.example")

    async def envelope(self, mail: str = MAIL, rcpts: Sequence[str] = (RCPT,)) -> str:
        await self.say(mail)
        for rcpt in rcpts:
            await self.say(rcpt)
        return await self.say("DATA")

    async def deliver(self, body: bytes = BODY) -> str:
        await self.envelope()
        return await self.say(body + b".\r\n")


@asynccontextmanager
async def serving(door: Door) -> AsyncIterator[Callable[[], Any]]:
    async with serve_smtp(door, listen("RECOURS_SMTP_LISTEN", "127.0.0.1:0")) as address:
        host, port = address.split(":")
        clients: list[Client] = []

        async def connect() -> Client:
            client = Client(*await asyncio.open_connection(host, int(port)))
            clients.append(client)
            return client

        yield connect
        for client in clients:
            client.writer.close()


async def kept(store: SqliteStore) -> list[Envelope]:
    return await store.envelopes.find(Query(limit=1000))


async def raw_of_the_only_one(store: SqliteStore) -> bytes:
    (envelope,) = await kept(store)
    raw = await store.envelopes.raw(envelope.id)
    assert raw is not None
    return raw
