"""The SMTP door over real sockets: what it keeps, what it refuses, and in which words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from services.intake.smtp import Door
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.envelope import Envelope
from shared.errors import Transient
from shared.events import Event
from shared.runtime.metrics import Metrics
from tests.conftest import ToldClock
from tests.smtp_client import BODY, MAIL, RCPT, Client, kept, raw_of_the_only_one, serving
from tests.waiting import until


@pytest.fixture
def door(store: SqliteStore, clock: ToldClock, addresses: Addresses) -> Door:
    return Door(
        store=store,
        clock=clock,
        addresses=addresses,
        metrics=Metrics(),
        form_url="https://plaintes.example",
    )


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
