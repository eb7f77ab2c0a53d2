"""The message queue on RabbitMQ: one connection that comes back by itself, forever.

After each loss the topology is declared again and the consumers attached again. Unconfirmed
publishes count as failed, unacked deliveries come again. The driver is imported here only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import pika
from pika.adapters.asyncio_connection import AsyncioConnection

from shared.adapters.rabbitmq_channel import NOT_FOUND, Channel, ChannelClosed
from shared.adapters.rabbitmq_consumer import Consumer
from shared.adapters.rabbitmq_dead import held_letters
from shared.adapters.rabbitmq_letters import ATTEMPT
from shared.adapters.rabbitmq_publishing import Outgoing
from shared.adapters.rabbitmq_session import Session
from shared.adapters.rabbitmq_topology import ladder
from shared.adapters.system_clock import SystemClock
from shared.errors import Misconfigured, Transient
from shared.events import Event, encode
from shared.ports.bus import DeadLetter, Delivery, QueueDepth
from shared.ports.clock import Clock
from shared.topology import BY_NAME, EXCHANGE, QUEUES, Queue

_log = logging.getLogger(__name__)

#: Seconds for a caller to wait for a connection, and for the first one.
READY, FIRST = 5.0, 10.0
#: Seconds between attempts, doubling.
PAUSE_LEAST, PAUSE_MOST = 0.1, 15.0
#: Seconds to let a deletion sink in before declaring again. RabbitMQ 3.10 moves the consumers of a
#: queue that comes back within milliseconds to the new one, and then never delivers to them.
MEND = 2.0
#: Seconds between two looks whether everything declared is still there.
CHECK_EVERY = 60.0
#: Seconds; a peer that is silent for two of these is gone.
HEARTBEAT = 20


class RabbitBus:
    """See `shared.ports.bus.Bus`. `depths` counts what is in hand in this process only."""

    def __init__(self, parameters: pika.connection.Parameters, clock: Clock) -> None:
        self._parameters = parameters
        self._clock = clock
        self._session: Session | None = None
        self._up = asyncio.Event()
        self._consumers: dict[str, Consumer] = {}
        self._looking = asyncio.Lock()
        self._task = asyncio.get_running_loop().create_task(self._keep_connected())

    async def publish(self, events: Sequence[Event]) -> list[Event]:
        session = await self._ready()
        messages = [
            Outgoing(EXCHANGE, event.type, encode(event), _properties({ATTEMPT: 1}, event.id))
            for event in events
        ]
        flags = await session.publisher.publish(messages)
        if session.publisher.unroutable:
            session.mend()
        return [event for event, confirmed in zip(events, flags, strict=True) if confirmed]

    async def consume(
        self, queue: str, on_delivery: Callable[[Delivery], Awaitable[None]], *, prefetch: int
    ) -> None:
        consumer = Consumer(queue, on_delivery, prefetch, self._forward, self._clock)
        self._consumers[queue] = consumer
        if self._session is not None:
            await self._attach(self._session, consumer)

    async def stop_consuming(self) -> None:
        consumers, self._consumers = self._consumers, {}
        await asyncio.gather(*(consumer.stop() for consumer in consumers.values()))

    async def depths(self) -> list[QueueDepth]:
        session = await self._ready()
        try:
            async with session.passing_channel() as channel:
                return [await self._depth(channel, queue) for queue in QUEUES]
        except ChannelClosed as error:
            if error.reply_code == NOT_FOUND:
                session.mend()
            raise

    async def dead_letters(self, queue: str, *, limit: int = 100) -> list[DeadLetter]:
        session = await self._ready()
        async with self._looking:
            channel = await session.channel(needed=False)
            async with held_letters(channel, queue, limit) as held:
                return [one.letter for one in held]

    async def requeue_dead(self, queue: str, letter_id: str) -> bool:
        return await self._end_dead(queue, letter_id, requeue=True)

    async def discard_dead(self, queue: str, letter_id: str) -> bool:
        return await self._end_dead(queue, letter_id, requeue=False)

    async def ping(self) -> None:
        if self._session is None:
            raise Transient("broker_unreachable")
        async with self._session.passing_channel() as channel:
            await channel.call(channel.raw.exchange_declare, exchange=EXCHANGE, passive=True)

    async def close(self) -> None:
        await self.stop_consuming()
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _ready(self) -> Session:
        """Return the session, or wait a little for one."""
        if not self._up.is_set():
            await self.connected(READY)
        if self._session is None:
            raise Transient("broker_unreachable")
        return self._session

    async def connected(self, seconds: float) -> None:
        """Return when there is a session, or after this many seconds without one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._up.wait()

    async def _forward(
        self, queue: str, body: bytes, headers: dict[str, Any], properties: Any
    ) -> None:
        """Put a copy on a queue, confirmed; declare the queue first if it is not there."""
        session = await self._ready()
        for _ in range(2):
            message = Outgoing("", queue, body, _properties(headers, properties.message_id))
            if (await session.publisher.publish([message]))[0]:
                return
            if queue in BY_NAME:
                session.mend()
                break
            await session.declare_again(queue)
            session.publisher.unroutable = False
        raise Transient("broker_refused")

    async def _end_dead(self, queue: str, letter_id: str, *, requeue: bool) -> bool:
        session = await self._ready()
        async with self._looking:
            channel = await session.channel(needed=False)
            async with held_letters(channel, queue) as held:
                found = next((one for one in held if one.letter.id == letter_id), None)
                if found is None:
                    return False
                if requeue:
                    await self._forward(queue, found.body, {ATTEMPT: 1}, found.properties)
                channel.raw.basic_ack(found.tag)
                held.remove(found)
                return True

    async def _depth(self, channel: Channel, queue: Queue) -> QueueDepth:
        main = await _state(channel, queue.name)
        waiting = [await _state(channel, queue.retry(delay)) for delay in ladder(queue)]
        dead = await _state(channel, queue.dead)
        consumer = self._consumers.get(queue.name)
        return QueueDepth(
            name=queue.name,
            ready=main.message_count + (consumer.in_hand if consumer else 0),
            waiting=sum(state.message_count for state in waiting),
            dead=dead.message_count,
            consumers=main.consumer_count,
        )

    async def _attach(self, session: Session, consumer: Consumer) -> None:
        """Attach a consumer once; when that fails, the next session does it."""
        if consumer.session is session:
            return
        consumer.session = session
        try:
            await consumer.attach(await session.channel(), on_cancelled=session.mend)
        except Transient as error:
            _log.warning("not consuming", extra={"queue": consumer.queue, "code": error.code})
            session.close()

    async def _keep_connected(self) -> None:
        pause = PAUSE_LEAST
        while True:
            session = Session(partial(_connect, self._parameters))
            try:
                await self._live(session)
            except Transient as error:
                _log.warning("broker not there", extra={"code": error.code})
            except Exception as error:  # noqa: BLE001 - the way back must never end
                _log.error("broker lost", extra={"code": type(error).__name__})
            finally:
                pause = PAUSE_LEAST if self._up.is_set() else min(pause * 2, PAUSE_MOST)
                self._session = None
                self._up.clear()
                await session.end()
            await asyncio.sleep(max(pause, MEND) if session.damaged else pause)

    async def _live(self, session: Session) -> None:
        """Open the session and return when it is lost."""
        await session.open()
        self._session = session
        for consumer in list(self._consumers.values()):
            await self._attach(session, consumer)
        self._up.set()
        while not session.lost.done():
            await asyncio.wait([session.lost], timeout=CHECK_EVERY)
            if not session.lost.done():
                await session.check()


