"""A sender of mail: kept connections, one command at a time, as fast as the door answers.

Run as a process of its own, so that its work is not counted as the door's. Reads one JSON line of
orders from standard input and writes one JSON line of times.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

import uvloop

LINE = "Je vous écris au sujet de mon dossier, qui attend depuis six semaines au bureau. "


@dataclass(frozen=True, slots=True)
class Orders:
    """`rate` is mails a second in all, 0 for as fast as possible."""

    host: str
    port: int
    mails: int
    connections: int
    size: int
    rate: float
    first: int


def mail(number: int, size: int) -> bytes:
    """Return one complaint of about `size` bytes; each has a sender and a domain of its own."""
    head = (
        f"From: Personne {number} <personne{number}@courriel{number}.example>\r\n"
        "To: plaintes@ministere.example\r\n"
        f"Subject: Delai du dossier {number}\r\n"
        f"Message-ID: <{number}.charge@courriel{number}.example>\r\n"
        "Date: Fri, 20 Nov 2026 09:41:00 -0500\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
        "Bonjour,\r\n\r\nJe demeure au 12, rue des Exemples, Laval (Québec) H7N 1A1.\r\n"
    )
    body = "\r\n".join([LINE] * (max(0, size - len(head)) // (len(LINE) + 3)))
    return (head + body + f"\r\nPersonne {number}\r\n.\r\n").encode()


class Sender(asyncio.Protocol):
    """One connection: takes the next number until there is none."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.step = 0
        self.number = 0
        self.body = b""
        self.began = 0.0
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        *lines, self.buffer = self.buffer.split(b"\r\n")
        for line in lines:
            if line[3:4] != b"-":
                self.heard(line)

    def heard(self, line: bytes) -> None:
        self.step += 1
        write = self.transport.write
        if line[:1] not in b"23":
            self.run.refused += 1
        if self.step == 1:
            write(b"EHLO charge.example\r\n")
        elif self.step == 2:
            self.next()
        elif self.step == 3:
            write(b"RCPT TO:<plaintes@ministere.example>\r\n")
        elif self.step == 4:
            write(b"DATA\r\n")
        elif self.step == 5:
            write(self.body)
        else:
            now = time.monotonic()
            self.run.accepted.append((self.number, self.began, now))
            self.next()

    def next(self) -> None:
        number = self.run.take()
        if number is None:
            self.done.set_result(None)
            return
        self.step = 2
        wait = self.run.wait_for(number)
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self.begin, number)
        else:
            self.begin(number)

    def begin(self, number: int) -> None:
        self.number = number
        self.body = mail(number, self.run.orders.size)
        self.began = time.monotonic()
        sender = f"personne{number}@courriel{number}.example"
        self.transport.write(f"MAIL FROM:<{sender}>\r\n".encode())


class Run:
    """What all connections share."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.taken = 0
        self.refused = 0
        self.started = time.monotonic()
        self.accepted: list[tuple[int, float, float]] = []

    def take(self) -> int | None:
        if self.taken >= self.orders.mails:
            return None
        self.taken += 1
        return self.orders.first + self.taken - 1

    def wait_for(self, number: int) -> float:
        if not self.orders.rate:
            return 0.0
        due = self.started + (number - self.orders.first) / self.orders.rate
        return due - time.monotonic()


async def send(orders: Orders) -> dict[str, Any]:
    """Send everything; return when each mail began and when its 250 came (monotonic seconds)."""
    run = Run(orders)
    loop = asyncio.get_running_loop()
    senders = [
        (await loop.create_connection(lambda: Sender(run), orders.host, orders.port))[1]
        for _ in range(orders.connections)
    ]
    await asyncio.gather(*(sender.done for sender in senders))
    for sender in senders:
        sender.transport.close()
    return {"accepted": run.accepted, "refused": run.refused}


def main() -> None:
    orders = Orders(**json.loads(sys.stdin.readline()))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(json.dumps(runner.run(send(orders))) + "\n")


if __name__ == "__main__":
    main()
