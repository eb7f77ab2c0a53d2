"""What `shared.ports.bus` promises of dead letters, for every adapter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.events import Event, decode
from shared.ports.bus import Bus
from tests.contract.documents import opened
from tests.contract.inbox import ASSIGNING, SENDING, Inbox, depth_is


async def dead(bus: Bus, *events: Event, queue: str = ASSIGNING) -> None:
    """Make dead letters of events, in this order, the reason being the number."""
    inbox = Inbox()
    await bus.consume(queue, inbox, prefetch=1)
    for number, event in enumerate(events):
        await bus.publish([event])
        await inbox.bury(f"reason {number}")
    await bus.stop_consuming()


async def test_a_buried_delivery_is_a_dead_letter_that_says_why(bus: Bus) -> None:
    event = opened()
    await dead(bus, event)
    (letter,) = await bus.dead_letters(ASSIGNING)
    assert (letter.queue, letter.reason, letter.attempt) == (ASSIGNING, "reason 0", 1)
    assert decode(letter.body.encode()) == event
    assert datetime.now(UTC) - letter.died_at < timedelta(minutes=1)
    assert await depth_is(bus, ASSIGNING, ready=0, waiting=0, dead=1)


async def test_looking_at_dead_letters_leaves_them_there_oldest_first(bus: Bus) -> None:
    events = [opened(str(number)) for number in range(4)]
    await dead(bus, *events)
    letters = await bus.dead_letters(ASSIGNING)
    assert [decode(letter.body.encode()) for letter in letters] == events
    assert await bus.dead_letters(ASSIGNING) == letters
    assert await bus.dead_letters(ASSIGNING, limit=2) == letters[:2]
    assert len({letter.id for letter in letters}) == 4
    assert await bus.dead_letters(SENDING) == []


async def test_a_dead_letter_put_back_is_a_first_attempt_again(bus: Bus) -> None:
    first, second, inbox = opened("first"), opened("second"), Inbox()
    await dead(bus, first, second)
    letter = (await bus.dead_letters(ASSIGNING))[1]
    assert await bus.requeue_dead(ASSIGNING, letter.id)
    await bus.consume(ASSIGNING, inbox, prefetch=1)
    await inbox.ack()
    assert inbox.seen == [(second, 1)]
    assert [found.reason for found in await bus.dead_letters(ASSIGNING)] == ["reason 0"]
    assert not await bus.requeue_dead(ASSIGNING, letter.id)


async def test_a_discarded_dead_letter_is_gone_and_no_other(bus: Bus) -> None:
    await dead(bus, opened("first"), opened("second"), opened("third"))
    letter = (await bus.dead_letters(ASSIGNING))[1]
    assert await bus.discard_dead(ASSIGNING, letter.id)
    assert not await bus.discard_dead(ASSIGNING, letter.id)
    assert not await bus.discard_dead(SENDING, letter.id)
    reasons = [found.reason for found in await bus.dead_letters(ASSIGNING)]
    assert reasons == ["reason 0", "reason 2"]


async def test_one_event_that_dies_twice_is_two_letters(bus: Bus) -> None:
    event = opened()
    await dead(bus, event, event)
    first, second = await bus.dead_letters(ASSIGNING)
    assert first.id != second.id
    assert await bus.discard_dead(ASSIGNING, first.id)
    assert await bus.dead_letters(ASSIGNING) == [second]
