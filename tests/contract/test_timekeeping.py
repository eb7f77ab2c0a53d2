"""Time passes over open cases: each alert once, whoever looks, on every store."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.desk.acting import Actor
from services.desk.noting import confirmed
from services.notifier.letter import Letterhead
from services.notifier.sample import sample_case, sample_department, sample_head
from services.notifier.timekeeping import PAGE, Timekeeper, keep_time
from shared.domain.assignment import Move
from shared.domain.case import Case
from shared.domain.case_read import CaseRead
from shared.domain.clocks import paused
from shared.domain.document import derived_id
from shared.domain.notice import Notice
from shared.domain.reading import Flag
from shared.errors import Transient
from shared.events import NoticeRequested
from shared.ports.query import AllOf, Query
from shared.ports.store import Store
from shared.runtime.doors import Doors
from shared.runtime.metrics import Metrics
from tests.conftest import ToldClock
from tests.contract.conftest import Stores
from tests.shipped import renderer
from tests.waiting import until

TORONTO = ZoneInfo("America/Toronto")
SAMPLE = sample_department()
OFFICE = SAMPLE.units["exemple"].model_copy(
    update={"id": "office", "mailbox": "office@ministere.example"}
)
#: Each alert is a mail of its own here; `test_digests.py` has what many of them become.
DEPARTMENT = SAMPLE.model_copy(
    update={
        "units": {**SAMPLE.units, "office": OFFICE},
        "complaints_office": "office",
        "standards": SAMPLE.standards.model_copy(update={"one_by_one": 1000}),
    }
)
HEAD: Letterhead = sample_head(DEPARTMENT)
RENDERER = renderer()
RECEIVED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
#: The invented calendar has no closed days but weekends: due Friday 18 December, late on Monday.
LATE = date(2026, 12, 21)


def moment(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), TORONTO).astimezone(UTC)


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock(moment(LATE))


def timekeeper(store: Store, clock: ToldClock) -> Timekeeper:
    return Timekeeper(store, clock, HEAD, RENDERER, Doors())


def a_case(number: int = 0, **fields: object) -> Case:
    case = sample_case("fr", SAMPLE)
    assert case.assignment is not None
    to = case.assignment.model_copy(update={"at": RECEIVED})
    reference = f"{case.reference[:-1]}{number}"
    return case.changed(
        id=derived_id("case", str(number)), reference=reference, opened_at=RECEIVED,
        received_at=RECEIVED, assignment=to, **{"due_on": date(2026, 12, 18), **fields},
    )  # fmt: skip


async def alerts(store: Store) -> list[Notice]:
    return await store.notices.find(Query(AllOf(()), sort="created_at", limit=1000))


async def kinds(store: Store) -> Counter[str]:
    return Counter(f"{one.kind} {one.recipient.partition('@')[0]}" for one in await alerts(store))


async def test_two_timekeepers_at_the_same_moment_tell_once(
    stores: Stores, clock: ToldClock
) -> None:
    for number in range(30):
        await stores.store.cases.add(a_case(number))
    other = await stores.again()
    kept = await asyncio.gather(
        *(timekeeper(store, clock).round() for store in (stores.store, other, stores.store))
    )
    assert sum(kept) == 60
    assert await kinds(stores.store) == {"late equipe": 30, "late office": 30}
    events = [event for event in await stores.emitted() if isinstance(event, NoticeRequested)]
    assert len({event.notice_id for event in events}) == len(events) == 60


async def test_a_round_after_a_restart_tells_nothing_again_until_days_have_passed(
    stores: Stores, clock: ToldClock
) -> None:
    await stores.store.cases.add(a_case())
    for number in range(14):
        clock.moment = moment(LATE + timedelta(days=number))
        await timekeeper(await stores.again(), clock).round()
    days = [one.created_at.astimezone(TORONTO).date() for one in await alerts(stores.store)]
    assert (
        days
        == [LATE] * 2 + [date(2026, 12, 24)] * 2 + [date(2026, 12, 29)] * 2 + [date(2027, 1, 1)] * 2
    )


SENSITIVE = (Flag(name="sensitive", words="x", start=0, end=1),)


async def test_a_sensitive_case_is_told_each_day_at_night_too_until_somebody_confirms(
    stores: Stores, clock: ToldClock
) -> None:
    """Two processes look every six hours, from Friday to Wednesday; the receipt comes on Monday."""
    case = a_case(flags=SENSITIVE, contacted_at=RECEIVED, summary="MOTTEMOIN")
    await stores.store.cases.add(case)
    other = await stores.again()
    for number in range(20):
        clock.moment = RECEIVED + timedelta(hours=6 * number + 1)
        if number == 14:
            kept = await stores.store.cases.get(case.id)
            assert kept is not None
            await stores.store.cases.save(confirmed(kept, Actor("Lise", clock.moment, DEPARTMENT)))
        keepers = [timekeeper(store, clock) for store in (stores.store, other)]
        await asyncio.gather(*(keeper.round() for keeper in keepers))
    told = [one for one in await alerts(stores.store) if one.kind == "unconfirmed"]
    assert [one.created_at - RECEIVED for one in told] == [
        timedelta(hours=hours + 1) for hours in (24, 48, 72)
    ]
    assert {one.recipient for one in told} == {OFFICE.mailbox}
    for notice in told:
        raw = await stores.store.notices.raw(notice.id)
        assert raw is not None
        assert b"MOTTEMOIN" not in raw


async def test_a_closed_sensitive_case_is_not_told_again(store: Store, clock: ToldClock) -> None:
    await store.cases.add(a_case(flags=SENSITIVE, state="closed"))
    assert await timekeeper(store, clock).round() == 0


async def test_a_round_is_counted_and_timed(store: Store, clock: ToldClock) -> None:
    await store.cases.add(a_case())
    keeper = timekeeper(store, clock)
    await keeper.round()
    text = keeper.metrics.text().decode()
    assert 'recours_alerts_total{kind="late"} 2.0' in text
    assert "recours_timekeeping_seconds_count 1.0" in text
    (last,) = re.findall(r"^recours_timekeeping_last_timestamp_seconds (\S+)$", text, re.M)
    assert float(last) == clock.moment.timestamp()
    assert a_case().id not in text


async def test_nobody_is_told_at_night_or_on_a_closed_day(store: Store, clock: ToldClock) -> None:
    await store.cases.add(a_case())
    for day, hour in ((LATE, 0), (LATE, 7), (LATE, 17), (LATE - timedelta(days=1), 10)):
        clock.moment = moment(day, hour)
        assert await timekeeper(store, clock).round() == 0
    clock.moment = moment(LATE, 9)
    assert await timekeeper(store, clock).round() == 2


async def test_closed_paused_and_fresh_cases_are_left_alone(store: Store, clock: ToldClock) -> None:
    today = a_case(2).changed(opened_at=clock.moment, received_at=clock.moment, due_on=None)
    await store.cases.add(a_case(0, state="closed"))
    await store.cases.add(paused(a_case(1), reason="pièce", by="Unité", at=RECEIVED))
    await store.cases.add(today)
    assert await timekeeper(store, clock).round() == 0


async def test_every_page_is_looked_at(store: Store, clock: ToldClock) -> None:
    cases = [a_case(number, due_on=date(2027, 3, 1)) for number in range(2 * PAGE + 5)]
    late = max(cases, key=lambda case: case.id)
    clock.moment = moment(date(2026, 11, 23))
    for case in cases:
        await store.cases.add(case.changed(due_on=date(2026, 11, 20)) if case is late else case)
    assert await timekeeper(store, clock).round() == 2
    assert {one.case_id for one in await alerts(store)} == {late.id}


async def test_a_case_that_nobody_of_its_unit_opened_is_told_of(
    store: Store, clock: ToldClock
) -> None:
    """One is read, one never was, one was read before it moved to the unit that has it now."""
    move = Move(
        at=RECEIVED, how="person", by="a", because="b", from_unit="office", to_unit="exemple"
    )
    read, never, moved = a_case(0), a_case(1), a_case(2, moves=(move,))
    for case in (read, never, moved):
        await store.cases.add(case)
    for number, (case, hours) in enumerate(((read, 1), (moved, -1))):
        at = RECEIVED + timedelta(hours=hours)
        await store.reads.add(CaseRead(id=str(number), case_id=case.id, at=at, by="link:exemple"))
    clock.moment = moment(date(2026, 11, 24))
    assert await timekeeper(store, clock).round() == 4
    told = await alerts(store)
    assert {one.kind for one in told} == {"unread"}
    assert {one.case_id for one in told} == {never.id, moved.id}


async def test_an_alert_says_little_and_nothing_that_the_person_wrote(
    store: Store, clock: ToldClock
) -> None:
    case = a_case(summary="MOTTEMOIN attend", subject="MOTTEMOIN")
    await store.cases.add(case)
    await timekeeper(store, clock).round()
    for notice in await alerts(store):
        raw = await store.notices.raw(notice.id)
        assert raw is not None
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        text = mail.as_string()
        body = mail.get_body(("plain",))
        assert body is not None
        assert "MOTTEMOIN" not in text + body.get_content()
        assert case.reference in body.get_content()
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["To"] == notice.recipient
        assert notice.return_path.startswith("plaintes+b")


async def test_a_case_of_a_unit_that_the_tables_lack_does_not_keep_others_waiting(
    store: Store, clock: ToldClock
) -> None:
    strange = a_case(0)
    assert strange.assignment is not None
    to = strange.assignment.model_copy(update={"unit_id": "gone"})
    await store.cases.add(strange.changed(assignment=to))
    await store.cases.add(a_case(1))
    assert await timekeeper(store, clock).round() == 2


async def test_a_store_that_is_away_is_asked_again_at_the_next_round() -> None:
    answers = iter([Transient("store_away"), ValueError("a bug"), 1])
    rounds: list[object] = []
    metrics = Metrics()

    async def one_round() -> int:
        rounds.append(answer := next(answers))
        if isinstance(answer, Exception):
            raise answer
        return 1

    task = asyncio.create_task(keep_time(one_round, every=0.001, metrics=metrics))
    await until(lambda: len(rounds) == 3)
    assert not task.done()
    assert 'timekeeping_rounds_total{outcome="waiting"} 1.0' in metrics.text().decode()
    assert 'timekeeping_rounds_total{outcome="failed"}' in metrics.text().decode()
    task.cancel()
    await asyncio.wait([task])