async def open_rabbitmq_bus(url: str, *, name: str, clock: Clock | None = None) -> RabbitBus:
    """Return the bus, connected if the broker answers soon; otherwise it goes on trying.

    Raise Misconfigured for an address that cannot be one.
    """
    # The driver's own log lines hold addresses and what the broker says
    logging.getLogger("pika").setLevel(logging.CRITICAL + 1)
    try:
        parameters = pika.URLParameters(url)
    except (ValueError, TypeError, KeyError):
        raise Misconfigured("bus_url", "RECOURS_BUS is not a RabbitMQ address.") from None
    parameters.heartbeat = HEARTBEAT
    parameters.client_properties = {"connection_name": name}
    bus = RabbitBus(parameters, clock or SystemClock())
    await bus.connected(FIRST)
    return bus


def _connect(parameters: pika.connection.Parameters, **callbacks: Any) -> Any:
    loop = asyncio.get_running_loop()
    return AsyncioConnection(parameters, custom_ioloop=loop, **callbacks)


def _properties(headers: dict[str, Any], message_id: str | None) -> pika.BasicProperties:
    return pika.BasicProperties(  # type: ignore[no-untyped-call]
        content_type="application/json", delivery_mode=2, headers=headers, message_id=message_id
    )


async def _state(channel: Channel, queue: str) -> Any:
    return (await channel.call(channel.raw.queue_declare, queue=queue, passive=True)).method
