"""Store, broker, relay or a service are away for a while: asked to come again, and never lost."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest

from deploy.servers import free_port
from shared.ports.query import AllOf, Equal
from shared.topology import BY_NAME
from tests.e2e.conftest import Shape, Start, Whole
from tests.moody import Moody
from tests.post import Letter, Post
from tests.servers import Restartable
from tests.waiting import until

MAIN = "plaintes@ministere.example"
LAVAL = "equipe.region-laval@ministere.example"
#: What a browser sends for a file field that nobody has filled in.
NO_DOCUMENT = [("documents", ("", b"", "application/octet-stream"))]
STORY = "J’attends depuis six semaines, à Laval H7N 1A1."
#: The embedded shape has no broker that is away, and no queue that is deleted by itself.
only_full = pytest.mark.parametrize("shape", ["full"], indirect=True)


def letter(name: str) -> Letter:
    sender = f"{name}@{name}.example"
    raw = (
        f"From: {name} <{sender}>\r\nTo: {MAIN}\r\nSubject: Attente\r\nMessage-ID: <{sender}>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{STORY}\r\n"
    )
    return Letter(sender, (MAIN,), raw.encode())


async def deliver(system: Whole, *names: str) -> None:
    await Post(system.smtp_port, connections=1).deliver([letter(name) for name in names])


async def answer_to_data(port: int) -> str:
    """Return the reply to one delivery, whatever it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = letter("premiere")
    lines = ["EHLO x.example", f"MAIL FROM:<{sent.mail_from}>", f"RCPT TO:<{MAIN}>", "DATA"]
    reply = await reader.readline()
    for line in [*(one.encode() for one in lines), sent.raw + b"\r\n."]:
        writer.write(line + b"\r\n")
        reply = await reader.readline()
        while reply[3:4] == b"-":
            reply = await reader.readline()
    writer.close()
    return reply.decode().strip()


# The store -----------------------------------------------------------------------------------


@dataclass
class Outage:
    """A store that can be taken away; `settings` lead a system to it."""

    settings: dict[str, object]
    begin: Callable[[], None]
    end: Callable[[], None]


