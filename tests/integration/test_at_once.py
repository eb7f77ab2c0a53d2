"""A notice is sent by the hand that keeps it; whatever goes wrong, its event sees to it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier import at_once
from services.notifier.breaker import Breaker
from services.notifier.hand import IN_HAND
from services.notifier.mailer import IN_DATA, Rejected
from services.notifier.pace import Pace
from services.notifier.relay_connection import NotConnected
from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.notice import Notice
from shared.errors import Transient
from shared.events import requested
from shared.ports.query import Query
from shared.ports.store import LATER
from tests.conftest import ToldClock
from tests.saved_events import saved_events
from tests.telling_at_once import CASE, PERSON, UNIT, HeldMailer, Office
from tests.waiting import until


@pytest.fixture
async def office(store: SqliteStore, clock: ToldClock) -> Office:
    await store.cases.add(CASE)
    return Office(store, clock, HeldMailer())


async def test_both_notices_are_sent_as_they_are_kept_and_their_events_withdrawn(
    office: Office,
) -> None:
    await office.tell()
    assert office.recipients == sorted((PERSON, UNIT))
    for recipient in (PERSON, UNIT):
        notice = await office.notice(recipient)
        assert (notice.state, notice.attempts, notice.possibly_doubled) == ("sent", 1, 0)
        assert notice.version == 2
        assert (recipient, await office.store.notices.raw(notice.id)) in office.mailer.sent
    assert await office.waiting() == (0, 0)


async def test_told_again_nothing_is_sent_twice(office: Office) -> None:
    for _ in range(3):
        await office.tell()
    assert len(office.mailer.sent) == 2


async def test_a_notice_is_kept_as_being_sent_with_its_event_before_the_wire(
    office: Office,
) -> None:
    office.mailer.answer.clear()
    telling = asyncio.create_task(office.tell())
    await until(lambda: office.mailer.asked == 2)
    notice = await office.notice()
    assert (notice.state, notice.sending_at) == ("sending", office.clock.now())
    assert await office.waiting() == (0, 2)
    office.mailer.answer.set()
    await telling
    assert await office.waiting() == (0, 0)


async def test_who_dies_on_the_wire_leaves_the_notice_to_its_event(office: Office) -> None:
    office.mailer.answer.clear()
    telling = asyncio.create_task(office.tell())
    await until(lambda: office.mailer.asked == 2)
    telling.cancel()
    await asyncio.wait([telling])
    office.mailer.answer.set()
    left = await office.notice()
    with pytest.raises(Transient, match="notice_in_hand"):
        await office.send(requested(left))
    office.clock.pass_by(seconds=IN_HAND.total_seconds())
    await office.send(requested(left))
    notice = await office.notice()
    assert (notice.state, notice.attempts, notice.possibly_doubled) == ("sent", 2, 1)
    assert office.recipients == [PERSON]


@pytest.mark.parametrize(("code", "doubled"), [("relay_451", 0), (IN_DATA, 1)])
async def test_what_the_relay_will_not_take_now_is_left_to_its_event(
    office: Office, code: str, doubled: int
) -> None:
    office.mailer.errors.append(Transient(code))
    await office.tell()
    notice = await office.notice()
    assert (notice.state, notice.last_error, notice.attempts) == ("temporary", code, 1)
    assert notice.possibly_doubled == doubled
    assert (await office.notice(UNIT)).state == "sent"
    assert await office.waiting() == (0, 1)
    await office.send(requested(notice))
    assert (await office.notice()).state == "sent"


async def test_what_the_relay_refuses_for_good_is_told_and_needs_no_event(office: Office) -> None:
    office.mailer.errors.append(Rejected("relay_550"))
    await office.tell()
    notice = await office.notice()
    assert (notice.state, notice.last_error) == ("permanent", "relay_550")
    assert await office.waiting() == (0, 0)
    assert [event.type for event in saved_events(office.store.file)] == ["notice.failed"]


async def test_a_relay_that_is_left_alone_is_left_to_the_queue(office: Office) -> None:
    await fail(office.breaker)
    await office.tell()
    assert office.mailer.sent == []
    assert len(await untouched(office)) == 2
    assert await office.waiting() == (2, 0)


async def test_a_relay_that_fails_is_noticed_here_too(office: Office) -> None:
    office.mailer.errors.append(NotConnected("relay_unreachable"))
    await office.tell()
    assert (await office.notice()).state == "temporary"
    assert office.breaker.paused


async def test_what_is_over_the_pace_waits_its_turn(office: Office) -> None:
    office.pace = Pace(per_minute=1)
    await office.tell()
    assert len(office.mailer.sent) == 1
    assert await office.waiting() == (1, 0)
    states = sorted(notice.state for notice in await office.store.notices.find(Query()))
    assert states == ["created", "sent"]


async def test_who_may_send_nothing_at_once_asks_for_it(office: Office) -> None:
    office.places = 0
    await office.tell()
    assert (office.mailer.sent, await office.waiting()) == ([], (2, 0))


async def test_a_slow_relay_keeps_no_other_notice_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "PATIENCE", 0.01)
    office.places = 1
    office.mailer.answer.clear()
    telling = asyncio.create_task(office.tell())
    await until(lambda: office.mailer.asked == 1)
    await until(lambda: untouched(office))
    assert not office.breaker.paused
    assert await office.waiting() == (0, 2)
    office.mailer.answer.set()
    await telling
    assert len(office.mailer.sent) == 1
    assert await office.waiting() == (0, 1)
    (left,) = await untouched(office)
    await office.send(requested(left))
    notice = await office.notice(left.recipient)
    assert (notice.state, notice.attempts, notice.possibly_doubled) == ("sent", 1, 0)


async def test_no_place_in_time_says_nothing_of_the_relay(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two failures in a row pause it, whatever finds no place in between."""
    monkeypatch.setattr(at_once, "PATIENCE", 0.01)
    office.breaker, office.places = Breaker(failures=2, pause=60), 1
    await fail(office.breaker)
    office.mailer.answer.clear()
    office.mailer.errors_for_all.append(NotConnected("relay_unreachable"))
    telling = asyncio.create_task(office.tell())
    await until(lambda: untouched(office))
    office.mailer.answer.set()
    await telling
    assert office.breaker.paused


