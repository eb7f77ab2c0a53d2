"""What only the RabbitMQ bus must stand: a broker that restarts, queues that someone deletes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pika
import pytest

from shared.adapters.rabbitmq_bus import RabbitBus, open_rabbitmq_bus
from shared.adapters.rabbitmq_topology import DELIVERY_LIMIT
from shared.errors import Misconfigured, Transient
from shared.events import Event, decode
from shared.ports.bus import Delivery
from shared.topology import BY_NAME, EXCHANGE
from tests.contract.documents import opened, received
from tests.contract.inbox import depth_is
from tests.servers import Restartable
from tests.waiting import until

ASSIGNING = BY_NAME["router.assigning"]


@pytest.fixture
async def rabbit(fresh_amqp_url: str) -> AsyncIterator[RabbitBus]:
    bus = await open_rabbitmq_bus(fresh_amqp_url, name="contract")
    yield bus
    await bus.close()


@pytest.fixture
def behind(fresh_amqp_url: str) -> Callable[[Callable[[Any], Any]], Any]:
    """Do something on the broker behind the adapter's back."""

    def do(something: Callable[[Any], Any]) -> Any:
        with pika.BlockingConnection(pika.URLParameters(fresh_amqp_url)) as connection:
            return something(connection.channel())

    return do


