"""Many alerts to one recipient: one mail, each alert once, whoever looks and whoever dies."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections import Counter
from datetime import date, timedelta

import pytest

from services.notifier.alerts import alert_for, alert_id
from services.notifier.composing import compose_alert
from services.notifier.gathering import Gatherer
from services.notifier.notices import Owed
from services.notifier.telling import notice_of
from services.notifier.timekeeping import Timekeeper
from shared.domain.case import Case
from shared.domain.notice import Notice
from shared.events import NoticeRequested
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store
from shared.runtime.doors import Doors
from tests.conftest import ToldClock
from tests.contract.conftest import Stores
from tests.contract.test_timekeeping import (
    HEAD,
    LATE,
    RENDERER,
    SAMPLE,
    SENSITIVE,
    a_case,
    moment,
)

DEPARTMENT = HEAD.department.model_copy(
    update={"standards": SAMPLE.standards.model_copy(update={"one_by_one": 5, "listed": 10})}
)
DIGESTING = HEAD.__class__(DEPARTMENT, HEAD.keys, HEAD.public_url, HEAD.desk_url)
TO_UNIT, TO_OFFICE = "equipe@ministere.example", "office@ministere.example"


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock(moment(LATE))


def timekeeper(store: Store, clock: ToldClock) -> Timekeeper:
    return Timekeeper(store, clock, DIGESTING, RENDERER, Doors())


async def add_cases(store: Store, numbers: range, **fields: object) -> list[Case]:
    cases = [a_case(number, **fields) for number in numbers]
    await asyncio.gather(*(store.cases.add(case) for case in cases))
    return cases


async def notices(store: Store, **having: str) -> list[Notice]:
    where = AllOf([Equal(field, value) for field, value in having.items()])
    return await store.notices.find(Query(where, sort="created_at", limit=1000))


async def digests(store: Store) -> list[Notice]:
    return [one for one in await notices(store) if one.kind == "digest"]


async def claim(store: Store, cases: list[Case], clock: ToldClock) -> list[Notice]:
    """Leave what a process leaves that dies after it has claimed the units' alerts."""
    claims = []
    for case in cases:
        alert = alert_for(case, DEPARTMENT, clock.moment, opened=False)
        assert alert is not None
        letter = compose_alert(alert.kind, case, DIGESTING, clock.moment, to_office=False)
        owed = Owed(alert.kind, alert_id(case, alert, "unit"))
        fields = {"message_id": owed.notice_id, "state": "gathered"}
        claims.append(notice_of(owed, letter, case, DIGESTING, clock.moment, **fields))
    await asyncio.gather(*(store.notices.add(one) for one in claims))
    return claims


async def is_told_once(store: Store, cases: int) -> None:
    """Assert that each alert stands in one digest, that all are marked, and none left alone."""
    told = [one for one in await notices(store) if one.kind == "late"]
    assert {one.state for one in told} == {"in_digest"}
    covered = Counter(id_ for digest in await digests(store) for id_ in digest.covers)
    assert covered == {one.id: 1 for one in told}
    assert len(told) == 2 * cases
    by_id = {digest.id: digest for digest in await digests(store)}
    assert all(one.id in by_id[one.digest_id].covers for one in told)
    assert all(one.recipient == by_id[one.digest_id].recipient for one in told)


async def test_three_timekeepers_at_the_same_moment_write_one_mail_to_each(
    stores: Stores, clock: ToldClock
) -> None:
    await add_cases(stores.store, range(130))
    other = await stores.again()
    kept = await asyncio.gather(
        *(timekeeper(store, clock).round() for store in (stores.store, other, stores.store))
    )
    assert sum(kept) == 260
    await is_told_once(stores.store, 130)
    assert Counter(one.recipient for one in await digests(stores.store)) == {
        TO_UNIT: 1,
        TO_OFFICE: 1,
    }
    sent = [event for event in await stores.emitted() if isinstance(event, NoticeRequested)]
    assert {event.notice_id for event in sent} == {one.id for one in await digests(stores.store)}
    assert len(sent) == 2


async def test_what_was_told_in_a_digest_is_not_told_again_after_a_restart(
    stores: Stores, clock: ToldClock
) -> None:
    await add_cases(stores.store, range(8))
    for number in range(4):
        clock.moment = moment(LATE + timedelta(days=number))
        await timekeeper(await stores.again(), clock).round()
    # Late on Monday, told again three business days later
    days = sorted({one.created_at.date() for one in await digests(stores.store)})
    assert days == [LATE, date(2026, 12, 24)]
    assert len(await digests(stores.store)) == 4


