"""The consuming half of the SQLite bus: rows in order, in hand until they are acked."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from shared.adapters.sqlite_file import Connection, SqliteFile
from shared.domain.document import instant, new_id
from shared.errors import Transient
from shared.ports.bus import Delivery
from shared.ports.clock import Clock
from shared.topology import BY_NAME

_log = logging.getLogger(__name__)

#: A delivery that could not even be put back is taken up again after this many seconds.
AGAIN = 1.0
#: Acks wait this long for a transaction that is due anyway; a crash meanwhile only redelivers.
ACK_DELAY = 0.05


class Consumer:
    """Hands a queue's rows over in order; `seq` only grows, so a cursor finds what is new."""

    def __init__(
        self,
        file: SqliteFile,
        clock: Clock,
        queue: str,
        on_delivery: Callable[[Delivery], Awaitable[None]],
        prefetch: int,
    ) -> None:
        self.file = file
        self.clock = clock
        self.queue = queue
        self._on_delivery = on_delivery
        self._prefetch = prefetch
        self._cursor = 0
        self._in_hand: set[asyncio.Task[None]] = set()
        self._again: deque[SqliteDelivery] = deque()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._flush: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._news.set()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        self._news.set()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._in_hand:
            await asyncio.wait(self._in_hand)
        if self._flush is not None:
            self._flush.cancel()

    def flush_soon(self) -> None:
        """Commit late acks shortly, unless another transaction takes them along before."""
        if self._flush is None:
            loop = asyncio.get_running_loop()
            self._flush = loop.call_later(ACK_DELAY, self._flush_now)

    def _flush_now(self) -> None:
        self._flush = None
        task = asyncio.get_running_loop().create_task(self._flush_quietly())
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _flush_quietly(self) -> None:
        try:
            await self.file.flush()
        except Transient as error:
            _log.warning("acks wait", extra={"code": error.code})

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                self._hand_over()
            except Transient as error:
                _log.warning("queue unreadable", extra={"code": error.code})

    def _hand_over(self) -> None:
        room = self._prefetch - len(self._in_hand)
        if room <= 0:
            return
        rows = self.file.read(
            "SELECT seq, body, attempt FROM queue WHERE queue = ? AND seq > ? ORDER BY seq LIMIT ?",
            (self.queue, self._cursor, room),
        )
        for seq, body, attempt in rows:
            self._cursor = seq
            self._again.append(SqliteDelivery(self, seq, body, attempt))
        while self._again and len(self._in_hand) < self._prefetch:
            task = asyncio.get_running_loop().create_task(self._deliver(self._again.popleft()))
            self._in_hand.add(task)
            task.add_done_callback(self._ended)

    async def _deliver(self, delivery: SqliteDelivery) -> None:
        try:
            await self._on_delivery(delivery)
        except Transient as error:
            # Not even the retry could be saved; the row is still there, so take it up again.
            _log.warning("delivery not ended", extra={"code": error.code})
            await asyncio.sleep(AGAIN)
            self._again.append(delivery)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._news.set()


class SqliteDelivery:
    """See `shared.ports.bus.Delivery`."""

    __slots__ = ("_consumer", "_seq", "attempt", "body")

    def __init__(self, consumer: Consumer, seq: int, body: bytes, attempt: int) -> None:
        self._consumer = consumer
        self._seq = seq
        self.body = body
        self.attempt = attempt

    async def ack(self) -> None:
        self._consumer.file.write_late(self._remove)
        self._consumer.flush_soon()

    async def retry(self, delay: int, *, counted: bool = True) -> None:
        if delay not in BY_NAME[self._consumer.queue].delays:
            raise ValueError(f"{self._consumer.queue} has no delay of {delay} s")
        due = instant(datetime.fromtimestamp(self._consumer.clock.now().timestamp() + delay, UTC))

        def operation(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO delayed (due, queue, body, attempt) VALUES (?, ?, ?, ?)",
                (due, self._consumer.queue, self.body, self.attempt + counted),
            )
            self._remove(connection)

        await self._consumer.file.write(operation)

    async def bury(self, reason: str) -> None:
        died_at = instant(self._consumer.clock.now())

        def operation(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO dead (id, queue, body, attempt, reason, died_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (new_id(), self._consumer.queue, self.body, self.attempt, reason, died_at),
            )
            self._remove(connection)

        await self._consumer.file.write(operation)

    def _remove(self, connection: Connection) -> None:
        connection.execute("DELETE FROM queue WHERE seq = ?", (self._seq,))
