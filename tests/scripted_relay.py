"""A relay that answers byte for byte as a test says, and keeps what it was told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

#: Answers that are none: say nothing, hang up, or begin a reply that never ends.
SILENCE, HANG_UP, ENDLESS = "silence", "hang up", "endless"
_USUAL = {"DATA": "354 go on", "QUIT": "221 bye"}


class Line(asyncio.Protocol):
    """One connection to it."""

    def __init__(self, relay: ScriptedRelay) -> None:
        self.relay = relay
        self.lost = False
        self.buffer = b""
        self.in_data = False
        self.securing = False
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.relay.lines.append(self)
        self.say(b"220 relay.example\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def data_received(self, data: bytes) -> None:
        self.relay.writes.append(data)
        self.buffer += data
        if not self.securing:
            self.answer()

    def answer(self) -> None:
        replies = b""
        while (word := self.next_word()) is not None:
            answer = self.relay.answer(word)
            self.in_data = answer.startswith("354")
            if self.in_data:
                self.buffer = b"\r\n" + self.buffer
            if answer == HANG_UP:
                self.say(replies)
                self.transport.close()
                return
            if word == "STARTTLS" and answer.startswith("2"):
                self.securing = True
                self.start(self.secure())
                return
            if answer == ENDLESS:
                self.start(self.go_on())
            elif answer != SILENCE:
                replies += f"{answer}\r\n".encode()
        self.say(replies)

    def next_word(self) -> str | None:
        """Take a command, or the body of a mail (whose word is ".")."""
        end = b"\r\n.\r\n" if self.in_data else b"\r\n"
        taken, found, rest = self.buffer.partition(end)
        if not found:
            return None
        self.buffer = rest
        if self.in_data:
            self.relay.mails.append(taken[2:] + b"\r\n")
            return "."
        return taken.decode()

    def say(self, words: bytes) -> None:
        if not self.relay.byte_by_byte:
            self.transport.write(words)
        elif words:
            self.start(self.dribble(words))

    def start(self, coroutine: object) -> None:
        assert asyncio.iscoroutine(coroutine)
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def dribble(self, words: bytes) -> None:
        for byte in words:
            self.transport.write(bytes([byte]))
            await asyncio.sleep(0)

    async def secure(self) -> None:
        self.transport.write(b"220 go on\r\n")
        assert self.relay.starttls is not None
        loop = asyncio.get_running_loop()
        upgraded = await loop.start_tls(self.transport, self, self.relay.starttls, server_side=True)
        assert upgraded is not None
        self.transport = upgraded
        self.securing = False
        self.answer()  # the client may have spoken before this task was told

    async def go_on(self) -> None:
        while not self.lost:
            self.transport.write(b"250-still thinking\r\n")
            await asyncio.sleep(0.02)


class ScriptedRelay:
    """`answers` holds, by verb ("." is the end of a body), what to say instead of the usual."""

    def __init__(self, *extensions: str) -> None:
        self.extensions = extensions
        self.answers: dict[str, list[str]] = {}
        self.byte_by_byte = False
        self.lines: list[Line] = []
        self.heard: list[str] = []
        self.commands: list[str] = []
        self.writes: list[bytes] = []
        self.mails: list[bytes] = []
        self.port = 0
        self.starttls: ssl.SSLContext | None = None

    def answer(self, word: str) -> str:
        verb = word[:4].strip()
        self.heard.append(verb)
        self.commands.append(word)
        if waiting := self.answers.get(verb):
            self.answers[verb] = waiting[1:]
            return waiting[0]
        if verb == "EHLO":
            offers = ["250-relay.example", *(f"250-{offer}" for offer in self.extensions)]
            return "\r\n".join([*offers, "250 HELP"])
        return _USUAL.get(verb, "250 2.0.0 OK")


@asynccontextmanager
async def scripted_relay(
    *extensions: str, tls: ssl.SSLContext | None = None
) -> AsyncIterator[ScriptedRelay]:
    """Serve on a free port of 127.0.0.1; with `tls` from the first byte."""
    relay = ScriptedRelay(*extensions)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(relay), "127.0.0.1", 0, ssl=tls)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for line in relay.lines:
            line.transport.abort()
        await server.wait_closed()
