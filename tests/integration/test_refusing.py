"""A unit refuses a complaint: who is told, who is not, and what a terminal says of it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from services.desk.carrying_out import give, give_back
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.case import Case
from shared.domain.keys import Keys
from shared.domain.reading import Flag
from shared.errors import Refused
from shared.ports.query import Equal, Query
from tests.commands import Said, recours
from tests.conftest import ToldClock
from tests.office import HERE, Office, local_noon

TEXT = "J’attends une réponse depuis six semaines, à Laval."
LISE = ("--by", "Lise Essai")


@pytest.fixture
def office(store: SqliteStore, clock: ToldClock, keys: Keys) -> Office:
    return Office(store, clock, keys)


async def refuse(office: Office, case: Case, day: int) -> Case:
    office.clock.moment = local_noon(date(2026, 11, day))
    because = "MOTTEMOIN pas notre région"
    await give_back(office.store, await office.case(case.id), office.actor, because=because)
    await office.tell()
    return await office.case(case.id)


async def assign(office: Office, case: Case, unit: str, day: int) -> Case:
    office.clock.moment = local_noon(date(2026, 11, day))
    why = {"by": "Bureau", "because": "tri"}
    await give(
        await office.case(case.id), HERE.units[unit], office.store, HERE,
        at=office.clock.now(), **why,
    )  # fmt: skip
    await office.tell()
    return await office.case(case.id)


async def told(office: Office, case: Case) -> Counter[str]:
    """Count notices: "kind role"."""
    where = Query(Equal("case_id", case.id), limit=1000)
    return Counter(f"{one.kind} {one.role}" for one in await office.store.notices.find(where))


async def test_the_office_is_told_of_a_refusal_and_the_person_hears_nothing(
    office: Office,
) -> None:
    case = await office.receive(TEXT)
    before = await told(office, case)
    case = await refuse(office, case, 23)
    assert await told(office, case) - before == {"held complaints_office": 1}
    notice, text = (await office.mails(case, "complaints_office"))["held"]
    assert "Une unité dit qu’elle n’est pas pour elle" in text
    assert f"Refusée par : {HERE.units['DR-13'].name_fr}" in text
    assert "MOTTEMOIN" not in text
    assert notice.recipient == HERE.office().mailbox


async def test_a_second_refusal_is_the_offices_to_settle_and_is_told_once(
    office: Office,
) -> None:
    case = await office.receive(TEXT)
    due = case.due_on
    case = await refuse(office, case, 23)
    case = await assign(office, case, "DR-07", 24)
    counted = await told(office, case)
    assert counted["moved complainant"] == 1
    assert counted["transferred unit"] == 1
    assert counted["refused_twice complaints_office"] == 0
    case = await refuse(office, case, 25)
    case = await assign(office, case, "DR-16", 26)
    case = await refuse(office, case, 27)
    counted = await told(office, case)
    assert counted["refused_twice complaints_office"] == 1
    assert counted["held complaints_office"] == 3
    assert counted["moved complainant"] == 2
    assert case.due_on == due


async def test_two_people_refuse_at_the_same_moment_and_one_refusal_is_kept(
    office: Office,
) -> None:
    case = await office.receive(TEXT)
    await give_back(office.store, case, office.actor, because="a")
    with pytest.raises(Refused, match="at the same moment"):
        await give_back(office.store, case, office.actor, because="b")
    assert [one.because for one in (await office.case(case.id)).refusals] == ["a"]


async def test_a_terminal_refuses_notes_contact_and_confirms_receipt(
    office: Office, tmp_path: Path
) -> None:
    case = await office.receive(TEXT)
    sensitive = (Flag(name="sensitive", words="x", start=0, end=1),)
    await office.store.cases.save(case.changed(flags=sensitive))
    say = partial(recours, env={"RECOURS_STORE": f"sqlite:///{tmp_path}/recours.db"})
    shown = await say("show", case.reference)
    assert "receipt   not confirmed yet: `recours confirm`" in shown.out
    done: list[Said] = [
        await say("contacted", case.reference, *LISE),
        await say("confirm", case.reference, *LISE),
        await say("refuse", case.reference, *LISE, "--because", "pas notre région"),
    ]
    assert [said.status for said in done] == [0, 0, 0]
    assert "DR-13 → held, refused." in done[-1].out
    shown = await say("show", case.reference, "--language", "en")
    for line in (" by DR-13, Lise Essai: pas notre région", "contact   ", "receipt   "):
        assert line in shown.out
    assert "a unit refused it" in shown.out
    again = [
        await say("contacted", case.reference, *LISE),
        await say("confirm", case.reference, *LISE),
        await say("refuse", case.reference, *LISE, "--because", "x"),
    ]
    assert [said.status for said in again] == [2, 2, 2]
    assert "Lise Essai confirmed receipt" in again[1].err
