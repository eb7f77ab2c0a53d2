"""The SMTP door over real sockets: what it keeps, what it refuses, and in which words."""

from __future__ import annotations

import asyncio
import resource
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from services.intake.smtp import Door, serve_smtp
from services.intake.smtp_data import READ_LIMIT, SIZE_LIMIT
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.envelope import Envelope
from shared.errors import Transient
from shared.events import Event
from shared.ports.query import Query
from shared.runtime.listening import listen
from shared.runtime.metrics import Metrics
from tests.conftest import ToldClock
from tests.waiting import until

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


@pytest.fixture
def door(store: SqliteStore, clock: ToldClock, addresses: Addresses) -> Door:
    return Door(
        store=store,
        clock=clock,
        addresses=addresses,
        metrics=Metrics(),
        form_url="https://plaintes.example",
    )


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


async def test_a_reply_of_250_means_that_the_bytes_are_in_the_store(
    door: Door, store: SqliteStore
) -> None:
    async with serving(door) as connect:
        client = await connect()
        greeting = await client.greet()
        reply = await client.deliver(BODY + b"..deux points\r\n")
    assert reply.startswith("250 2.0.0")
    assert await raw_of_the_only_one(store) == BODY + b".deux points\r\n"
    (envelope,) = await kept(store)
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "ginette@courriel.example",
        ("plaintes@ministere.example",),
    )
    assert envelope.helo == "poste.example"
    assert "SIZE 26214400" in greeting
    assert "PIPELINING" in greeting
    assert "AUTH" not in greeting


async def test_the_null_sender_is_accepted_and_kept_as_nobody(
    door: Door, store: SqliteStore
) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        await client.envelope("MAIL FROM:<>")
        assert (await client.say(BODY + b".\r\n")).startswith("250")
    assert (await kept(store))[0].mail_from == ""


async def test_an_address_that_is_not_ours_is_refused_and_ours_with_a_plus_part_is_not(
    door: Door,
) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        await client.say(MAIL)
        assert (await client.say("RCPT TO:<quelquun@ailleurs.example>")).startswith("550 5.1.1")
        assert (await client.say("RCPT TO:<PLAINTES+x.y@Ministere.example>")).startswith("250")
        assert (await client.say("RCPT TO:<postmaster>")).startswith("250")


async def test_the_hundred_and_first_recipient_is_asked_to_come_later(door: Door) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        await client.say(MAIL)
        replies = [
            await client.say(f"RCPT TO:<plaintes+{number}@ministere.example>")
            for number in range(101)
        ]
    assert [reply[:3] for reply in replies] == ["250"] * 100 + ["452"]


@pytest.mark.parametrize(
    "sequence",
    [
        b"\n.\r\n", b"\r.\r\n", b"\n.\n", b"\r\n.\n", b"\r\n.\r", b"\r.\r", b"\r\r\n.\r\r\n",
        b"\r\n\x00.\r\n", b"\r\n.\x00\r\n", b"\n\n.\r\n", b"\r\n .\r\n",
    ],
)  # fmt: skip
async def test_no_other_sequence_than_crlf_dot_crlf_ends_a_message(
    door: Door, store: SqliteStore, sequence: bytes
) -> None:
    smuggled = (
        b"MAIL FROM:<faux@courriel.example>\r\nRCPT TO:<plaintes@ministere.example>\r\nDATA\r\n"
    )
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        await client.envelope()
        reply = await client.say(BODY + sequence + smuggled + b"x\r\n.\r\n")
    assert reply.startswith("250")
    assert smuggled in await raw_of_the_only_one(store)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
async def test_a_message_in_small_pieces_ends_where_it_ends(
    door: Door, store: SqliteStore, size: int
) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        await client.envelope()
        data = BODY + b".\r\nQUIT\r\n"
        for start in range(0, len(data), size):
            client.send(data[start : start + size])
            await client.writer.drain()
            await asyncio.sleep(0)
        assert (await client.hear()).startswith("250")
        assert (await client.hear()).startswith("221")
    assert await raw_of_the_only_one(store) == BODY


