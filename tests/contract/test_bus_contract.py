"""What `shared.ports.bus` promises, for every adapter."""

from __future__ import annotations

import asyncio
import sys

import pytest

from shared.domain.document import new_id
from shared.errors import Transient
from shared.events import (
    CallRequested,
    CaseAnnounced,
    CaseAssigned,
    CaseHeld,
    DocumentsRead,
    Event,
    MessageAdded,
    NoticeRequested,
    ScanWanted,
    decode,
)
from shared.ports.bus import Bus, Delivery
from tests.contract.conftest import Buses
from tests.contract.documents import START, opened, received
from tests.contract.inbox import ASSIGNING, OPENING, Inbox, depth, depth_is
from tests.waiting import until


async def test_what_is_published_is_handed_over_as_the_first_attempt(bus: Bus) -> None:
    inbox, events = Inbox(), [opened("a"), opened("b"), opened("c")]
    await bus.consume(ASSIGNING, inbox, prefetch=8)
    assert await bus.publish(events) == events
    await until(lambda: len(inbox.seen) == 3)
    assert inbox.seen == [(event, 1) for event in events]
    for _ in events:
        await inbox.ack()


async def test_publishing_nothing_confirms_nothing(bus: Bus) -> None:
    assert await bus.publish([]) == []


async def test_each_event_waits_on_the_queue_that_takes_it(bus: Bus) -> None:
    case = {"at": START, "case_id": "c"}
    await bus.publish(
        [
            received(),
            opened(),
            ScanWanted(id=new_id(), message_id="m", **case),
            DocumentsRead(id=new_id(), message_id="m", **case),
            CaseAssigned(id=new_id(), **case),
            CaseHeld(id=new_id(), **case),
            MessageAdded(id=new_id(), message_id="m", **case),
            NoticeRequested(id=new_id(), at=START, notice_id="n"),
            CaseAnnounced(id=new_id(), of="case.held", of_id="e", **case),
            CallRequested(id=new_id(), at=START, call_id="c"),
        ]
    )
    assert [(found.name, found.ready) for found in await bus.depths()] == [
        ("intake.opening", 1),
        ("intake.scanning", 1),
        ("router.assigning", 2),
        ("notifier.telling", 3),
        ("notifier.sending", 1),
        ("desk.calling", 2),
    ]


async def test_what_is_published_outlives_the_publisher(buses: Buses) -> None:
    event, inbox = received(), Inbox()
    await buses.bus.publish([event])
    await buses.bus.close()
    other = await buses.again()
    await other.consume(OPENING, inbox, prefetch=1)
    await inbox.ack()
    assert inbox.seen == [(event, 1)]


async def test_hundreds_at_once_all_arrive(bus: Bus) -> None:
    events: list[Event] = [opened(str(number)) for number in range(1500)]
    seen: set[str] = set()

    async def take(delivery: Delivery) -> None:
        await delivery.ack()
        seen.add(decode(delivery.body).id)

    await bus.consume(ASSIGNING, take, prefetch=64)
    parts = [events[start::5] for start in range(5)]
    confirmed = await asyncio.gather(*(bus.publish(part) for part in parts))
    assert confirmed == parts
    await until(lambda: len(seen) == len(events))
    await bus.stop_consuming()
    assert (await depth(bus, ASSIGNING)).ready == 0


async def test_no_more_than_the_prefetch_is_in_hand(bus: Bus) -> None:
    inbox = Inbox()
    await bus.publish([opened(str(number)) for number in range(6)])
    await bus.consume(ASSIGNING, inbox, prefetch=2)
    await until(lambda: len(inbox.in_hand) == 2)
    await asyncio.sleep(0.1)
    assert len(inbox.seen) == 2
    await inbox.ack()
    await until(lambda: len(inbox.seen) == 3)
    for _ in range(5):
        await inbox.ack()


async def test_a_retry_comes_back_after_its_delay_as_the_next_attempt(bus: Bus) -> None:
    inbox, event = Inbox(), opened()
    await bus.consume(ASSIGNING, inbox, prefetch=1)
    await bus.publish([event])
    await inbox.end(lambda delivery: delivery.retry(1))
    started = asyncio.get_running_loop().time()
    await until(lambda: depth_is(bus, ASSIGNING, ready=0, waiting=1))
    await until(lambda: inbox.in_hand)
    assert 0.7 < asyncio.get_running_loop().time() - started < 3
    await inbox.ack()
    assert inbox.seen == [(event, 1), (event, 2)]
    await until(lambda: depth_is(bus, ASSIGNING, ready=0, waiting=0))


async def test_a_retry_that_does_not_count_comes_back_as_the_same_attempt(bus: Bus) -> None:
    inbox, event = Inbox(), opened()
    await bus.consume(ASSIGNING, inbox, prefetch=1)
    await bus.publish([event])
    await inbox.end(lambda delivery: delivery.retry(1, counted=False))
    await until(lambda: inbox.in_hand)
    await inbox.end(lambda delivery: delivery.retry(1))
    await until(lambda: inbox.in_hand)
    await inbox.ack()
    assert inbox.seen == [(event, 1), (event, 1), (event, 2)]