@pytest.fixture
def outage(
    shape: Shape, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Outage:
    if shape == "full":
        server: Restartable = request.getfixturevalue("own_mongodb")
        url = server.url.replace("/?", f"/{tmp_path.name[:40]}?")
        return Outage({"store": url}, server.kill, server.start)
    # Another process that never lets go of the write lock, as a stuck backup would
    monkeypatch.setattr("shared.adapters.sqlite_file.LOCK_TRIES", 10)
    path = tmp_path / "a" / "recours.db"
    holder: list[sqlite3.Connection] = []

    def begin() -> None:
        holder.append(sqlite3.connect(path, isolation_level=None, check_same_thread=False))
        holder[0].execute("BEGIN IMMEDIATE")

    return Outage({}, begin, lambda: holder.pop().close())


async def test_without_a_store_the_doors_ask_to_come_again_and_what_was_typed_stays(
    start: Start, outage: Outage
) -> None:
    async with start(**outage.settings) as system, httpx.AsyncClient(timeout=60) as client:
        form = f"{system.web}/plainte"
        typed = {"recit": STORY, "nom": "Ginette Exemple", "courriel": "ginette@courriel.example"}
        await asyncio.to_thread(outage.begin)
        try:
            reply, page = await asyncio.gather(
                answer_to_data(system.smtp_port),
                client.post(form, data=typed, files=NO_DOCUMENT),
            )
        finally:
            await asyncio.to_thread(outage.end)
        assert reply.startswith("451 4.3.0")
        assert page.status_code == 503
        assert STORY in page.text
        assert "ginette@courriel.example" in page.text
        page_id = re.search(r'name="envoi" value="([^"]*)"', page.text)
        assert page_id is not None
        await deliver(system, "premiere")
        await until(lambda: _kept(client, form, {**typed, "envoi": page_id[1]}), 30)
        await system.mail_to("premiere@premiere.example")
        await system.mail_to("ginette@courriel.example")
        assert await system.store.cases.count(AllOf(())) == 2


async def _kept(client: httpx.AsyncClient, form: str, typed: dict[str, str]) -> str:
    """Send the page; return where it leads once it is kept."""
    answer = await client.post(form, data=typed, files=NO_DOCUMENT)
    return str(answer.headers["location"]) if answer.status_code == 303 else ""


# The broker ----------------------------------------------------------------------------------


@only_full
async def test_without_a_broker_mail_is_still_taken_and_events_leave_when_it_is_back(
    start: Start, own_rabbitmq: Restartable
) -> None:
    async with start(bus=own_rabbitmq.url) as system:
        # Stopped, not killed: RabbitMQ 3.10 loses a quorum queue for good when it is killed within
        # seconds of making it. The storm kills a broker whose queues have settled.
        await asyncio.to_thread(own_rabbitmq.stop)
        try:
            post = Post(system.smtp_port, connections=1)
            await post.deliver([letter("premiere"), letter("seconde")])
            assert (post.accepted, post.tried_again) == (2, 0)
            assert await system.store.outbox.waiting(older_than_seconds=0, limit=9)
            assert await system.store.cases.count(AllOf(())) == 0
        finally:
            await asyncio.to_thread(own_rabbitmq.start)
        await until(lambda: system.mails_to("premiere@premiere.example"), 40)
        await until(lambda: system.mails_to("seconde@seconde.example"), 40)
        await system.quiet()
        assert len(system.mails()) == 4


# The relay -----------------------------------------------------------------------------------


async def test_a_relay_that_is_away_or_refuses_for_now_gets_each_mail_once_in_the_end(
    start: Start,
) -> None:
    port = free_port()
    relay = Moody(
        {"polie@polie.example": b"450 4.2.1 try later", "brusque@brusque.example": b"hang up"}
    )
    async with start(relay=f"smtp://127.0.0.1:{port}") as system:
        await deliver(system, "absente")
        await until(lambda: _count(system, "temporary", 2), 20)
        async with relay.on(port):
            await deliver(system, "polie", "brusque")
            await until(lambda: _count(system, "sent", 6), 40)
            assert sorted(relay.refused) == ["brusque@brusque.example", "polie@polie.example"]
            for name in ("absente", "polie", "brusque"):
                assert relay.count(f"{name}@{name}.example") == 1
            assert relay.count(LAVAL) == 3
            notices = await system.store.notices.count(AllOf(()))
            assert (notices, len(relay.arrived)) == (6, 6)
            await system.quiet()


async def _count(system: Whole, state: str, wanted: int) -> bool:
    return await system.store.notices.count(Equal("state", state)) == wanted


@only_full
async def test_a_retry_whose_queue_was_deleted_meanwhile_is_not_lost(
    start: Start, urls: dict[str, str]
) -> None:
    port, relay, queue = free_port(), Moody({}), BY_NAME["notifier.sending"]
    async with start(relay=f"smtp://127.0.0.1:{port}") as system:
        await deliver(system, "absente")
        await until(lambda: _waiting(system, queue.name, 2), 20)
        await asyncio.to_thread(delete_queue, urls["bus"], queue.name)
        async with relay.on(port):
            await until(lambda: _count(system, "sent", 2), 60)
            assert relay.count("absente@absente.example") == 1
            await system.quiet()


async def _waiting(system: Whole, queue: str, wanted: int) -> bool:
    return any(one.name == queue and one.waiting == wanted for one in await system.bus.depths())


def delete_queue(url: str, name: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel: Any = connection.channel()
        channel.queue_delete(name)


# Services ------------------------------------------------------------------------------------


async def test_intake_alone_takes_mail_and_a_router_started_later_finds_all_of_it(
    start: Start,
) -> None:
    async with start(services=("intake",)) as alone:
        await deliver(alone, "une", "deux", "trois")

        async def published() -> bool:
            depths = {depth.name: depth.ready for depth in await alone.bus.depths()}
            return depths["router.assigning"] == 3

        await until(published, 20)
        assert await alone.store.cases.count(Equal("state", "opened")) == 3
    async with start(services=("router",)):
        pass  # comes and goes: what it has in hand when it stops is finished or handed over again
    async with start(services=("notifier", "router", "desk")) as rest:
        for name in ("une", "deux", "trois"):
            await rest.mail_to(f"{name}@{name}.example")
        await rest.quiet()
        assert len(rest.mails()) == 6
