"""How events travel.

Promises of every adapter:
* `publish` returns when the broker has the event on disk in every queue that takes it, and
  raises Transient otherwise. A publish that no queue takes is an error, never a loss.
* A delivery is handed over again until it is acked, retried or buried, also after a crash.
  Order is kept only as long as nothing fails; callers may not assume it.
* A retry is a confirmed copy with the next attempt number, then the ack of the first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.document import Value
from shared.events import Event


class Delivery(Protocol):
    """One message in hand. Exactly one of the three verbs ends it."""

    @property
    def body(self) -> bytes: ...

    @property
    def attempt(self) -> int:
        """1 for the first try. Counted by us: brokers differ."""
        ...

    async def ack(self) -> None:
        """It is done."""
        ...

    async def retry(self, delay: int, *, counted: bool = True) -> None:
        """Hand it over again after `delay` seconds, which is one of the queue's delays.

        `attempt` is then one more, unless the try is not `counted`.
        """
        ...

    async def bury(self, reason: str) -> None:
        """Move it to the dead letters with `reason`: our own code and frames, no foreign text."""
        ...


class DeadLetter(Value):
    """A message that needs a person. `body` holds ids only."""

    id: str
    queue: str
    reason: str
    attempt: int
    died_at: datetime
    body: str


class QueueDepth(Value):
    """How much waits where. `ready` includes what is in hand; `waiting` waits for its delay."""

    name: str
    ready: int
    waiting: int
    dead: int
    consumers: int


class Bus(Protocol):
    """The message queue."""

    async def publish(self, events: Sequence[Event]) -> list[Event]:
        """Publish all, pipelined, and return those that were confirmed; the rest may be tried
        again. Raise Transient when the broker cannot be reached at all."""
        ...

    async def consume(
        self, queue: str, on_delivery: Callable[[Delivery], Awaitable[None]], *, prefetch: int
    ) -> None:
        """Start to hand over deliveries, at most `prefetch` at once, and return.

        A lost connection comes back by itself, and so does the consumer.
        """
        ...

    async def stop_consuming(self) -> None:
        """Take no new delivery; return when those in hand have ended."""
        ...

    async def depths(self) -> list[QueueDepth]:
        """Return every queue's depth, in topology order."""
        ...

    async def dead_letters(self, queue: str, *, limit: int = 100) -> list[DeadLetter]:
        """Return the dead letters of a queue, oldest first, and leave them there."""
        ...

    async def requeue_dead(self, queue: str, letter_id: str) -> bool:
        """Put one back on its queue with attempt 1; False when it is not there."""
        ...

    async def discard_dead(self, queue: str, letter_id: str) -> bool:
        """Remove one for good; False when it is not there."""
        ...

    async def ping(self) -> None:
        """Raise Transient unless the broker answers."""
        ...

    async def close(self) -> None:
        """Stop consuming and let go."""
        ...
