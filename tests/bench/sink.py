"""A relay that takes all mail and remembers when it came for whom; a process of its own.

Prints its port at start. A line on standard input asks for what came since the last one: a JSON
line of [recipient, moment] in answer.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import uvloop


class Sink(asyncio.Protocol):
    """Speaks just enough ESMTP, with PIPELINING, to be quick."""

    def __init__(self, arrived: list[tuple[str, float]]) -> None:
        self.arrived = arrived
        self.buffer = b""
        self.in_data = False
        self.recipients: list[str] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        replies: list[bytes] = []
        while self.take(replies):
            pass
        if replies:
            self.transport.write(b"".join(replies))

    def take(self, replies: list[bytes]) -> bool:
        end = self.buffer.find(b"\r\n.\r\n" if self.in_data else b"\r\n")
        if end < 0:
            return False
        if self.in_data:
            self.buffer = self.buffer[end + 5 :]
            self.in_data = False
            now = time.monotonic()
            self.arrived.extend((recipient, now) for recipient in self.recipients)
            replies.append(b"250 2.0.0 taken\r\n")
            return True
        line, self.buffer = self.buffer[:end], self.buffer[end + 2 :]
        replies.append(self.answer(line))
        return True

    def answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 52428800\r\n"
        if verb == b"MAIL":
            self.recipients = []
        elif verb == b"RCPT":
            self.recipients.append(line.partition(b"<")[2].partition(b">")[0].decode())
        elif verb == b"DATA":
            self.in_data = True
            self.buffer = b"\r\n" + self.buffer
            return b"354 go\r\n"
        elif verb == b"QUIT":
            return b"221 bye\r\n"
        return b"250 ok\r\n"


async def serve() -> None:
    arrived: list[tuple[str, float]] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(arrived), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        taken, arrived[:] = list(arrived), []
        sys.stdout.write(json.dumps(taken) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
