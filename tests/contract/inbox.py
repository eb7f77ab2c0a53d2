"""A consumer that ends its deliveries when the test says so, and questions to a bus."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from shared.events import Event, decode
from shared.ports.bus import Bus, Delivery, QueueDepth
from tests.waiting import until

OPENING, ASSIGNING, SENDING = "intake.opening", "router.assigning", "notifier.sending"


class Inbox:
    """Keeps what is handed over; each delivery waits until the test lets it end."""

    def __init__(self) -> None:
        self.in_hand: list[Delivery] = []
        self.seen: list[tuple[Event, int]] = []
        self._ended: dict[int, asyncio.Event] = {}

    async def __call__(self, delivery: Delivery) -> None:
        self.in_hand.append(delivery)
        self.seen.append((decode(delivery.body), delivery.attempt))
        ended = self._ended[id(delivery)] = asyncio.Event()
        await ended.wait()

    async def end(self, verb: Callable[[Delivery], Awaitable[None]]) -> None:
        """End the oldest delivery in hand."""
        await until(lambda: self.in_hand)
        delivery = self.in_hand.pop(0)
        await verb(delivery)
        self._ended.pop(id(delivery)).set()

    async def ack(self) -> None:
        await self.end(lambda delivery: delivery.ack())

    async def bury(self, reason: str) -> None:
        await self.end(lambda delivery: delivery.bury(reason))


async def depth(bus: Bus, queue: str) -> QueueDepth:
    return next(found for found in await bus.depths() if found.name == queue)


async def depth_is(bus: Bus, queue: str, **expected: int) -> bool:
    found = await depth(bus, queue)
    return all(getattr(found, name) == value for name, value in expected.items())
