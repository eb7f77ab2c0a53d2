"""The message queue in the store's own SQLite file: same semantics as the broker, one process.

`queue` holds what is ready, in order of `seq`; `delayed` what waits for its retry, or may be taken
back until it is due; `dead` the dead letters. A message leaves its row only when it is acked, so a
crash hands it over again. Commits of this process wake the consumers; what another process wrote is
seen within a second.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from shared.adapters.sqlite_consumer import Consumer
from shared.adapters.sqlite_file import Connection, SqliteFile
from shared.domain.document import instant
from shared.errors import Transient
from shared.events import Event, encode
from shared.ports.bus import DeadLetter, Delivery, QueueDepth
from shared.ports.clock import Clock
from shared.ports.store import LATER
from shared.topology import QUEUES, queues_for

_log = logging.getLogger(__name__)

#: How long, in seconds, what another process wrote may wait to be seen.
TICK = 1.0

_PUSH = "INSERT INTO queue (queue, body, attempt) VALUES (?, ?, ?)"
_PUSH_LATER = "INSERT INTO delayed (due, queue, body, attempt, event_id) VALUES (?, ?, ?, ?, ?)"


def prepare_queues(connection: Connection) -> None:
    """Make the tables of the bus."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS queue (seq INTEGER PRIMARY KEY AUTOINCREMENT, "
        "queue TEXT NOT NULL, body BLOB NOT NULL, attempt INTEGER NOT NULL)"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS queue_ready ON queue (queue, seq)")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS delayed (due TEXT NOT NULL, queue TEXT NOT NULL, "
        "body BLOB NOT NULL, attempt INTEGER NOT NULL, event_id TEXT)"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS delayed_due ON delayed (due)")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(delayed)")]
    if "event_id" not in columns:
        connection.execute("ALTER TABLE delayed ADD COLUMN event_id TEXT")
    connection.execute(
        "CREATE INDEX IF NOT EXISTS delayed_event ON delayed (event_id) WHERE event_id IS NOT NULL"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS dead (id TEXT PRIMARY KEY, queue TEXT NOT NULL, "
        "body BLOB NOT NULL, attempt INTEGER NOT NULL, reason TEXT NOT NULL, died_at TEXT NOT NULL)"
    )


def enqueue(connection: Connection, event: Event) -> list[str]:
    """Put an event on every queue that takes it and return their names.

    Raise Transient when no queue does: an event that goes nowhere would be lost.
    """
    names, body = _queues_of(event), encode(event)
    for name in names:
        connection.execute(_PUSH, (name, body, 1))
    return names


def enqueue_later(connection: Connection, event: Event) -> None:
    """Put an event on every queue that takes it, LATER seconds after its own moment; raise as
    `enqueue` does."""
    due, body = instant(event.at + timedelta(seconds=LATER)), encode(event)
    for name in _queues_of(event):
        connection.execute(_PUSH_LATER, (due, name, body, 1, event.id))


def take_back(connection: Connection, event: Event) -> None:
    """Remove an event that was put for later; one that has gone out stays out."""
    connection.execute("DELETE FROM delayed WHERE event_id = ?", (event.id,))


def _queues_of(event: Event) -> list[str]:
    queues = queues_for(event.type)
    if not queues:
        raise Transient("unroutable_event")
    return [queue.name for queue in queues]


class SqliteBus:
    """See `shared.ports.bus.Bus`."""

    def __init__(self, file: SqliteFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._consumers: dict[str, Consumer] = {}
        self._ticker: asyncio.Task[None] | None = None

    async def publish(self, events: Sequence[Event]) -> list[Event]:
        def operation(connection: Connection) -> None:
            for event in events:
                for queue in enqueue(connection, event):
                    self._file.touch(queue)

        await self._file.write(operation)
        return list(events)

    async def consume(
        self, queue: str, on_delivery: Callable[[Delivery], Awaitable[None]], *, prefetch: int
    ) -> None:
        consumer = Consumer(self._file, self._clock, queue, on_delivery, prefetch)
        self._consumers[queue] = consumer
        self._file.listen(queue, consumer.wake)
        consumer.start()
        if self._ticker is None:
            self._ticker = asyncio.get_running_loop().create_task(self._tick())

    async def stop_consuming(self) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        await asyncio.gather(*(consumer.stop() for consumer in self._consumers.values()))
        self._consumers.clear()
        await self._file.flush()

    async def depths(self) -> list[QueueDepth]:
        counts = {
            table: dict(self._file.read(f"SELECT queue, count(*) FROM {table} GROUP BY queue"))  # noqa: S608 - three names of ours
            for table in ("queue", "delayed", "dead")
        }
        return [
            QueueDepth(
                name=queue.name,
                ready=counts["queue"].get(queue.name, 0),
                waiting=counts["delayed"].get(queue.name, 0),
                dead=counts["dead"].get(queue.name, 0),
                consumers=int(queue.name in self._consumers),
            )
            for queue in QUEUES
        ]

    async def dead_letters(self, queue: str, *, limit: int = 100) -> list[DeadLetter]:
        rows = self._file.read(
            "SELECT id, queue, reason, attempt, died_at, body FROM dead WHERE queue = ? "
            "ORDER BY died_at, id LIMIT ?",
            (queue, limit),
        )
        return [
            DeadLetter(
                id=row[0],
                queue=row[1],
                reason=row[2],
                attempt=row[3],
                died_at=datetime.fromisoformat(row[4]),
                body=row[5].decode(errors="replace"),
            )
            for row in rows
        ]

    async def requeue_dead(self, queue: str, letter_id: str) -> bool:
        def operation(connection: Connection) -> bool:
            key = (letter_id, queue)
            moved = connection.execute(
                "INSERT INTO queue (queue, body, attempt) "
                "SELECT queue, body, 1 FROM dead WHERE id = ? AND queue = ?",
                key,
            ).rowcount
            connection.execute("DELETE FROM dead WHERE id = ? AND queue = ?", key)
            self._file.touch(queue)
            return moved > 0

        return await self._file.write(operation)

    async def discard_dead(self, queue: str, letter_id: str) -> bool:
        def operation(connection: Connection) -> bool:
            statement = "DELETE FROM dead WHERE id = ? AND queue = ?"
            return connection.execute(statement, (letter_id, queue)).rowcount > 0

        return await self._file.write(operation)

    async def ping(self) -> None:
        self._file.read("SELECT 1")

    async def close(self) -> None:
        await self.stop_consuming()

    async def _tick(self) -> None:
        """Move what is due, and look for what another process wrote."""
        while True:
            try:
                now = instant(self._clock.now())
                if self._file.read("SELECT 1 FROM delayed WHERE due <= ? LIMIT 1", (now,)):
                    await self._file.write(partial(_move_due, now))
                for consumer in self._consumers.values():
                    consumer.wake()
                await asyncio.sleep(self._until_next())
            except Transient as error:
                _log.warning("bus tick failed", extra={"code": error.code})
                await asyncio.sleep(TICK)

    def _until_next(self) -> float:
        rows = self._file.read("SELECT min(due) FROM delayed")
        if not rows or rows[0][0] is None:
            return TICK
        due = datetime.fromisoformat(rows[0][0])
        return min(TICK, max(0.01, (due - self._clock.now()).total_seconds()))


def _move_due(now: str, connection: Connection) -> None:
    connection.execute(
        "INSERT INTO queue (queue, body, attempt) "
        "SELECT queue, body, attempt FROM delayed WHERE due <= ? ORDER BY due",
        (now,),
    )
    connection.execute("DELETE FROM delayed WHERE due <= ?", (now,))
