"""Looking into a dead letter queue. Driver-free: the channel is handed in.

AMQP has no way to look without taking, so letters are taken, kept unacked, and given back. While
one looks, another sees an emptier queue; it lasts milliseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from shared.adapters.rabbitmq_channel import Channel
from shared.adapters.rabbitmq_letters import dead_letter
from shared.ports.bus import DeadLetter
from shared.topology import BY_NAME

#: Seconds without a further letter until the queue counts as read.
IDLE = 1.0
#: Seconds between two looks whether letters are back.
LOOK = 0.01
#: AMQP counts unacked messages in 16 bits.
MOST = 65_535


class Held(NamedTuple):
    """A letter in hand."""

    letter: DeadLetter
    tag: int
    properties: Any
    body: bytes


@asynccontextmanager
async def held_letters(
    channel: Channel, queue: str, limit: int = MOST
) -> AsyncIterator[list[Held]]:
    """Hold the oldest `limit` letters of `queue`; whatever stays in the list then goes back."""
    dead, raw = BY_NAME[queue].dead, channel.raw
    declared = await channel.call(raw.queue_declare, queue=dead, passive=True)
    wanted = min(declared.method.message_count, limit, MOST)
    held: list[Held] = []
    try:
        if wanted > 0:
            held = await _take(channel, queue, dead, wanted)
        yield held
    finally:
        if held and channel.is_open:
            await _give_back(channel, dead, len(held))
        await channel.close()


async def _give_back(channel: Channel, dead: str, count: int) -> None:
    """Give back what is unacked, and return when the next look will see it.

    A quorum queue takes letters back only after the broker has answered.
    """
    raw, loop = channel.raw, asyncio.get_running_loop()
    raw.basic_nack(0, multiple=True, requeue=True)
    deadline = loop.time() + IDLE
    while loop.time() < deadline:
        declared = await channel.call(raw.queue_declare, queue=dead, passive=True)
        if declared.method.message_count >= count:
            return
        await asyncio.sleep(LOOK)


async def _take(channel: Channel, queue: str, dead: str, wanted: int) -> list[Held]:
    raw = channel.raw
    taken: asyncio.Queue[Held] = asyncio.Queue()

    def on_message(_raw: Any, method: Any, properties: Any, body: bytes) -> None:
        letter = dead_letter(queue, properties.headers, properties.message_id, body)
        taken.put_nowait(Held(letter, method.delivery_tag, properties, body))

    await channel.call(raw.basic_qos, prefetch_count=wanted)
    answer = await channel.call(raw.basic_consume, queue=dead, on_message_callback=on_message)
    held: list[Held] = []
    try:
        while len(held) < wanted:
            async with asyncio.timeout(IDLE):
                held.append(await taken.get())
    except TimeoutError:
        pass
    await channel.call(raw.basic_cancel, consumer_tag=answer.method.consumer_tag)
    return sorted(held, key=lambda one: one.letter.died_at)
