"""Do what hostile bytes could break in child processes that can be killed.

A child has a deadline, a limit on memory, and dies alone: the pool starts another. What the
parent hands over is bytes, never a parsed tree.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import resource
import signal
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar, cast

import pebble

from services.intake.papers import read_document, unread
from services.intake.papers.parts import parts_of
from services.intake.reading.reader import failed, read
from shared.domain.reading import DocumentText, Reading
from shared.errors import Poison, RecoursError, Transient
from shared.grouping import Grouped

T = TypeVar("T")
Answer = tuple[Literal["done", "poison"], object]

#: What the doors let in (DESIGN §4), and so the most that a child is handed.
MOST_BYTES = 25 * 1024 * 1024
SECONDS = 20.0
MEGABYTES = 512
#: A child whose parent is gone ends itself this much later than the parent would have ended it.
GRACE_SECONDS = 5.0
#: Mails up to this size share a call: handing one over costs twice what reading it does.
SMALL_BYTES = 64 * 1024
TOGETHER = 16
#: Loading what the children share takes a second on a quiet machine.
START_SECONDS = 60.0
PRELOAD = ["services.intake.reading.preloaded"]

#: Children ignore SIGTERM, so pebble's polite wait before SIGKILL is time lost for the others.
pebble.CONSTS.term_timeout = 0.05


class Children:
    """A pool of child processes. `deaths` counts the children lost to a deadline or a crash."""

    def __init__(
        self, *, max_workers: int = 2, seconds: float = SECONDS, megabytes: int = MEGABYTES
    ) -> None:
        """`seconds` is the deadline of one call, `megabytes` what it may use beyond an idle one."""
        self.deaths = 0
        self._max_workers = max_workers
        self._seconds = seconds
        self._megabytes = megabytes
        self._pool: pebble.ProcessPool | None = None
        self._starting = asyncio.Lock()

    @property
    def started(self) -> bool:
        """True when there are children; the first call starts them, or `start`."""
        return self._pool is not None

    async def start(self) -> None:
        """Start the children (about a second for the first pool of a process).

        Raises Transient("children_unavailable") when the system gives none.
        """
        try:
            await self._running()
        except BrokenProcessPool:
            raise Transient("children_unavailable") from None

    async def close(self) -> None:
        """Let the children finish what they do, then end them."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(pool.join)

    async def run(
        self, function: Callable[..., T], *args: object, seconds: float | None = None
    ) -> T:
        """Return `function(*args)`, done in a child; `function` is importable by its name.

        Raises Poison with code "took_too_long", "used_too_much_memory", "died" (twice, so that a
        child killed from outside blames nobody), the code of the Poison that `function` raised,
        or "child_error_<type>"; Transient("children_unavailable") when no child can be had. A
        caller that is cancelled leaves the child to finish.
        """
        for last in (False, True):
            try:
                return await self._once(function, args, seconds or self._seconds)
            except pebble.ProcessExpired:
                self.deaths += 1
                if last:
                    raise Poison("died") from None
            except BrokenProcessPool:
                self.deaths += 1
                await self._abandon()
        raise Transient("children_unavailable")

    async def _once(self, function: Callable[..., T], args: tuple[object, ...], most: float) -> T:
        pool = await self._running()
        try:
            promised = pool.schedule(call, args=(function, args, most), timeout=most)
        except RuntimeError:  # broken since the last look, or closed
            raise BrokenProcessPool from None
        try:
            kind, result = await answer(promised)
        except TimeoutError:
            self.deaths += 1
            raise Poison("took_too_long") from None
        except MemoryError:
            raise Poison("used_too_much_memory") from None
        if kind == "poison":
            raise Poison(str(result))
        return cast("T", result)

    async def _running(self) -> pebble.ProcessPool:
        if self._pool is None:
            async with self._starting:
                if self._pool is None:
                    self._pool = await asyncio.to_thread(self._started)
        return self._pool

    def _started(self) -> pebble.ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOAD)
        pool = pebble.ProcessPool(
            max_workers=self._max_workers,
            initializer=prepare,
            initargs=(self._megabytes,),
            context=context,
        )
        try:
            pool.schedule(call, args=(len, ("",), self._seconds)).result(START_SECONDS)
        except (RuntimeError, OSError, TimeoutError):
            _stop(pool)
            raise BrokenProcessPool from None
        return pool

    async def _abandon(self) -> None:
        """Drop a broken pool; the next call starts a fresh one."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(_stop, pool)


def _stop(pool: pebble.ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


class _Mail(NamedTuple):
    raw: bytes
    mail_from: str | None
    own_domains: frozenset[str]


class Readers(Children):
    """Children that read messages; small ones that wait at the same moment go in one call.

    Documents have children of their own, `papers`, from the first one on, and so have pages that
    are scanned, `scans`: a document that takes all of its time keeps no mail waiting.
    """

    def __init__(
        self, *, max_workers: int = 2, seconds: float = SECONDS, megabytes: int = MEGABYTES
    ) -> None:
        super().__init__(max_workers=max_workers, seconds=seconds, megabytes=megabytes)
        self._small: Grouped[_Mail, Reading] = Grouped(
            self._together,
            lambda mail: len(mail.raw),
            most_items=TOGETHER,
            most_bytes=TOGETHER * SMALL_BYTES,
            at_once=max_workers,
        )
        self.papers = Children(max_workers=max_workers, seconds=seconds, megabytes=megabytes)
        self.scans = Children(max_workers=1, seconds=seconds, megabytes=megabytes)

    @property
    def all_deaths(self) -> int:
        """How many children were lost, whatever they did."""
        return self.deaths + self.papers.deaths + self.scans.deaths

    async def close(self) -> None:
        """Let all children finish what they do, then end them."""
        await super().close()
        await self.papers.close()
        await self.scans.close()

    async def parts_of(self, raw: bytes, paths: Sequence[str]) -> list[bytes]:
        """Return the decoded bytes of the parts at `paths` of a message, in that order.

        Raise Poison when the message is over the reader's limits, and as `run` does.
        """
        return await self.papers.run(parts_of, raw, tuple(paths))

    async def read_document(
        self, data: bytes, *, part: str, name: str, declared: str
    ) -> DocumentText:
        """Return the text of one document, read in a call of its own; see `papers.reader`.

        A child that cannot gives a document that says so: "took_too_long",
        "used_too_much_memory", "died". Raise Transient when no child can be had.
        """
        reading = partial(read_document, part=part, name=name, declared=declared)
        try:
            return await self.papers.run(reading, data)
        except Poison as error:
            return unread(part, name, declared, error.code)

    async def read(
        self,
        raw: bytes,
        *,
        mail_from: str | None = None,
        own_domains: frozenset[str] = frozenset(),
    ) -> Reading:
        """Return the reading of `raw`; state "failed" with the reason when a child cannot.

        Reasons of its own: "message_too_large", "reading_took_too_long",
        "reading_used_too_much_memory", "reader_died". Raises Transient when no child can be had.
        """
        if len(raw) > MOST_BYTES:
            return await asyncio.to_thread(failed, raw, "message_too_large")
        mail = _Mail(raw, mail_from, own_domains)
        if len(raw) <= SMALL_BYTES:
            return await self._small.add(mail)
        return await self._alone(mail)

    async def _together(self, mails: list[_Mail]) -> list[Reading]:
        """Read all in one call. If that fails, each alone shows which one it was."""
        if len(mails) > 1:
            with contextlib.suppress(Poison):
                return await self.run(read_in_child, mails)
        return [await self._alone(mail) for mail in mails]

    async def _alone(self, mail: _Mail) -> Reading:
        try:
            return (await self.run(read_in_child, [mail]))[0]
        except Poison as error:
            because = "reader_died" if error.code == "died" else f"reading_{error.code}"
            return await asyncio.to_thread(failed, mail.raw, because)


def read_in_child(mails: list[_Mail]) -> list[Reading]:
    """Return the readings, in order; a plain function, so that a child can import it by name."""
    return [
        read(mail.raw, mail_from=mail.mail_from, own_domains=mail.own_domains) for mail in mails
    ]


async def answer(promised: Future[Answer]) -> Answer:
    """Wait for a child's answer without tying its fate to the waiter's (as wrap_future would)."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not waiter.done():
            waiter.set_result(None)

    def tell(_: Future[Answer]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(wake)

    promised.add_done_callback(tell)
    await waiter
    return promised.result()


def prepare(megabytes: int) -> None:
    """Make a child deaf to stop signals, silent, and bound its memory; runs once in each child."""
    logging.disable()  # what a library says of a document may quote it
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    statm = Path("/proc/self/statm")
    if statm.exists():  # elsewhere than on Linux the deadline must do
        now = int(statm.read_text("ascii").split()[0]) * resource.getpagesize()
        most = now + megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold a citizen's words


def call(function: Callable[..., object], args: tuple[object, ...], seconds: float) -> Answer:
    """Call `function` in a child; its errors become codes, as their text may quote the message."""
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_SECONDS)
    try:
        return "done", function(*args)
    except RecoursError as error:
        return "poison", error.code
    except MemoryError:
        return "poison", "used_too_much_memory"
    except Exception as error:  # noqa: BLE001 (whatever it is, the child goes on)
        return "poison", f"child_error_{type(error).__name__}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
