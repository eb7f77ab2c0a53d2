"""A pace delays and never loses: what is over it comes back by its queue."""

from __future__ import annotations

import heapq
from collections import Counter

import pytest

from services.notifier.pace import MINUTE, Pace
from services.notifier.sample import RECEIVED
from shared.domain.document import derived_id
from shared.domain.notice import Notice
from shared.errors import Postponed
from shared.topology import RELAY


class Seconds:
    """Time that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def notice_to(address: str, number: int = 0) -> Notice:
    return Notice(
        id=derived_id("notice", address, str(number)), case_id="c1", kind="acknowledgement",
        role="complainant", recipient=address, language="fr",
        message_id=f"{number}@ministere.example", created_at=RECEIVED,
    )  # fmt: skip


def wait(pace: Pace, notice: Notice) -> float:
    """Return for how long the notice is put off, 0.0 when it goes."""
    try:
        pace.ask(notice)
    except Postponed as error:
        return error.seconds
    return 0.0


def waits(pace: Pace, count: int, address: str = "personne@courriel.example") -> list[float]:
    return [wait(pace, notice_to(address, number)) for number in range(count)]


def test_without_a_limit_everything_goes_at_once(seconds: Seconds) -> None:
    assert waits(Pace(now=seconds), 1_000) == [0.0] * 1_000


def test_what_is_over_the_pace_waits_and_is_spread_over_the_minutes_ahead(seconds: Seconds) -> None:
    found = waits(Pace(per_minute=2, now=seconds), 7)
    assert found == [0.0, 0.0, 60.0, 60.0, 120.0, 120.0, 180.0]


def test_a_place_is_free_again_a_minute_after_it_was_taken(seconds: Seconds) -> None:
    pace = Pace(per_minute=1, now=seconds)
    assert waits(pace, 1) == [0.0]
    seconds.now = MINUTE - 0.1
    assert wait(pace, notice_to("b@courriel.example")) == pytest.approx(0.1)
    seconds.now = MINUTE
    assert wait(pace, notice_to("b@courriel.example")) == 0.0


def test_a_domain_has_a_pace_of_its_own_and_keeps_no_other_waiting(seconds: Seconds) -> None:
    pace = Pace(per_minute=10, per_domain=2, now=seconds)
    assert waits(pace, 4, "a@un.example") == [0.0, 0.0, 60.0, 60.0]
    assert waits(pace, 2, "a@deux.example") == [0.0, 0.0]
    assert wait(pace, notice_to("b@UN.example")) == 120.0


def test_mail_to_our_own_units_waits_for_no_pace_of_a_domain(seconds: Seconds) -> None:
    ours = frozenset({"ministere.example"})
    pace = Pace(per_domain=1, unlimited=ours, now=seconds)
    assert waits(pace, 5, "unite@ministere.example") == [0.0] * 5


def test_domains_without_number_fill_no_memory(seconds: Seconds) -> None:
    pace = Pace(per_domain=1, now=seconds)
    for number in range(5_000):
        seconds.now += 1
        assert wait(pace, notice_to(f"a@{number}.example")) == 0.0
    assert len(pace._domains) <= 1_001


def test_ten_thousand_at_once_leave_in_the_ladder_at_the_pace_and_nearly_as_fast(
    seconds: Seconds,
) -> None:
    pace, most, count = Pace(per_minute=600, now=seconds), 600, 10_000
    notices = [notice_to("personne@courriel.example", number) for number in range(count)]
    due = [(0.0, number) for number in range(count)]
    left: list[float] = []
    asked = 0
    while due:
        seconds.now, number = heapq.heappop(due)
        asked += 1
        if put_off := wait(pace, notices[number]):
            delay = next((one for one in RELAY if one >= put_off), RELAY[-1])
            heapq.heappush(due, (seconds.now + delay, number))
        else:
            left.append(seconds.now)
    assert len(left) == count
    minutes = Counter(int(at // MINUTE) for at in left)
    assert max(minutes.values()) <= most
    assert all(later - earlier >= MINUTE for earlier, later in zip(left, left[most:], strict=False))
    assert left[-1] <= 1.5 * MINUTE * count / most  # the ladder's steps round up
    assert asked <= 15 * count
