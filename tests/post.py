"""A sender that behaves like a mail server: what was not accepted with 250 it brings again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

PAUSE = 0.1


@dataclass(slots=True)
class Letter:
    """One mail and its envelope."""

    mail_from: str
    rcpt_tos: Sequence[str]
    raw: bytes


@dataclass(slots=True)
class Post:
    """Delivers letters to 127.0.0.1:`port`, over several connections, until each has its 250."""

    port: int
    connections: int = 4
    accepted: int = 0
    tried_again: int = 0
    left: list[Letter] = field(default_factory=list)

    async def deliver(self, letters: Iterable[Letter]) -> None:
        self.left = list(letters)
        self.left.reverse()
        await asyncio.gather(*(self._carry() for _ in range(self.connections)))

    async def _carry(self) -> None:
        while self.left:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(PAUSE)
                continue
            try:
                await self._converse(reader, writer)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                await asyncio.sleep(PAUSE)
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _hear(reader)
        await _say(reader, writer, b"EHLO poste.example\r\n")
        while self.left:
            letter = self.left.pop()
            try:
                reply = await _hand_over(reader, writer, letter)
            except BaseException:
                self.tried_again += 1
                self.left.append(letter)
                raise
            if reply == "250":
                self.accepted += 1
            else:
                self.tried_again += 1
                self.left.append(letter)
                await asyncio.sleep(PAUSE)
                if reply.startswith("421"):
                    return


async def _hand_over(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, letter: Letter
) -> str:
    commands = [f"MAIL FROM:<{letter.mail_from}>"]
    commands += [f"RCPT TO:<{address}>" for address in letter.rcpt_tos]
    for command in (*commands, "DATA"):
        reply = await _say(reader, writer, command.encode() + b"\r\n")
        if reply[0] not in "23":
            await _say(reader, writer, b"RSET\r\n")
            return reply
    return await _say(reader, writer, letter.raw.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> str:
    writer.write(data)
    return await _hear(reader)


async def _hear(reader: asyncio.StreamReader) -> str:
    async with asyncio.timeout(30):
        while True:
            line = await reader.readuntil(b"\n")
            if line[3:4] != b"-":
                return line[:3].decode()
