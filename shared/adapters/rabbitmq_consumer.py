"""The consuming half of the RabbitMQ bus. Driver-free: channels and the way to forward come in.

A delivery belongs to the channel it came on. When that channel is gone the broker hands the
message over again, so ending a delivery of a lost channel does nothing, on purpose.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from shared.adapters.rabbitmq_channel import Channel
from shared.adapters.rabbitmq_letters import ATTEMPT, attempt_of, dead_headers
from shared.errors import Transient
from shared.ports.bus import Delivery
from shared.ports.clock import Clock
from shared.topology import BY_NAME

_log = logging.getLogger(__name__)

#: A delivery that could not be ended is handed over again after this many seconds.
AGAIN = 1.0

OnDelivery = Callable[[Delivery], Awaitable[None]]
#: Publish a copy to a queue, confirmed: (queue, body, headers, the message's properties)
Forward = Callable[[str, bytes, dict[str, Any], Any], Awaitable[None]]


class Consumer:
    """Hands over one queue's messages; attached again to each new connection."""

    def __init__(
        self, queue: str, on_delivery: OnDelivery, prefetch: int, forward: Forward, clock: Clock
    ) -> None:
        self.queue = queue
        self.forward = forward
        self.clock = clock
        #: The session it is attached to, or about to be; set by whoever attaches it
        self.session: object = None
        self._on_delivery = on_delivery
        self._prefetch = prefetch
        self._in_hand: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._channel: Channel | None = None
        self._tag = ""

    @property
    def in_hand(self) -> int:
        return len(self._in_hand)

    async def attach(self, channel: Channel, on_cancelled: Callable[[], None]) -> None:
        """Start on a new channel; `on_cancelled` is called when the broker ends the consumer."""
        raw = channel.raw
        await channel.call(raw.basic_qos, prefetch_count=self._prefetch)
        raw.add_on_cancel_callback(lambda _frame: on_cancelled())

        def on_message(_raw: Any, method: Any, properties: Any, body: bytes) -> None:
            self._take(RabbitDelivery(self, channel, method.delivery_tag, properties, body))

        answer = await channel.call(
            raw.basic_consume, queue=self.queue, on_message_callback=on_message
        )
        self._channel, self._tag = channel, answer.method.consumer_tag
        if self._stopping:
            await channel.close()

    async def stop(self) -> None:
        """Take nothing new and return when what is in hand has ended."""
        self._stopping = True
        channel = self._channel
        if channel is not None and channel.is_open:
            try:
                await channel.call(channel.raw.basic_cancel, consumer_tag=self._tag)
            except Transient as error:
                _log.info("consumer was gone", extra={"queue": self.queue, "code": error.code})
        while self._in_hand:
            await asyncio.wait(self._in_hand)
        if channel is not None:
            await channel.close()

    def _take(self, delivery: RabbitDelivery) -> None:
        if self._stopping:
            delivery.give_back()
            return
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _deliver(self, delivery: RabbitDelivery) -> None:
        code = "delivery_not_ended"
        try:
            await self._on_delivery(delivery)
        except Transient as error:
            code = error.code
        except Exception as error:  # noqa: BLE001 - a bug above must not end the consumer
            code = type(error).__name__
        if delivery.ended:
            return
        _log.warning("delivery goes back", extra={"queue": self.queue, "code": code})
        if not self._stopping:
            await asyncio.sleep(AGAIN)
        delivery.give_back()


class RabbitDelivery:
    """See `shared.ports.bus.Delivery`."""

    __slots__ = ("_channel", "_consumer", "_properties", "_tag", "attempt", "body", "ended")

    def __init__(
        self, consumer: Consumer, channel: Channel, tag: int, properties: Any, body: bytes
    ) -> None:
        self._consumer = consumer
        self._channel = channel
        self._tag = tag
        self._properties = properties
        self.body = body
        self.attempt = attempt_of(properties.headers)
        self.ended = False

    async def ack(self) -> None:
        self.ended = True
        if self._channel.is_open:
            self._channel.raw.basic_ack(self._tag)

    async def retry(self, delay: int, *, counted: bool = True) -> None:
        queue = BY_NAME[self._consumer.queue]
        if delay not in queue.delays:
            raise ValueError(f"{queue.name} has no delay of {delay} s")
        await self._move(queue.retry(delay), {ATTEMPT: self.attempt + counted})

    async def bury(self, reason: str) -> None:
        headers = dead_headers(self.attempt, reason, self._consumer.clock.now())
        await self._move(BY_NAME[self._consumer.queue].dead, headers)

    def give_back(self) -> None:
        """Let the broker hand it over again, to whoever is free."""
        self.ended = True
        if self._channel.is_open:
            self._channel.raw.basic_nack(self._tag, requeue=True)

    async def _move(self, target: str, headers: dict[str, Any]) -> None:
        """Publish a confirmed copy, then ack; a crash in between doubles, it never loses."""
        if self._channel.is_open:
            await self._consumer.forward(target, self.body, headers, self._properties)
        await self.ack()