async def test_a_delay_that_the_queue_does_not_have_is_a_bug(bus: Bus) -> None:
    inbox, event = Inbox(), opened()
    await bus.consume(ASSIGNING, inbox, prefetch=1)
    await bus.publish([event])
    await until(lambda: inbox.in_hand)
    with pytest.raises(ValueError, match="no delay of 7 s"):
        await inbox.in_hand[0].retry(7)
    await inbox.ack()


async def test_stopping_waits_for_what_is_in_hand_and_takes_nothing_new(bus: Bus) -> None:
    inbox, events = Inbox(), [opened("a"), opened("b")]
    await bus.consume(ASSIGNING, inbox, prefetch=1)
    await bus.publish(events)
    await until(lambda: inbox.in_hand)
    stopping = asyncio.ensure_future(bus.stop_consuming())
    await asyncio.sleep(0.1)
    assert not stopping.done()
    await inbox.ack()
    await stopping
    assert inbox.seen == [(events[0], 1)]
    await until(lambda: depth_is(bus, ASSIGNING, ready=1, consumers=0))


async def test_consuming_can_start_again_after_a_stop(bus: Bus) -> None:
    first, second = Inbox(), Inbox()
    await bus.consume(ASSIGNING, first, prefetch=1)
    await bus.stop_consuming()
    await bus.publish([opened()])
    await bus.consume(ASSIGNING, second, prefetch=1)
    await second.ack()
    assert (len(first.seen), len(second.seen)) == (0, 1)


async def test_depth_counts_what_is_in_hand(bus: Bus) -> None:
    inbox = Inbox()
    await bus.publish([opened(), opened(), opened()])
    await bus.consume(ASSIGNING, inbox, prefetch=2)
    await until(lambda: len(inbox.in_hand) == 2)
    await until(lambda: depth_is(bus, ASSIGNING, ready=3, consumers=1))
    for _ in range(3):
        await inbox.ack()


async def test_a_delivery_that_no_verb_could_end_is_handed_over_again(bus: Bus) -> None:
    attempts: list[int] = []

    async def fail_once(delivery: Delivery) -> None:
        attempts.append(delivery.attempt)
        if len(attempts) == 1:
            raise Transient("store_down")
        await delivery.ack()

    await bus.consume(ASSIGNING, fail_once, prefetch=1)
    await bus.publish([opened()])
    await until(lambda: attempts == [1, 1])
    await bus.stop_consuming()
    assert await depth_is(bus, ASSIGNING, ready=0)


#: Takes a delivery, says so, and never ends it.
GREEDY = """
import asyncio, sys
from pathlib import Path

async def take(delivery):
    print("taken", flush=True)
    await asyncio.Event().wait()

async def main(name, address):
    if name == "sqlite":
        from shared.adapters.sqlite_bus import SqliteBus
        from shared.adapters.sqlite_store import open_sqlite_store
        from shared.adapters.system_clock import SystemClock
        bus = SqliteBus((await open_sqlite_store(Path(address))).file, SystemClock())
    else:
        from shared.adapters.rabbitmq_bus import open_rabbitmq_bus
        bus = await open_rabbitmq_bus(address, name="greedy")
    await bus.consume("router.assigning", take, prefetch=4)
    await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_what_a_killed_process_had_in_hand_is_handed_over_again(buses: Buses) -> None:
    event, inbox = opened(), Inbox()
    await buses.bus.publish([event])
    greedy = await asyncio.create_subprocess_exec(
        sys.executable, "-c", GREEDY, buses.name, buses.address, stdout=asyncio.subprocess.PIPE
    )
    assert greedy.stdout is not None
    assert await asyncio.wait_for(greedy.stdout.readline(), 20) == b"taken\n"
    greedy.kill()
    await greedy.communicate()
    await buses.bus.consume(ASSIGNING, inbox, prefetch=1)
    await inbox.ack()
    assert inbox.seen == [(event, 1)]


async def test_what_a_closed_bus_did_not_end_is_handed_over_to_another(buses: Buses) -> None:
    event, inbox = opened(), Inbox()
    await buses.bus.publish([event])

    async def leave(delivery: Delivery) -> None:
        """Return without ending it, as a bug would."""

    await buses.bus.consume(ASSIGNING, leave, prefetch=1)
    await buses.bus.close()
    other = await buses.again()
    await other.consume(ASSIGNING, inbox, prefetch=1)
    await inbox.ack()
    assert inbox.seen == [(event, 1)]


async def test_an_open_bus_answers_a_ping(bus: Bus) -> None:
    await bus.ping()
    assert {found.consumers for found in await bus.depths()} == {0}
