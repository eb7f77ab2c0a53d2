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
from importlib import import_module
from pathlib import Path
from typing import Literal, TypeVar, cast

import pebble

from shared.errors import Poison, RecoursError, Transient

T = TypeVar("T")
Answer = tuple[Literal["done", "poison"], object]

SECONDS = 20.0
MEGABYTES = 512
#: A child whose parent is gone ends itself this much later than the parent would have ended it.
GRACE_SECONDS = 5.0
#: Loading what reading children share takes a second on a quiet machine.
START_SECONDS = 60.0

#: Children ignore SIGTERM, so pebble's polite wait before SIGKILL is time lost for the others.
pebble.CONSTS.term_timeout = 0.05


class Children:
    """A pool of child processes. `deaths` counts the children lost to a deadline or a crash."""

    def __init__(
        self,
        *,
        max_workers: int = 2,
        seconds: float = SECONDS,
        megabytes: int = MEGABYTES,
        loads: Sequence[str] = (),
    ) -> None:
        """`seconds` is the deadline of one call, `megabytes` what it may use beyond an idle one.

        `loads` are modules that children find loaded. Those of the first pool that starts in a
        process are loaded once, and shared by all children.
        """
        self.deaths = 0
        self._loads = list(loads)
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
        """Start the children; the first pool of a process takes as long as its `loads` do.

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
        context.set_forkserver_preload(self._loads)
        pool = pebble.ProcessPool(
            max_workers=self._max_workers,
            initializer=prepare,
            initargs=(self._megabytes, self._loads),
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


def prepare(megabytes: int, loads: Sequence[str]) -> None:
    """Make a child deaf to stop signals, silent, and bound its memory; runs once in each child.

    What another pool of the process has not loaded for all, it loads for itself.
    """
    logging.disable()  # what a library says of a document may quote it
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for name in loads:
        import_module(name)
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