async def test_pipelined_commands_are_served_in_order(door: Door, store: SqliteStore) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        client.send(f"{MAIL}\r\n{RCPT}\r\nDATA\r\n".encode())
        assert [(await client.hear())[:3] for _ in range(3)] == ["250", "250", "354"]
        client.send(BODY + f".\r\n{MAIL}\r\n{RCPT}\r\nDATA\r\n".encode())
        assert [(await client.hear())[:3] for _ in range(4)] == ["250", "250", "250", "354"]
        assert (await client.say(b"Subject: deux\r\n\r\n.\r\n")).startswith("250")
    assert len(await kept(store)) == 2


async def test_a_body_sent_before_354_is_refused_and_the_connection_closed(
    door: Door, store: SqliteStore
) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        client.send(f"{MAIL}\r\n{RCPT}\r\nDATA\r\n".encode() + BODY + b".\r\n")
        assert [(await client.hear())[:3] for _ in range(3)] == ["250", "250", "503"]
        assert await client.hear() == ""
    assert await kept(store) == []


async def test_who_talks_before_the_greeting_is_sent_away(door: Door) -> None:
    async def greeting_of(client: Client) -> str:
        return await client.hear()

    async with serving(door) as connect:
        client = await connect()
        client.send(b"EHLO impatient.example\r\n")
        assert (await greeting_of(client))[:3] in {"554", "220"}
        polite = await connect()
        assert (await greeting_of(polite)).startswith("220")


