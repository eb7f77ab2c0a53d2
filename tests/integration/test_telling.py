"""Telling, with the store of the embedded shape."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from services.desk.keeping_notice_acts import keep_act
from services.desk.notice_acts import release
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from services.notifier.telling import tell_case
from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.domain.case import Case
from shared.domain.document import derived_id
from shared.domain.keys import verp_notice
from shared.domain.notice import Notice
from shared.errors import Poison, Refused
from shared.events import CaseAssigned, CaseHeld, MessageAdded
from shared.ports.query import AllOf, Query
from tests.shipped import renderer

DEPARTMENT = sample_department()
HEAD = sample_head(DEPARTMENT)
RENDERER = renderer()
ASSIGNED = sample_case("fr", DEPARTMENT)
HELD = sample_case("fr", DEPARTMENT, kind="held")


class HandClock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.moment = RECEIVED

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_sqlite_store(tmp_path / "recours.db")
    yield store
    await store.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def tell(
    event: CaseAssigned | CaseHeld | MessageAdded, store: SqliteStore, clock: HandClock
) -> None:
    await tell_case(
        event,
        store=store,
        clock=clock,
        department=DEPARTMENT,
        keys=HEAD.keys,
        renderer=RENDERER,
        public_url="https://plaintes.ministere.example/",
        desk_url="https://bureau.ministere.example",
    )


async def assign(case: Case, store: SqliteStore, clock: HandClock) -> None:
    await tell(CaseAssigned(id="e", at=clock.now(), case_id=case.id), store, clock)


async def notices(store: SqliteStore, **where: str) -> list[Notice]:
    """Return notices in order of kind, those with these values only."""
    found = await store.notices.find(Query(where=AllOf(()), limit=1000))
    fit = (
        notice
        for notice in found
        if all(getattr(notice, field) == value for field, value in where.items())
    )
    return sorted(fit, key=lambda notice: notice.kind)


async def requested(store: SqliteStore, clock: HandClock) -> int:
    depths = {depth.name: depth for depth in await SqliteBus(store.file, clock).depths()}
    return depths["notifier.sending"].ready


def other_cases(number: int, *, domain: str = "courriel.example") -> Sequence[Case]:
    ids = (derived_id("case", "other", str(count)) for count in range(number))
    return [
        ASSIGNED.changed(
            id=case_id,
            acknowledge_to=f"personne{count}@{domain}",
        )
        for count, case_id in enumerate(ids)
    ]


async def test_each_notice_is_kept_with_its_mail_and_requested_once(
    store: SqliteStore, clock: HandClock
) -> None:
    await store.cases.add(ASSIGNED)
    for _ in range(3):
        await assign(ASSIGNED, store, clock)
    acknowledgement, assigned = await notices(store)
    assert (acknowledgement.kind, assigned.kind) == ("acknowledgement", "assigned")
    assert await requested(store, clock) == 2
    raw = await store.notices.raw(acknowledgement.id)
    assert raw is not None
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Message-ID"] == f"<{acknowledgement.message_id}>"
    assert message["To"] == acknowledgement.recipient == "personne@courriel.example"
    assert message["Subject"] == acknowledgement.subject
    assert acknowledgement.policy_version == "sample"


async def test_persons_get_the_null_sender_and_units_a_return_path_of_their_own(
    store: SqliteStore, clock: HandClock
) -> None:
    await store.cases.add(ASSIGNED)
    await assign(ASSIGNED, store, clock)
    acknowledgement, assigned = await notices(store)
    assert acknowledgement.return_path == ""
    assert verp_notice(HEAD.keys, assigned.return_path) == assigned.id


async def test_a_case_held_and_then_assigned_is_acknowledged_once(
    store: SqliteStore, clock: HandClock
) -> None:
    case = await store.cases.save(HELD)
    await tell(CaseHeld(id="e1", at=clock.now(), case_id=case.id), store, clock)
    await store.cases.save(case.changed(state="assigned", assignment=ASSIGNED.assignment))
    await assign(case, store, clock)
    kinds = [notice.kind for notice in await notices(store)]
    assert kinds == ["acknowledgement_held", "assigned", "held"]


async def test_an_addition_is_told_to_the_unit(store: SqliteStore, clock: HandClock) -> None:
    await store.cases.add(ASSIGNED)
    await tell(
        MessageAdded(id="e", at=clock.now(), case_id=ASSIGNED.id, message_id="m"), store, clock
    )
    (added,) = await notices(store)
    assert (added.kind, added.recipient) == ("added", "equipe@ministere.example")


async def test_a_flood_from_one_address_gets_five_acknowledgements_a_day(
    store: SqliteStore, clock: HandClock
) -> None:
    cases = [case.changed(acknowledge_to=ASSIGNED.acknowledge_to) for case in other_cases(20)]
    await asyncio.gather(*(store.cases.add(case) for case in cases))
    await asyncio.gather(*(assign(case, store, clock) for case in cases))
    withheld = await notices(store, state="withheld")
    created = await notices(store, state="created")
    assert {notice.withheld_because for notice in withheld} == {
        "acknowledgements_per_address_and_day"
    }
    assert [notice.kind for notice in created].count("acknowledgement") == 5
    assert [notice.kind for notice in created].count("assigned") == 20
    assert len(withheld) == 15
    assert await requested(store, clock) == 25
    assert await store.notices.raw(withheld[0].id)


async def test_a_new_day_has_a_new_budget(store: SqliteStore, clock: HandClock) -> None:
    cases = [case.changed(acknowledge_to=ASSIGNED.acknowledge_to) for case in other_cases(7)]
    await asyncio.gather(*(store.cases.add(case) for case in cases))
    for case in cases[:6]:
        await assign(case, store, clock)
    clock.moment += timedelta(days=1)
    await assign(cases[6], store, clock)
    acknowledgements = await notices(store, kind="acknowledgement", state="created")
    assert len(acknowledgements) == 6
    assert len(await notices(store, state="withheld")) == 1


async def test_a_flood_from_one_domain_gets_two_hundred_acknowledgements_an_hour(
    store: SqliteStore, clock: HandClock
) -> None:
    cases = other_cases(203)
    await asyncio.gather(*(store.cases.add(case) for case in cases))
    await asyncio.gather(*(assign(case, store, clock) for case in cases))
    withheld = await notices(store, state="withheld")
    assert [notice.withheld_because for notice in withheld] == [
        "acknowledgements_per_domain_and_hour"
    ] * 3


async def test_an_address_that_is_ours_is_not_answered(
    store: SqliteStore, clock: HandClock
) -> None:
    await store.cases.add(ASSIGNED.changed(acknowledge_to="plaintes@ministere.example"))
    await assign(ASSIGNED, store, clock)
    (withheld,) = await notices(store, state="withheld")
    assert withheld.withheld_because == "address_is_ours"
    assert await requested(store, clock) == 1


async def test_an_event_of_no_case_is_poison(store: SqliteStore, clock: HandClock) -> None:
    with pytest.raises(Poison) as raised:
        await assign(ASSIGNED, store, clock)
    assert raised.value.code == "case_not_found"


async def test_a_redelivery_after_a_flood_changes_nothing(
    store: SqliteStore, clock: HandClock
) -> None:
    cases = [case.changed(acknowledge_to=ASSIGNED.acknowledge_to) for case in other_cases(6)]
    again = partial(assign, store=store, clock=clock)
    for case in cases:
        await store.cases.add(case)
        await again(case)
    before = await notices(store)
    for case in cases:
        await again(case)
    assert await notices(store) == before


async def test_an_address_that_only_stands_in_a_text_waits_for_a_person(
    store: SqliteStore, clock: HandClock
) -> None:
    case = ASSIGNED.changed(silent_because=("address_only_in_text",))
    await store.cases.add(case)
    await assign(case, store, clock)
    (acknowledgement,) = await notices(store, role="complainant")
    assert acknowledgement.withheld_because == "address_only_in_text"
    assert await requested(store, clock) == 1  # the unit's

    for _ in range(2):  # a second release finds it on its way
        with suppress(Refused):
            notice = await only(store, acknowledgement.id)
            await keep_act(release, notice, store, by="Léa", at=RECEIVED)
    assert (await only(store, acknowledgement.id)).state == "created"
    assert await requested(store, clock) == 2


async def test_another_reason_for_silence_beside_it_leaves_nothing_to_release(
    store: SqliteStore, clock: HandClock
) -> None:
    case = ASSIGNED.changed(silent_because=("address_only_in_text", "list_headers"))
    await store.cases.add(case)
    await assign(case, store, clock)
    assert await notices(store, role="complainant") == []


async def test_a_notice_that_nobody_withheld_or_that_has_nowhere_to_go_is_not_released(
    store: SqliteStore, clock: HandClock
) -> None:
    await store.cases.add(ASSIGNED)
    await assign(ASSIGNED, store, clock)
    acknowledgement, _ = await notices(store)
    with pytest.raises(Refused, match="Nothing was changed"):
        release(acknowledgement, "Léa", RECEIVED)
    nowhere = acknowledgement.changed(state="withheld", withheld_because="address_is_ours")
    with pytest.raises(Refused, match="reach the person in another way"):
        release(nowhere, "Léa", RECEIVED)


async def only(store: SqliteStore, notice_id: str) -> Notice:
    notice = await store.notices.get(notice_id)
    assert notice is not None
    return notice
