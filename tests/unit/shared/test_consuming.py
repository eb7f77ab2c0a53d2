"""The one loop: how a delivery ends, for each way in which a handler can end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import Conflict, Poison, Postponed, Transient
from shared.events import CaseOpened, EnvelopeReceived, encode
from shared.runtime.consuming import CONFLICT_TRIES, end_delivery
from shared.topology import BY_NAME

QUEUE = BY_NAME["router.assigning"]
EVENT = CaseOpened(id="e", at=datetime(2026, 11, 20, tzinfo=UTC), case_id="c")


class Hand:
    """A delivery that remembers how it ended."""

    def __init__(self, body: bytes, attempt: int = 1) -> None:
        self.body = body
        self.attempt = attempt
        self.ended: list[tuple[str, object]] = []

    async def ack(self) -> None:
        self.ended.append(("ack", None))

    async def retry(self, delay: int, *, counted: bool = True) -> None:
        self.ended.append(("retry" if counted else "postpone", delay))

    async def bury(self, reason: str) -> None:
        self.ended.append(("bury", reason))


def raising(error: Exception) -> Callable[[Any], Awaitable[None]]:
    async def handle(_: Any) -> None:
        raise error

    return handle


async def test_what_was_handled_is_acked() -> None:
    seen = []

    async def handle(event: CaseOpened) -> None:
        seen.append(event)

    hand = Hand(encode(EVENT))
    assert await end_delivery(hand, QUEUE, {CaseOpened: handle}) == "done"
    assert (hand.ended, seen) == ([("ack", None)], [EVENT])


@pytest.mark.parametrize(("seconds", "delay"), [(0.5, 1), (30, 60), (99_999, QUEUE.delays[-1])])
@pytest.mark.parametrize("attempt", [1, len(QUEUE.delays) + 1])
async def test_what_was_not_even_tried_comes_back_and_never_dies_of_it(
    attempt: int, seconds: float, delay: int
) -> None:
    hand = Hand(encode(EVENT), attempt)
    handlers = {CaseOpened: raising(Postponed("relay_paused", seconds=seconds))}
    assert await end_delivery(hand, QUEUE, handlers) == "retried"
    assert hand.ended == [("postpone", delay)]


@pytest.mark.parametrize(("attempt", "delay"), list(enumerate(QUEUE.delays, start=1)))
async def test_a_transient_error_is_tried_again_after_the_delay_of_its_attempt(
    attempt: int, delay: int
) -> None:
    hand = Hand(encode(EVENT), attempt)
    outcome = await end_delivery(hand, QUEUE, {CaseOpened: raising(Transient("store_down"))})
    assert (outcome, hand.ended) == ("retried", [("retry", delay)])


async def test_a_transient_error_after_the_last_delay_is_a_dead_letter() -> None:
    hand = Hand(encode(EVENT), len(QUEUE.delays) + 1)
    assert await end_delivery(hand, QUEUE, {CaseOpened: raising(Transient("down"))}) == "dead"
    assert hand.ended[0][0] == "bury"


@pytest.mark.parametrize("error", [Poison("no_case"), ValueError("Ginette Fortier, 1450 rue X")])
async def test_poison_and_bugs_die_at_once_and_carry_no_foreign_text(error: Exception) -> None:
    hand = Hand(encode(EVENT))
    assert await end_delivery(hand, QUEUE, {CaseOpened: raising(error)}) == "dead"
    ((verb, reason),) = hand.ended
    assert verb == "bury"
    assert type(error).__name__ in str(reason)
    assert "Ginette" not in str(reason)
    assert "test_consuming.py:" in str(reason)


async def test_a_body_that_is_no_event_dies_without_being_shown() -> None:
    hand = Hand(b'{"type": "case.opened", "case_id": "Ginette Fortier"}')
    assert await end_delivery(hand, QUEUE, {}) == "dead"
    assert "Ginette" not in str(hand.ended)
    assert "undecodable_event" in str(hand.ended)


async def test_an_event_that_nobody_handles_here_is_a_dead_letter() -> None:
    event = EnvelopeReceived(id="e", at=EVENT.at, envelope_id="x")
    hand = Hand(encode(event))
    assert await end_delivery(hand, QUEUE, {CaseOpened: raising(ValueError())}) == "dead"


async def test_a_conflict_is_decided_again_at_once_and_later_if_it_stays() -> None:
    calls = 0

    async def handle(_: CaseOpened) -> None:
        nonlocal calls
        calls += 1
        if calls < CONFLICT_TRIES:
            raise Conflict("cases", "c")

    hand = Hand(encode(EVENT))
    assert await end_delivery(hand, QUEUE, {CaseOpened: handle}) == "done"
    assert calls == CONFLICT_TRIES
    stubborn = Hand(encode(EVENT))
    conflict = raising(Conflict("cases", "c"))
    assert await end_delivery(stubborn, QUEUE, {CaseOpened: conflict}) == "retried"
