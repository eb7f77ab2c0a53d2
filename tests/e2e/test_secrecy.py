"""Whatever breaks, no word of a person gets into queues, dead letters, logs or metrics."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest

from deploy.servers import free_port
from shared.adapters.rabbitmq_topology import declarations
from shared.domain.keys import status_path
from shared.ports.query import Equal, Query
from shared.runtime.logs import set_up_logs
from shared.topology import BY_NAME
from tests.breaking import Faults
from tests.e2e.conftest import Shape, Start, Whole
from tests.moody import Moody
from tests.waiting import until

#: Stands in every place where a person writes something.
MARKER = "zyxmarque"
SENDER = f"{MARKER}@{MARKER}.example"
MAIN = "plaintes@ministere.example"
LAVAL = "equipe.region-laval@ministere.example"
TEXT = f"Je suis {MARKER}, à Laval H7N 1A1, et j’attends depuis six semaines."


def mail(ident: str) -> bytes:
    return (
        f"From: {MARKER.title()} {MARKER} <{SENDER}>\r\nTo: {MARKER} <{MAIN}>\r\n"
        f"Subject: {MARKER}\r\nMessage-ID: <{ident}.{MARKER}@{MARKER}.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{TEXT} {ident}\r\n"
        f'--b\r\nContent-Type: application/pdf; name="{MARKER}.pdf"\r\n'
        f'Content-Disposition: attachment; filename="{MARKER}.pdf"\r\n\r\n'
        f"%PDF-1.4 {MARKER}\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Log as a service does that was told DEBUG; what it writes is here and not on the screen."""
    root, names = logging.getLogger(), list(logging.root.manager.loggerDict)
    levels = {name: logging.getLogger(name).level for name in ("", *names)}
    set_up_logs("DEBUG")
    for client in ("httpx", "httpcore"):  # the test's own
        logging.getLogger(client).setLevel(logging.WARNING)
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    handler.setStream(written)
    yield written
    root.removeHandler(handler)
    logging.raiseExceptions = True
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def telling_all(*args: object, **more: object) -> None:
    """Break as a library does that puts everything it was given into its message."""
    raise ValueError(f"{MARKER} in {args!r}") from KeyError(f"{MARKER} {more!r}")


@dataclass
class Disclosure:
    """A system in which things break, and all that it gives away meanwhile."""

    system: Whole
    faults: Faults
    given_away: list[str] = field(default_factory=list)
    mails: int = 0

    @asynccontextmanager
    async def broken(self, *verbs: str) -> AsyncIterator[None]:
        self.faults.at = dict.fromkeys(verbs, telling_all)
        yield
        self.faults.at = {}

    async def deliver(self) -> None:
        self.mails += 1
        raw = mail(str(self.mails))
        await self.system.deliver(raw, mail_from=SENDER, rcpt_tos=(MAIN,))

    async def dies_in(self, queue: str, *verbs: str, letters: int = 1) -> None:
        """Break these verbs under a mail, and wait until its event has died in `queue`."""
        before = await self._dead(queue)
        async with self.broken(*verbs):
            await self.deliver()
            await until(partial(self._has_dead, queue, before + letters), 30)
            await self.system.quiet()

    async def _has_dead(self, queue: str, wanted: int) -> bool:
        return await self._dead(queue) >= wanted

    async def _dead(self, queue: str) -> int:
        return sum(one.dead for one in await self.system.bus.depths() if one.name == queue)


async def raw_answer(port: int) -> str:
    """Return all that the SMTP door says to a mail that it cannot keep."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    commands = ["EHLO x", f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{MAIN}>", "DATA"]
    said = await reader.readline()
    for line in [*(command.encode() for command in commands), mail("x") + b"\r\n.", b"QUIT"]:
        writer.write(line + b"\r\n")
        while (reply := await reader.readline())[3:4] == b"-":
            said += reply
        said += reply
    writer.close()
    return said.decode()


async def break_the_doors(found: Disclosure) -> None:
    system = found.system
    async with found.broken("envelopes.add"), httpx.AsyncClient() as client:
        said = await raw_answer(system.smtp_port)
        assert "451 4.3.0" in said
        found.given_away.append(said)
        typed = {"recit": TEXT, "nom": MARKER, "courriel": SENDER}
        document = [("documents", (f"{MARKER}.pdf", b"%PDF-1.4", "application/pdf"))]
        page = await client.post(f"{system.web}/plainte", data=typed, files=document)
        assert page.status_code == 503


async def break_the_pages(found: Disclosure) -> None:
    (case, *_) = await found.system.store.cases.find(Query(where=Equal("state", "assigned")))
    path = f"/suivi/{status_path(found.system.context.keys, case.reference)}"
    async with found.broken("cases.find", "cases.get"):
        page = await found.system.page(found.system.web + path)
        assert page.status_code >= 500
        found.given_away.append(page.text)


async def break_every_handler(found: Disclosure) -> None:
    await found.dies_in("intake.opening", "cases.add")
    await found.dies_in("intake.opening", "messages.add", "envelopes.save")
    await found.dies_in("router.assigning", "cases.save")
    await found.dies_in("notifier.telling", "notices.add")
    # two notices die, and then the two that tell of it
    await found.dies_in("notifier.sending", "notices.raw", letters=4)


async def test_no_word_of_a_person_leaves_by_queue_log_metric_or_dead_letter(
    shape: Shape,
    urls: dict[str, str],
    start: Start,
    tmp_path: Path,
    log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    faults, port = Faults(), free_port()
    relay = Moody({SENDER: f"550 5.1.1 <{SENDER}> is nobody, says {MARKER}".encode()})
    async with (
        relay.on(port),
        # one message in hand: notices go by the queue, where they can die
        start(through=faults.through, relay=f"smtp://127.0.0.1:{port}", prefetch=1) as system,
    ):
        found = Disclosure(system, faults)
        await break_the_doors(found)
        await break_every_handler(found)
        await found.deliver()  # nothing breaks but the relay, which repeats what it heard
        await until(lambda: relay.refused == [SENDER] and relay.count(LAVAL) >= 1, 20)
        await system.quiet()
        await break_the_pages(found)
        found.given_away.append(system.context.metrics.text().decode())
        for queue in BY_NAME:
            found.given_away += map(str, await system.bus.dead_letters(queue))
    async with start(services=("intake",)) as system:
        await Disclosure(system, faults).deliver()
        await until(lambda: _has_case(system, 5), 20)  # its event waits for a router
    bodies = in_sqlite(tmp_path) if shape == "embedded" else in_rabbitmq(urls["bus"])
    assert len(bodies) == 9
    messages = [json.loads(line)["message"] for line in log.getvalue().splitlines()]
    assert messages.count("dead letter") == 8
    assert MARKER not in log.getvalue()
    assert MARKER not in "".join(capfd.readouterr())
    for text in (*found.given_away, *bodies):
        assert MARKER not in text


async def _has_case(system: Whole, wanted: int) -> bool:
    return len(await system.store.cases.find(Query())) >= wanted


def in_sqlite(folder: Path) -> list[str]:
    """Return every row of every queue, dead letters included."""
    connection = sqlite3.connect(folder / "a" / "recours.db")
    tables = ("queue", "delayed", "dead")
    rows = [row for table in tables for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608
    connection.close()
    return [str(row) for row in rows]


def in_rabbitmq(url: str) -> list[str]:
    """Return every message of every queue, properties and headers included."""
    found: list[str] = []
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel: Any = connection.channel()
        for declaration in declarations():
            while (message := channel.basic_get(declaration.name, auto_ack=True))[0] is not None:
                found.append(str(message))
    return found
