"""One connection to the broker, from its opening to its end. Driver-free: `connect` comes in.

A session is used until anything about it goes wrong (a channel that closes, a consumer the broker
ends, a socket that dies) and then replaced as a whole, so there is one way back and not ten.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from shared.adapters.rabbitmq_channel import (
    PRECONDITION_FAILED,
    Channel,
    ChannelClosed,
    settle,
)
from shared.adapters.rabbitmq_publishing import Publisher
from shared.adapters.rabbitmq_topology import Declaration, declarations
from shared.errors import Transient
from shared.topology import EXCHANGE, QUEUES

_log = logging.getLogger(__name__)

#: Seconds for one attempt to connect, and to close.
CONNECT = 15.0
#: Channels that declare side by side: most of a declaration is the broker's waiting for its disk.
DECLARING = 4

#: Start to connect and return the driver's connection; it takes the three callbacks by name.
Connect = Callable[..., Any]


class Session:
    """One connection from its opening to its end."""

    def __init__(self, connect: Connect) -> None:
        loop = asyncio.get_running_loop()
        self._connect = connect
        self.opened: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[None] = loop.create_future()
        #: Something that we had declared was gone; see MEND
        self.damaged = False
        self._raw: Any = None
        self.publisher: Publisher

    async def open(self) -> None:
        """Connect, declare, and be ready to publish; raise Transient when that fails."""
        self._raw = self._connect(
            on_open_callback=lambda _connection: _settle(self.opened),
            on_open_error_callback=lambda _connection, _error: _settle(self.lost),
            on_close_callback=lambda _connection, _error: _settle(self.lost),
        )
        both = (self.opened, self.lost)
        await asyncio.wait(both, timeout=CONNECT, return_when=asyncio.FIRST_COMPLETED)
        if self.lost.done() or not self.opened.done():
            raise Transient("broker_unreachable")
        await self.declare()
        self.publisher = Publisher(await self.channel())
        await self.publisher.start()

    async def channel(self, *, needed: bool = True) -> Channel:
        """Open a channel. One that is `needed` takes the session with it when it closes."""
        if self.lost.done() or not self._raw.is_open:
            raise Transient("broker_lost")
        opened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._raw.channel(on_open_callback=partial(settle, opened))
        await asyncio.wait((opened, self.lost), return_when=asyncio.FIRST_COMPLETED)
        if not opened.done():
            opened.cancel()
            raise Transient("broker_lost")
        channel = Channel(opened.result())
        if needed:
            channel.when_lost(self.close)
        return channel

    @asynccontextmanager
    async def passing_channel(self) -> AsyncIterator[Channel]:
        """Lend a channel for a question."""
        channel = await self.channel(needed=False)
        try:
            yield channel
        finally:
            await channel.close()

    async def declare(self) -> None:
        """Declare the whole topology; what is there with other arguments stays as it is."""
        async with self.passing_channel() as channel:
            exchange = {"exchange": EXCHANGE, "exchange_type": "topic", "durable": True}
            await channel.call(channel.raw.exchange_declare, **exchange)
        parts = [declarations()[start::DECLARING] for start in range(DECLARING)]
        await asyncio.gather(*(self._declare_some(part) for part in parts))

    async def check(self) -> None:
        """Raise Transient, as damaged, when a queue that is consumed is gone."""
        async with self.passing_channel() as channel:
            for queue in QUEUES:
                try:
                    await channel.call(channel.raw.queue_declare, queue=queue.name, passive=True)
                except ChannelClosed:
                    self.damaged = True
                    raise
        waiting = [declaration for declaration in declarations() if not declaration.keys]
        await self._declare_some(waiting)

    async def declare_again(self, name: str) -> None:
        """Declare a queue that nobody consumes, a waiting one or one of dead letters."""
        await self._declare_some([found for found in declarations() if found.name == name])

    def mend(self) -> None:
        """End the session because something declared is gone; the next one declares it."""
        self.damaged = True
        self.close()

    async def _declare_some(self, some: list[Declaration]) -> None:
        left = list(some)
        while left:
            try:
                async with self.passing_channel() as channel:
                    while left:
                        await _declare_one(channel, left[0])
                        del left[0]
            except ChannelClosed as error:
                if error.reply_code != PRECONDITION_FAILED:
                    raise
                _log.warning("queue has other arguments", extra={"queue": left[0].name})
                del left[0]

    async def end(self) -> None:
        """Let go, and return when the connection is closed or was never there."""
        self.close()
        if self._raw is not None and not self.lost.done():
            await asyncio.wait([self.lost], timeout=CONNECT)

    def close(self) -> None:
        """Start to let go of the connection; `lost` ends when it has."""
        if self._raw is not None and not (self._raw.is_closing or self._raw.is_closed):
            self._raw.close()


async def _declare_one(channel: Channel, declaration: Declaration) -> None:
    raw, name = channel.raw, declaration.name
    await channel.call(raw.queue_declare, queue=name, durable=True, arguments=declaration.arguments)
    for key in declaration.keys:
        await channel.call(raw.queue_bind, queue=name, exchange=EXCHANGE, routing_key=key)
    for key in declaration.other_keys:
        await channel.call(raw.queue_unbind, queue=name, exchange=EXCHANGE, routing_key=key)


def _settle(future: asyncio.Future[None]) -> None:
    settle(future, None)