async def fail(breaker: Breaker) -> None:
    with pytest.raises(NotConnected), breaker.watching():
        raise NotConnected("relay_unreachable")


async def test_a_relay_that_is_paused_meanwhile_is_left_to_the_queue(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = office.store.notices.add

    async def while_it_fails(notice: Notice, **means: object) -> bool:
        await fail(office.breaker)
        return await add(notice, **means)  # type: ignore[arg-type]

    monkeypatch.setattr(office.store.notices, "add", while_it_fails)
    await office.tell()
    assert office.mailer.sent == []
    assert len(await untouched(office)) == 2


async def untouched(office: Office) -> list[Notice]:
    found = await office.store.notices.find(Query())
    return [
        notice
        for notice in found
        if (notice.state, notice.sending_at, notice.attempts) == ("created", None, 0)
    ]


async def test_a_notice_that_was_kept_slowly_is_not_sent_by_two(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = office.store.notices.add

    async def slowly(notice: Notice, **means: object) -> bool:
        added = await add(notice, **means)  # type: ignore[arg-type]
        office.clock.pass_by(seconds=2.1)
        return added

    monkeypatch.setattr(office.store.notices, "add", slowly)
    await office.tell()
    assert office.mailer.sent == []
    assert len(await untouched(office)) == 2
    assert await office.waiting() == (0, 2)


async def test_a_fault_of_ours_fails_no_telling_and_quotes_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.mailer.errors.append(ValueError(f"sent to {PERSON}"))
    await office.tell()
    assert office.recipients == [UNIT]
    assert await office.waiting() == (0, 1)
    assert "not sent at once" in caplog.text
    assert "ValueError" in str(caplog.records[-1].__dict__["reason"])
    assert PERSON not in str([record.__dict__ for record in caplog.records])


@pytest.mark.parametrize("relay", ["takes", "is slow"])
async def test_a_store_that_goes_away_meanwhile_fails_no_telling(
    office: Office, monkeypatch: pytest.MonkeyPatch, relay: str
) -> None:
    """The mail has left, or not: both are left to the event."""

    async def away(notice: Notice, **means: object) -> Notice:
        raise Transient("store_away")

    office.places = 1 if relay == "is slow" else 2
    monkeypatch.setattr(at_once, "PATIENCE", 0.01)
    monkeypatch.setattr(office.store.notices, "save", away)
    office.mailer.answer.clear()
    telling = asyncio.create_task(office.tell())
    await until(lambda: office.mailer.asked == office.places)
    await asyncio.sleep(0.05)
    office.mailer.answer.set()
    await telling
    assert len(office.mailer.sent) == office.places
    found = await office.store.notices.find(Query())
    assert [notice.state for notice in found] == ["sending", "sending"]
    assert await office.waiting() == (0, 2)


async def test_the_event_of_a_notice_goes_out_after_a_while(office: Office, tmp_path: Path) -> None:
    office.mailer.errors.append(Transient("relay_451"))
    await office.tell()
    bus = SqliteBus(office.store.file, office.clock)
    came: list[bytes] = []

    async def take(delivery: object) -> None:
        came.append(delivery.body)  # type: ignore[attr-defined]
        await delivery.ack()  # type: ignore[attr-defined]

    await bus.consume("notifier.sending", take, prefetch=4)
    await asyncio.sleep(0.1)
    assert came == []
    office.clock.moment += timedelta(seconds=LATER)
    await until(lambda: bool(came))
    notice = await office.notice()
    assert requested(notice).id.encode() in came[0]
    await bus.close()
