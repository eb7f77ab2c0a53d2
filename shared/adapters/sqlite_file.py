"""One SQLite file: a reading connection, and one writer whose waiting writes share a commit.

Statements run on the event loop (a thread that executes costs 13 % more), the commit with its
fsync runs in a thread. Several processes may hold the file: the lock is taken for each
transaction (`BEGIN IMMEDIATE`), never longer.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from shared.errors import Misconfigured, RecoursError, Transient

T = TypeVar("T")
Connection = sqlite3.Connection

_log = logging.getLogger(__name__)

#: Writes in one transaction at most: a bound on how long the loop executes without a pause.
BATCH = 256
#: Another process holds the write lock only while it commits; after this long it hangs.
LOCK_TRIES = 100
LOCK_PAUSE = 0.05
#: Ids are random, so a save touches pages all over the indexes: with SQLite's 2 MiB each message
#: cost a quarter more after 20,000 mails.
CACHE_KIB = 32 * 1024
#: 32 MiB of log between checkpoints: pages that change often are then written back once.
CHECKPOINT_PAGES = 8000


class _Write(NamedTuple):
    operation: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    then: Callable[[Any], None] | None


class SqliteFile:
    """Reads see what is committed; `write` returns when its transaction is on disk."""

    def __init__(self, path: Path) -> None:
        self._writer = _connect(path)
        self._reader = _connect(path)
        self._waiting: deque[_Write] = deque()
        self._lazy: list[Callable[[Connection], Any]] = []
        self._touched: set[str] = set()
        self._listeners: dict[str, Callable[[], None]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-commit")
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def read(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT; raise Transient when the file cannot be read."""
        try:
            return self._reader.execute(statement, parameters).fetchall()
        except sqlite3.Error as error:
            raise _mapped(error) from error

    async def write(
        self, operation: Callable[[Connection], T], *, then: Callable[[T], None] | None = None
    ) -> T:
        """Run `operation` in the next shared transaction and return its result once durable.

        An operation that raises must not have written anything before it does. `then` is called
        with the result when it is durable, before anybody else can see that it is.
        """
        if self._closed:
            raise Transient("store_closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(operation, future, then))
        self._wake()
        return await future

    def write_late(self, operation: Callable[[Connection], Any]) -> None:
        """Run `operation` with the next transaction that is due anyway, or at `flush`."""
        self._lazy.append(operation)

    async def flush(self) -> None:
        """Commit what `write_late` gathered."""
        if self._lazy and not self._closed:
            await self.write(lambda _connection: None)

    def touch(self, topic: str) -> None:
        """Inside an operation: call the topic's listener once this transaction is committed."""
        self._touched.add(topic)

    def listen(self, topic: str, listener: Callable[[], None]) -> None:
        """Call `listener` after each commit that touched `topic`."""
        self._listeners[topic] = listener

    async def close(self) -> None:
        """Commit what waits, then close both connections."""
        await self.flush()
        while self._task is not None:
            await asyncio.wait([self._task])
        self._closed = True
        self._thread.shutdown(wait=True)
        self._reader.close()
        self._writer.close()

    def _wake(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        try:
            while self._waiting:
                size = min(len(self._waiting), BATCH)
                await self._commit([self._waiting.popleft() for _ in range(size)])
        finally:
            self._task = None
            if self._waiting:
                self._wake()

    async def _commit(self, batch: list[_Write]) -> None:
        """Commit a batch. One bad operation fails alone: the rest is tried again without it."""
        lazy, self._lazy = self._lazy, []
        try:
            while batch:
                await self._begin()
                for operation in lazy:
                    operation(self._writer)
                results, bad = self._execute(batch)
                if bad is None:
                    loop = asyncio.get_running_loop()
                    await loop.run_in_executor(self._thread, self._writer.commit)
                    self._settle(batch, results)
                    break
                self._writer.rollback()
                _fail(batch.pop(bad).future, results[bad])
        except (sqlite3.Error, RecoursError) as error:
            self._lazy = lazy + self._lazy
            self._roll_back()
            for write in batch:
                _fail(write.future, _mapped(error))

    def _execute(self, batch: list[_Write]) -> tuple[list[Any], int | None]:
        results: list[Any] = []
        for number, write in enumerate(batch):
            try:
                results.append(write.operation(self._writer))
            except RecoursError as error:
                results.append(error)
            except sqlite3.OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 - a fault of one write must not fail the rest
                results.append(error)
                return results, number
        return results, None

    def _settle(self, batch: list[_Write], results: list[Any]) -> None:
        for write, result in zip(batch, results, strict=True):
            if isinstance(result, RecoursError):
                _fail(write.future, result)
                continue
            if write.then is not None:
                write.then(result)
            if not write.future.done():
                write.future.set_result(result)
        touched, self._touched = self._touched, set()
        for topic in touched:
            if listener := self._listeners.get(topic):
                listener()

    async def _begin(self) -> None:
        for _ in range(LOCK_TRIES):
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                await asyncio.sleep(LOCK_PAUSE)
            else:
                return
        raise Transient("store_locked")

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self._writer.rollback()


def _connect(path: Path) -> Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        connection.execute("PRAGMA busy_timeout = 2000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute("PRAGMA busy_timeout = 0")
    except (OSError, sqlite3.Error) as error:
        raise Misconfigured(
            "store_unusable",
            f"The store {path} cannot be opened. Nothing was changed. "
            "Check RECOURS_STORE, the folder's rights and the free space.",
        ) from error
    return connection


def _mapped(error: Exception) -> RecoursError:
    if isinstance(error, RecoursError):
        return error
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    _log.warning("sqlite refused", extra={"code": name})
    return Transient(f"store_{name.lower()}")


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
