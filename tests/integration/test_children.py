"""Children that hang, bloat or die take nothing with them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from services.intake.children import Children
from services.intake.readers import MOST_BYTES, Readers
from shared.errors import Poison

MAIL = b"Message-ID: <a@x.example>\nFrom: ana@x.example\nSubject: Plainte\n\nBonjour\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def readers() -> AsyncIterator[Readers]:
    pool = Readers(max_workers=1, seconds=2, megabytes=256)
    await pool.start()
    yield pool
    await pool.close()


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def code_of(children: Children, function: object, *args: object) -> str:
    with pytest.raises(Poison) as caught:
        await children.run(function, *args)  # type: ignore[arg-type]
    return caught.value.code


async def test_a_mail_is_read_in_a_child(readers: Readers) -> None:
    reading = await readers.read(MAIL, mail_from="", own_domains=frozenset({"x.example"}))
    assert reading.subject == "Plainte"
    assert reading.automatic_reasons == ("null_sender", "own_domain")
    assert await readers.run(os.getpid) != os.getpid()


async def test_a_child_that_hangs_is_ended_and_replaced(readers: Readers) -> None:
    before, child = readers.deaths, await readers.run(os.getpid)
    assert await code_of(readers, signal.pause) == "took_too_long"
    assert readers.deaths == before + 1
    assert await readers.run(os.getpid) != child


async def test_a_child_that_wants_too_much_memory_gets_none(readers: Readers) -> None:
    child = await readers.run(os.getpid)
    assert await code_of(readers, bytearray, 1 << 30) == "used_too_much_memory"
    assert await readers.run(os.getpid) == child
    assert len(await readers.run(bytearray, 1 << 20)) == 1 << 20


async def test_a_child_that_dies_is_tried_once_more_and_replaced(readers: Readers) -> None:
    before = readers.deaths
    assert await code_of(readers, os.abort) == "died"
    assert readers.deaths == before + 2
    assert (await readers.read(MAIL)).state == "read"


async def test_a_child_killed_from_outside_blames_no_message(readers: Readers) -> None:
    child = await readers.run(os.getpid)
    os.kill(child, signal.SIGKILL)
    assert (await readers.read(MAIL)).state == "read"


async def test_children_are_deaf_to_stop_signals(readers: Readers) -> None:
    child = await readers.run(os.getpid)
    for stop in (signal.SIGTERM, signal.SIGINT):
        os.kill(child, stop)
    assert await readers.run(os.getpid) == child


async def test_an_error_in_a_child_is_a_code_and_never_its_text(readers: Readers) -> None:
    assert await code_of(readers, int, "a citizen's words") == "child_error_ValueError"


async def test_a_cancelled_caller_leaves_the_pool_at_work(readers: Readers) -> None:
    child = await readers.run(os.getpid)
    waiting = asyncio.ensure_future(readers.run(signal.sigtimedwait, [signal.SIGUSR1], 0.5))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await readers.run(os.getpid) == child


async def test_more_calls_than_children_are_all_answered(readers: Readers) -> None:
    many = await asyncio.gather(*(readers.read(MAIL) for _ in range(50)))
    assert {reading.message_id for reading in many} == {"a@x.example"}


async def test_a_message_over_the_size_is_never_handed_over(readers: Readers) -> None:
    reading = await readers.read(MAIL + b"x" * MOST_BYTES)
    assert (reading.state, reading.failed_because) == ("failed", "message_too_large")
    assert reading.message_id == "a@x.example"


async def test_the_largest_message_is_read(readers: Readers) -> None:
    reading = await readers.read(MAIL + b"bonjour \n" * (MOST_BYTES // 10))
    assert (reading.state, reading.cut) == ("read", True)


async def test_closing_ends_every_child() -> None:
    pool = Children(max_workers=2, seconds=2)
    child = psutil.Process(await pool.run(os.getpid))
    await pool.close()
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def is_loaded(module: str) -> bool:
    return module in sys.modules


async def test_a_child_finds_loaded_what_its_pool_asks_for_whoever_started_first() -> None:
    first = Children(max_workers=1)
    pictures = Children(max_workers=1, loads=["services.intake.papers.preloaded"])
    assert not await first.run(is_loaded, "pypdfium2")
    assert await pictures.run(is_loaded, "pypdfium2")
    await first.close()
    await pictures.close()
