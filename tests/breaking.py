"""Stores and buses that misbehave in one place, around real ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from shared.ports.bus import Bus, Delivery
from shared.ports.store import Store
from shared.runtime.process import Context

#: Called before a verb of a collection, with all that the verb is given; raises to break it.
Hook = Callable[..., None]


@dataclass
class Faults:
    """What is broken just now: `faults.at["cases.save"] = hook`. Empty means that all works."""

    at: dict[str, Hook] = field(default_factory=dict)

    def through(self, context: Context) -> Context:
        """Return the context with a store that breaks where this says so."""
        return replace(context, store=cast("Store", _Store(context.store, self)))


class _Store:
    def __init__(self, store: Store, faults: Faults) -> None:
        self._store, self._faults = store, faults

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name in {"ping", "close", "outbox"}:
            return found
        return _Collection(found, name, self._faults)


class _Collection:
    def __init__(self, collection: Any, name: str, faults: Faults) -> None:
        self._collection, self._name, self._faults = collection, name, faults

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._collection, verb)

        async def call(*args: Any, **more: Any) -> Any:
            hook = self._faults.at.get(f"{self._name}.{verb}")
            if hook is not None:
                hook(*args, **more)
            return await found(*args, **more)

        return call


OnDelivery = Callable[[Delivery], Awaitable[None]]


class _Bus:
    """A bus that hands its deliveries over in another way."""

    def __init__(self, bus: Bus, around: Callable[[str, OnDelivery], OnDelivery]) -> None:
        self._bus, self._around = bus, around

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def consume(self, queue: str, on_delivery: OnDelivery, *, prefetch: int) -> None:
        await self._bus.consume(queue, self._around(queue, on_delivery), prefetch=prefetch)


class _Shadow:
    """A delivery that reads like another and ends nothing."""

    def __init__(self, delivery: Delivery) -> None:
        self.body, self.attempt = delivery.body, delivery.attempt

    async def ack(self) -> None:
        return None

    async def retry(self, delay: int, *, counted: bool = True) -> None:
        del delay, counted

    async def bury(self, reason: str) -> None:
        del reason


def handing_over_twice(context: Context) -> Context:
    """Return a context in which each delivery is handled twice at the same moment."""

    def around(_: str, on_delivery: OnDelivery) -> OnDelivery:
        async def twice(delivery: Delivery) -> None:
            await asyncio.gather(on_delivery(_Shadow(delivery)), on_delivery(delivery))

        return twice

    return replace(context, bus=cast("Bus", _Bus(context.bus, around)))


@dataclass
class Losses:
    """Queues whose events get lost: they are acked and nobody handles them."""

    queues: set[str] = field(default_factory=set)
    lost: int = 0

    def through(self, context: Context) -> Context:
        return replace(context, bus=cast("Bus", _Bus(context.bus, self._around)))

    def _around(self, queue: str, on_delivery: OnDelivery) -> OnDelivery:
        async def lose(delivery: Delivery) -> None:
            if queue not in self.queues:
                return await on_delivery(delivery)
            self.lost += 1
            return await delivery.ack()

        return lose


class _Silent:
    """A bus from which nothing comes."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def consume(self, queue: str, on_delivery: OnDelivery, *, prefetch: int) -> None:
        del queue, on_delivery, prefetch

    async def stop_consuming(self) -> None:
        """Nothing is consumed; the bus is at work for others."""


def handing_nothing_over(context: Context) -> Context:
    """Return a context for a second service of a kind in one process: it sees no deliveries."""
    return replace(context, bus=cast("Bus", _Silent(context.bus)))
