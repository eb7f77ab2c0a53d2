"""A relay that does not work is left alone, and tried with one mail at a time."""

from __future__ import annotations

import pytest

from services.notifier.breaker import OF_THE_RELAY, Breaker
from services.notifier.mailer import Rejected
from services.notifier.relay_connection import NotConnected
from shared.errors import Postponed, RecoursError, Transient
from shared.runtime.metrics import Metrics


class Seconds:
    """Time that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def breaker_of(seconds: Seconds, metrics: Metrics | None = None) -> Breaker:
    return Breaker(failures=3, pause=30, metrics=metrics, now=seconds)


def ends(breaker: Breaker, error: RecoursError | None = None) -> None:
    """Let one mail through, and end it so."""
    breaker.ask()
    try:
        with breaker.watching():
            if error:
                raise error
    except RecoursError:
        return


def down(breaker: Breaker, times: int = 3) -> None:
    for _ in range(times):
        ends(breaker, Transient("relay_unreachable"))


@pytest.mark.parametrize("code", sorted(OF_THE_RELAY))
def test_failures_of_the_relay_in_a_row_stop_everything(code: str, seconds: Seconds) -> None:
    breaker = breaker_of(seconds)
    for _ in range(3):
        ends(breaker, Transient(code))
    with pytest.raises(Postponed) as raised:
        breaker.ask()
    assert (raised.value.code, raised.value.seconds) == ("relay_paused", 30)


@pytest.mark.parametrize(
    "answer",
    [None, Transient("relay_451"), Rejected("relay_550")],
    ids=["taken", "not now", "refused"],
)
def test_an_answer_about_one_mail_shows_that_the_relay_works(
    answer: RecoursError | None, seconds: Seconds
) -> None:
    breaker = breaker_of(seconds)
    for _ in range(5):
        down(breaker, 2)
        ends(breaker, answer)
    assert not breaker.paused


def test_a_relay_that_does_not_let_us_in_says_nothing_of_one_mail(seconds: Seconds) -> None:
    breaker = breaker_of(seconds)
    for _ in range(3):
        ends(breaker, NotConnected("relay_554"))  # its greeting, or its answer to a password
    assert breaker.paused


def test_a_full_disk_of_ours_says_nothing_of_the_relay(seconds: Seconds) -> None:
    breaker = breaker_of(seconds)
    down(breaker, 2)
    ends(breaker, Transient("outgoing_folder"))
    down(breaker, 1)
    assert breaker.paused


def test_after_the_pause_one_mail_tries_and_the_next_a_pause_later(seconds: Seconds) -> None:
    breaker = breaker_of(seconds)
    down(breaker)
    seconds.now = 30
    breaker.ask()
    with pytest.raises(Postponed):
        breaker.ask()
    seconds.now = 59
    with pytest.raises(Postponed):
        breaker.ask()
    seconds.now = 60
    breaker.ask()


def test_a_try_that_fails_keeps_the_relay_alone_and_one_that_works_opens_it(
    seconds: Seconds,
) -> None:
    metrics = Metrics()
    breaker = breaker_of(seconds, metrics)
    down(breaker)
    assert "recours_relay_paused 1.0" in metrics.text().decode()
    seconds.now = 30
    ends(breaker, Transient("relay_unreachable"))
    with pytest.raises(Postponed):
        breaker.ask()
    seconds.now = 60
    ends(breaker)
    assert not breaker.paused
    assert "recours_relay_paused 0.0" in metrics.text().decode()
    down(breaker, 2)
    breaker.ask()  # it counts from nothing again


def test_a_paused_relay_is_said_in_words_until_it_works_again(seconds: Seconds) -> None:
    breaker = breaker_of(seconds)
    assert breaker.condition() == "ok"
    down(breaker)
    assert breaker.condition().startswith("degraded: it does not work (relay_unreachable)")
    seconds.now = 30
    ends(breaker)
    assert breaker.condition() == "ok"