async def test_a_mail_over_the_limit_is_read_to_its_end_and_refused_with_the_form(
    door: Door, store: SqliteStore
) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        await client.envelope()
        client.send((b"x" * 998 + b"\r\n") * (SIZE_LIMIT // 1000 + 1000) + b".\r\n")
        reply = await client.hear()
        assert reply.startswith("552 5.3.4")
        assert "https://plaintes.example" in reply
        assert (await client.deliver()).startswith("250")
    assert len(await kept(store)) == 1
    assert door.in_flight.used == 0


async def test_a_mail_of_exactly_the_limit_is_kept(door: Door, store: SqliteStore) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        await client.envelope()
        client.send(b"x" * (SIZE_LIMIT - 2) + b"\r\n.\r\n")
        assert (await client.hear()).startswith("250")
    assert (await kept(store))[0].size == SIZE_LIMIT


async def test_300_megabytes_without_a_line_end_are_refused_in_bounded_memory(
    door: Door, store: SqliteStore
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        await client.envelope()
        piece = b"x" * 1024 * 1024
        sent = 0
        try:
            for _ in range(300):
                client.send(piece)
                await client.writer.drain()
                sent += len(piece)
            reply = await client.hear()
        except ConnectionError:
            # Closing with bytes unread resets the connection, which may overtake the reply.
            reply = "552"
        assert reply.startswith("552")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert sent < READ_LIMIT + 20 * 1024 * 1024
    assert grown < 150 * 1024  # kB; the stock door grows by all that is sent
    assert await kept(store) == []


async def test_declared_size_over_the_limit_is_refused_at_mail(door: Door) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        assert (await client.say(f"{MAIL} SIZE={SIZE_LIMIT + 1}")).startswith("552")


class BrokenEnvelopes:
    """Envelopes of a store that is down, or of a hook with a bug."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def add(self, envelope: Envelope, *, emit: Sequence[Event], raw: bytes) -> bool:
        raise self.error


class BrokenStore:
    def __init__(self, error: Exception) -> None:
        self.envelopes = BrokenEnvelopes(error)


@pytest.mark.parametrize(
    "error",
    [Transient("store_down", "mongodb://root:secret@10.0.0.1"), RuntimeError("amqp://u:secret@h")],
)
async def test_a_fault_of_ours_is_451_and_says_nothing_of_it(door: Door, error: Exception) -> None:
    broken: Any = BrokenStore(error)
    async with serving(replace(door, store=broken)) as connect:
        client = await connect()
        await client.greet()
        reply = await client.deliver()
        assert reply.startswith("451 4.3.0")
        assert "secret" not in reply
        assert (await client.say("NOOP")).startswith("250")


class SlowEnvelopes:
    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()

    async def add(self, envelope: Envelope, *, emit: Sequence[Event], raw: bytes) -> bool:
        self.begun.set()
        await self.go_on.wait()
        return await self.store.envelopes.add(envelope, emit=emit, raw=raw)


class SlowStore:
    def __init__(self, store: SqliteStore) -> None:
        self.envelopes = SlowEnvelopes(store)


async def test_a_client_that_hangs_up_does_not_undo_the_save(
    door: Door, store: SqliteStore
) -> None:
    slow: Any = SlowStore(store)
    async with serving(replace(door, store=slow)) as connect:
        client = await connect()
        await client.greet()
        await client.envelope()
        client.send(BODY + b".\r\n")
        await slow.envelopes.begun.wait()
        client.writer.transport.abort()
        slow.envelopes.go_on.set()

        async def found() -> bool:
            return len(await kept(store)) == 1

        await until(found)


async def test_data_that_never_ends_is_cut_off_at_the_deadline(door: Door) -> None:
    async with serving(replace(door, data_deadline=0.2)) as connect:
        client = await connect()
        await client.greet()
        await client.envelope()
        client.send(b"Subject: lent\r\n")
        assert (await client.hear()).startswith("421 4.4.2")
        assert await client.hear() == ""


async def test_connections_beyond_the_limits_are_told_to_come_later(door: Door) -> None:
    async with serving(replace(door, connections_per_source=2)) as connect:
        first, second, third = await connect(), await connect(), await connect()
        assert (await first.hear()).startswith("220")
        assert (await second.hear()).startswith("220")
        assert (await third.hear()).startswith("421 4.7.0")
        await first.say("QUIT")
        await until(lambda: door.open.total() <= 2)
        assert (await (await connect()).hear()).startswith("220")


async def test_too_many_mistakes_end_the_connection(door: Door) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        await client.say(MAIL)
        replies = [await client.say("RCPT TO:<inconnu@ministere.example>") for _ in range(50)]
        assert replies[-1].startswith("421")
        assert await client.hear() == ""


async def test_vrfy_says_nothing_and_unknown_verbs_are_refused(door: Door) -> None:
    async with serving(door) as connect:
        client = await connect()
        await client.greet()
        assert (await client.say("VRFY <plaintes@ministere.example>")).startswith("252")
        assert (await client.say("EXPN staff")).startswith("502")
        assert (await client.say("AUTH PLAIN AAAA"))[0] == "5"
        assert (await client.say("BDAT 10 LAST"))[0] == "5"


async def test_a_proxy_header_counts_only_from_a_trusted_address(
    door: Door, store: SqliteStore
) -> None:
    header = b"PROXY TCP4 192.0.2.7 127.0.0.1 4000 25\r\n"
    async with serving(replace(door, proxies=frozenset({"127.0.0.1"}))) as connect:
        client = await connect()
        client.send(header)
        await client.greet()
        await client.deliver()
    assert (await kept(store))[0].peer == "192.0.2.7"
    async with serving(door) as connect:
        client = await connect()
        await client.hear()
        assert (await client.say(header.strip().decode())).startswith("500")


async def test_starttls_keeps_the_counters_and_delivers(
    door: Door, store: SqliteStore, tmp_path: Path
) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(tls)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    async with serving(replace(door, tls=tls)) as connect:
        client = await connect()
        assert "STARTTLS" in await client.greet()
        assert (await client.say("STARTTLS")).startswith("220")
        await client.writer.start_tls(trust, server_hostname="localhost")
        await client.say("EHLO poste.example")
        assert (await client.deliver()).startswith("250")
        assert door.open.total() == 1
    assert len(await kept(store)) == 1


async def test_spam_marked_by_a_trusted_relay_only_is_kept_as_spam(
    door: Door, store: SqliteStore
) -> None:
    spam = b"X-Spam-Flag: YES\r\n" + BODY
    trusting = replace(door, spam_header_from=frozenset({"127.0.0.1"}))
    for each in (door, trusting):
        async with serving(each) as connect:
            client = await connect()
            await client.greet()
            await client.deliver(spam)
    assert sorted(envelope.spam for envelope in await kept(store)) == [False, True]
