"""The one loop: decode, handle, end the delivery. Handlers never see a channel.

Ends: done → ack · Transient → retry by the queue's table, then dead letter · Postponed → again
after one of the table's delays, uncounted · Poison or a bug →
dead letter at once. What a dead letter says is our own code and frames, see `logs.describe`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from shared.errors import Conflict, Poison, Postponed, Transient
from shared.events import Event, decode
from shared.ports.bus import Bus, Delivery
from shared.runtime.doors import Doors
from shared.runtime.logs import describe
from shared.runtime.metrics import Metrics
from shared.topology import BY_NAME, Queue

#: Handles one event; returns when everything that follows from it is saved.
Handler = Callable[[Any], Awaitable[None]]
Handlers = Mapping[type[Any], Handler]

_log = logging.getLogger(__name__)

#: Tries at once when somebody saved the same document first; then it is an ordinary retry.
CONFLICT_TRIES = 5


async def consume(
    bus: Bus,
    queue_name: str,
    handlers: Handlers,
    *,
    metrics: Metrics,
    prefetch: int,
    doors: Doors | None = None,
    when_dead: Handler | None = None,
) -> None:
    """Start to consume a queue with a handler for each event type it takes.

    `doors` are those of this process, which come first; `when_dead` is told of an event that
    became a dead letter.
    """
    queue = BY_NAME[queue_name]
    handled = {end: metrics.handled.labels(queue.name, end) for end in ("done", "retried", "dead")}
    way = doors or Doors()
    seconds = metrics.handle_seconds.labels(queue.name)

    async def on_delivery(delivery: Delivery) -> None:
        async with way.turn():
            started = time.perf_counter()
            outcome = await end_delivery(delivery, queue, handlers)
        if outcome == "dead" and when_dead is not None:
            await _tell_dead(delivery, when_dead)
        handled[outcome].inc()
        seconds.observe(time.perf_counter() - started)

    await bus.consume(queue_name, on_delivery, prefetch=prefetch)


async def end_delivery(delivery: Delivery, queue: Queue, handlers: Handlers) -> str:
    """Handle one delivery and end it; return "done", "retried" or "dead"."""
    try:
        event = decode(delivery.body)
        await _handle(event, handlers)
    except Postponed as error:
        return await _postpone(delivery, queue, error)
    except (Transient, Conflict) as error:
        return await _try_later(delivery, queue, error)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the loop goes on
        return await _bury(delivery, queue, error)
    await delivery.ack()
    return "done"


async def _handle(event: Event, handlers: Handlers) -> None:
    handler = handlers.get(type(event))
    if handler is None:
        raise Poison("unexpected_event")
    for _ in range(CONFLICT_TRIES - 1):
        try:
            return await handler(event)
        except Conflict:
            continue
    return await handler(event)


async def _postpone(delivery: Delivery, queue: Queue, error: Postponed) -> str:
    delay = next((one for one in queue.delays if one >= error.seconds), queue.delays[-1])
    await delivery.retry(delay, counted=False)
    return "retried"


async def _try_later(delivery: Delivery, queue: Queue, error: Transient | Conflict) -> str:
    delay = queue.delay_after(delivery.attempt)
    if delay is None:
        return await _bury(delivery, queue, error)
    _log.info(
        "will try again",
        extra={"queue": queue.name, "attempt": delivery.attempt, "code": error.code},
    )
    await delivery.retry(delay)
    return "retried"


async def _bury(delivery: Delivery, queue: Queue, error: Exception) -> str:
    reason = describe(error)
    _log.error(
        "dead letter", extra={"queue": queue.name, "attempt": delivery.attempt, "reason": reason}
    )
    await delivery.bury(reason)
    return "dead"


async def _tell_dead(delivery: Delivery, when_dead: Handler) -> None:
    try:
        await when_dead(decode(delivery.body))
    except Exception as error:  # noqa: BLE001 - the dead letter itself is safe already
        _log.warning("dead letter not noted", extra={"reason": describe(error)})