class Counter:
    """Acks and counts what it gets, by event id."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}
        self.attempts: list[int] = []

    async def __call__(self, delivery: Delivery) -> None:
        event = decode(delivery.body)
        self.attempts.append(delivery.attempt)
        await delivery.ack()
        self.seen[event.id] = self.seen.get(event.id, 0) + 1


async def test_a_publish_that_no_queue_takes_is_not_confirmed_and_the_queue_comes_back(
    rabbit: RabbitBus, behind: Any
) -> None:
    event = opened()
    behind(lambda channel: channel.queue_delete(ASSIGNING.name))
    assert await rabbit.publish([event]) == []
    await until(lambda: _publishes(rabbit, event))
    assert await depth_is(rabbit, ASSIGNING.name, ready=1)


async def test_only_what_no_queue_takes_is_left_out(rabbit: RabbitBus, behind: Any) -> None:
    lost, kept = opened(), [received(), received()]
    behind(lambda channel: channel.queue_unbind(ASSIGNING.name, EXCHANGE, "case.opened"))
    assert await rabbit.publish([kept[0], lost, kept[1]]) == kept


async def test_what_an_earlier_version_bound_is_bound_no_more(
    fresh_amqp_url: str, rabbit: RabbitBus, behind: Any
) -> None:
    behind(lambda channel: channel.queue_bind("desk.calling", EXCHANGE, "case.opened"))
    other = await open_rabbitmq_bus(fresh_amqp_url, name="next version")
    await other.close()
    event = opened()
    assert await rabbit.publish([event]) == [event]
    assert await depth_is(rabbit, ASSIGNING.name, ready=1)
    assert await depth_is(rabbit, "desk.calling", ready=0)


async def test_an_exchange_that_is_gone_fails_the_publish_and_comes_back(
    rabbit: RabbitBus, behind: Any
) -> None:
    event = opened()
    behind(lambda channel: channel.exchange_delete(EXCHANGE))
    with pytest.raises(Transient):
        await rabbit.publish([event])
    await until(lambda: _publishes(rabbit, event))
    assert await depth_is(rabbit, ASSIGNING.name, ready=1)


async def test_a_consumer_of_a_deleted_queue_comes_back_by_itself(
    rabbit: RabbitBus, behind: Any
) -> None:
    counter, event = Counter(), opened()
    await rabbit.consume(ASSIGNING.name, counter, prefetch=1)
    behind(lambda channel: channel.queue_delete(ASSIGNING.name))
    await until(lambda: _publishes(rabbit, event))
    await until(lambda: event.id in counter.seen)
    assert counter.attempts[0] == 1


async def _publishes(bus: RabbitBus, event: Event) -> bool:
    try:
        return await bus.publish([event]) == [event]
    except Transient:
        return False


async def test_a_retry_survives_the_deletion_of_its_queue_while_it_waits(
    rabbit: RabbitBus, behind: Any
) -> None:
    attempts: list[int] = []

    async def retry_once(delivery: Delivery) -> None:
        attempts.append(delivery.attempt)
        if delivery.attempt == 1:
            await delivery.retry(5)
        else:
            await delivery.ack()

    await rabbit.consume(ASSIGNING.name, retry_once, prefetch=1)
    await rabbit.publish([opened()])
    await until(lambda: _waits(rabbit))
    behind(lambda channel: channel.queue_delete(ASSIGNING.name))
    await until(lambda: attempts == [1, 2], 20)


async def _waits(bus: RabbitBus) -> bool:
    return await depth_is(bus, ASSIGNING.name, waiting=1)


async def test_a_retry_whose_queue_comes_back_late_is_not_lost(own_rabbitmq: Restartable) -> None:
    """Nobody declares anything while the delay runs out; the ladder keeps the message."""
    counter = Counter()

    async def retry(delivery: Delivery) -> None:
        await delivery.retry(1)

    early = await open_rabbitmq_bus(own_rabbitmq.url, name="early")
    await early.consume(ASSIGNING.name, retry, prefetch=1)
    await early.publish([opened()])
    await until(lambda: _waits(early))
    await early.close()
    with pika.BlockingConnection(pika.URLParameters(own_rabbitmq.url)) as connection:
        connection.channel().queue_delete(ASSIGNING.name)
    await asyncio.sleep(1.5)
    late = await open_rabbitmq_bus(own_rabbitmq.url, name="late")
    await late.consume(ASSIGNING.name, counter, prefetch=1)
    await until(lambda: counter.attempts == [2], 40)
    await late.close()


@pytest.mark.parametrize("queue", [ASSIGNING.name, ASSIGNING.dead, ASSIGNING.retry(5)])
async def test_a_queue_that_is_missed_by_nobody_comes_back_too(
    fresh_amqp_url: str, behind: Any, monkeypatch: pytest.MonkeyPatch, queue: str
) -> None:
    monkeypatch.setattr("shared.adapters.rabbitmq_bus.CHECK_EVERY", 0.2)
    bus = await open_rabbitmq_bus(fresh_amqp_url, name="contract")
    behind(lambda channel: channel.queue_delete(queue))

    def there() -> bool:
        try:
            behind(lambda channel: channel.queue_declare(queue, passive=True))
        except pika.exceptions.ChannelClosedByBroker:
            return False
        return True

    assert not there()
    await until(lambda: asyncio.to_thread(there))
    await bus.close()


async def test_a_retry_declares_its_waiting_queue_again_when_it_is_gone(
    rabbit: RabbitBus, behind: Any
) -> None:
    attempts: list[int] = []

    async def retry_once(delivery: Delivery) -> None:
        attempts.append(delivery.attempt)
        await (delivery.retry(1) if delivery.attempt == 1 else delivery.ack())

    behind(lambda channel: channel.queue_delete(ASSIGNING.retry(1)))
    await rabbit.consume(ASSIGNING.name, retry_once, prefetch=1)
    await rabbit.publish([opened()])
    # A broker may refuse what comes before the new queue has a leader: then the first attempt is
    # handed over once more
    await until(lambda: 2 in attempts, 30)
    assert attempts == [1] * (len(attempts) - 1) + [2]


async def test_a_message_that_the_broker_gives_up_is_a_dead_letter(
    rabbit: RabbitBus, behind: Any
) -> None:
    event = opened()
    await rabbit.publish([event])

    def reject_until_gone(channel: Any) -> int:
        count = 0
        for method, _, _ in channel.consume(ASSIGNING.name, inactivity_timeout=1):
            if method is None:
                break
            channel.basic_reject(method.delivery_tag, requeue=True)
            count += 1
        channel.cancel()
        return count

    assert behind(reject_until_gone) >= DELIVERY_LIMIT
    (letter,) = await rabbit.dead_letters(ASSIGNING.name)
    assert (letter.reason, decode(letter.body.encode())) == ("delivery_limit", event)
    assert await rabbit.requeue_dead(ASSIGNING.name, letter.id)


async def test_a_queue_with_other_arguments_stays_as_it_is(
    fresh_amqp_url: str, behind: Any
) -> None:
    arguments = {"x-queue-type": "quorum", "x-message-ttl": 4321}
    behind(
        lambda channel: channel.queue_declare(ASSIGNING.retry(5), durable=True, arguments=arguments)
    )
    bus = await open_rabbitmq_bus(fresh_amqp_url, name="contract")
    assert {found.ready for found in await bus.depths()} == {0}
    await bus.close()


async def test_an_address_that_is_none_is_misconfigured() -> None:
    with pytest.raises(Misconfigured):
        await open_rabbitmq_bus("amqp://host:port/", name="contract")


async def test_a_wrong_password_is_transient_and_is_not_shown(
    amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.adapters.rabbitmq_bus.FIRST", 0.5)
    bus = await open_rabbitmq_bus(amqp_url.replace("guest:guest", "guest:hunter2"), name="wrong")
    with pytest.raises(Transient) as refused:
        await bus.ping()
    assert "hunter2" not in str(refused.value)
    await bus.close()


async def test_nothing_confirmed_is_lost_when_the_broker_stops_or_is_killed(
    own_rabbitmq: Restartable,
) -> None:
    """Stopped first: RabbitMQ 3.10 may lose a queue that was made just before it is killed."""
    bus = await open_rabbitmq_bus(own_rabbitmq.url, name="contract")
    counter, confirmed, said = Counter(), set[str](), set[str]()
    trying = True
    await bus.consume(ASSIGNING.name, counter, prefetch=32)

    async def publish() -> None:
        while trying:
            events = [opened() for _ in range(10)]
            try:
                confirmed.update(event.id for event in await bus.publish(events))
            except Transient as error:
                said.add(str(error))
                await asyncio.sleep(0.05)

    async def hundreds_more() -> None:
        before = len(counter.seen)
        await until(lambda: len(counter.seen) > before + 200, 40)

    publishers = [asyncio.ensure_future(publish()) for _ in range(4)]
    for end in (own_rabbitmq.stop, own_rabbitmq.kill):
        await hundreds_more()
        await asyncio.to_thread(end)
        with pytest.raises(Transient):
            await bus.ping()
        await asyncio.to_thread(own_rabbitmq.start)
        await hundreds_more()
    trying = False
    await asyncio.gather(*publishers)
    await until(lambda: confirmed <= set(counter.seen), 20)
    assert not any("127.0.0.1" in text for text in said)
    await bus.close()


async def test_a_bus_opened_before_its_broker_comes_up_when_it_does(
    own_rabbitmq: Restartable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.adapters.rabbitmq_bus.FIRST", 0.2)
    counter, event = Counter(), opened()
    await asyncio.to_thread(own_rabbitmq.stop)
    bus = await open_rabbitmq_bus(own_rabbitmq.url, name="early")
    await bus.consume(ASSIGNING.name, counter, prefetch=1)
    with pytest.raises(Transient):
        await bus.ping()
    await asyncio.to_thread(own_rabbitmq.start)
    await until(lambda: _publishes(bus, event), 40)
    await until(lambda: event.id in counter.seen)
    await bus.close()