async def test_a_few_alerts_leave_one_by_one(store: Store, clock: ToldClock) -> None:
    await add_cases(store, range(5))
    assert await timekeeper(store, clock).round() == 10
    assert {one.kind for one in await notices(store)} == {"late"}
    assert {one.state for one in await notices(store)} == {"created"}


async def test_sensitive_cases_are_told_alone_among_many(store: Store, clock: ToldClock) -> None:
    sensitive = await add_cases(store, range(1), flags=SENSITIVE)
    await add_cases(store, range(10, 20))
    await timekeeper(store, clock).round()
    alone = [one for one in await notices(store) if one.state == "created"]
    alone = [one for one in alone if one.kind != "digest"]
    assert {one.case_id for one in alone} == {sensitive[0].id}
    assert Counter(one.kind for one in alone) == {"late": 2, "unconfirmed": 1}
    covered = {id_ for digest in await digests(store) for id_ in digest.covers}
    assert covered.isdisjoint(one.id for one in alone)


async def test_a_crash_after_the_claims_is_made_good_by_another_process(
    stores: Stores, clock: ToldClock
) -> None:
    cases = await add_cases(stores.store, range(8))
    await claim(stores.store, cases[:3], clock)
    await timekeeper(await stores.again(), clock).round()
    await is_told_once(stores.store, 8)


async def test_what_a_crash_left_does_not_leave_at_night(store: Store, clock: ToldClock) -> None:
    await claim(store, await add_cases(store, range(8)), clock)
    clock.moment = moment(LATE, 20)
    await timekeeper(store, clock).round()
    assert await digests(store) == []
    clock.moment = moment(LATE + timedelta(days=1), 9)
    await timekeeper(store, clock).round()
    assert {len(one.covers) for one in await digests(store)} == {8}


async def test_a_crash_after_the_digest_leaves_nothing_to_tell(
    stores: Stores, clock: ToldClock
) -> None:
    """Its alerts are still marked as gathered: the next round marks them and writes nothing."""
    store = stores.store
    claims = await claim(store, await add_cases(store, range(8)), clock)
    gatherer = Gatherer(store, DIGESTING, RENDERER)
    assert await gatherer.tell_gathered(clock.moment) == 1
    for one in claims:
        marked = await store.notices.get(one.id)
        assert marked is not None
        await store.notices.save(marked.changed(state="gathered", digest_id=""))
    assert (
        await Gatherer(await stores.again(), DIGESTING, RENDERER).tell_gathered(clock.moment) == 0
    )
    assert {one.state for one in await notices(store) if one.kind == "late"} == {"in_digest"}


async def test_claims_that_come_after_a_digest_stand_in_the_next_one(
    stores: Stores, clock: ToldClock
) -> None:
    """Several processes write while claims come in: each claim stands in one digest."""
    cases = await add_cases(stores.store, range(40))
    others = [stores.store, await stores.again(), stores.store]

    async def come_in(cases: list[Case]) -> None:
        for case in cases:
            await claim(stores.store, [case], clock)

    async def write(store: Store) -> None:
        for _ in range(5):
            await Gatherer(store, DIGESTING, RENDERER).tell_gathered(clock.moment)

    await asyncio.gather(come_in(cases[:20]), come_in(cases[20:]), *map(write, others))
    await write(stores.store)
    claims = [one for one in await notices(stores.store) if one.kind == "late"]
    covered = Counter(id_ for digest in await digests(stores.store) for id_ in digest.covers)
    assert covered == {one.id: 1 for one in claims}
    assert {one.state for one in claims} == {"in_digest"}


async def test_a_digest_lists_references_and_nothing_that_a_person_wrote(
    store: Store, clock: ToldClock
) -> None:
    cases = await add_cases(store, range(12), summary="MOTTEMOIN", subject="MOTTEMOIN")
    await timekeeper(store, clock).round()
    for digest in await digests(store):
        raw = await store.notices.raw(digest.id)
        assert raw is not None
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        text = body.get_content().replace("\xa0", " ")
        assert "MOTTEMOIN" not in mail.as_string() + text
        assert sum(f"- {case.reference} :" in text for case in cases) == 10
        assert "Et 2 de plus." in text
        assert digest.case_id in {case.id for case in cases}
        assert digest.return_path.startswith("plaintes+b")
        assert mail["Auto-Submitted"] == "auto-generated"


async def test_a_digest_that_cannot_be_written_keeps_no_other_waiting(
    store: Store, clock: ToldClock
) -> None:
    """One claim is about a case that is not there."""
    (lost,) = await claim(store, [a_case(99)], clock)
    await store.notices.save((await notices(store))[0].changed(recipient="x@ministere.example"))
    await add_cases(store, range(8))
    await timekeeper(store, clock).round()
    assert len(await digests(store)) == 2
    still = await store.notices.get(lost.id)
    assert still is not None
    assert still.state == "gathered"
