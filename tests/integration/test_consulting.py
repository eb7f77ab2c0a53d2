"""A unit consults another one about a case: each is told that there is something to read."""

from __future__ import annotations

from datetime import date

import pytest

from services.desk.acting import Actor
from services.desk.acts import ACTS
from services.desk.performing import Performer, perform
from services.desk.signing_in import new_account
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.case import Case
from shared.domain.keys import Keys
from shared.domain.notice import Notice
from shared.ports.query import Equal, Query
from tests.conftest import ToldClock
from tests.office import HERE, Office, local_noon

TEXT = "J’attends une réponse depuis six semaines, à Laval."
ASKED = "DR-16"


@pytest.fixture
def office(store: SqliteStore, clock: ToldClock, keys: Keys) -> Office:
    return Office(store, clock, keys)


async def say(office: Office, case: Case, act: str, **given: str) -> None:
    actor = Actor("Lise Essai", office.clock.now(), HERE)
    who = Performer(office.store, actor, new_account("lise", "Lise Essai"))
    await perform(who, await office.case(case.id), ACTS[act], given)
    await office.tell()


async def consultations(office: Office, case: Case) -> dict[str, Notice]:
    found = await office.store.notices.find(Query(Equal("case_id", case.id), limit=100))
    return {one.kind: one for one in found if one.kind in ("consulted", "replied")}


async def test_the_unit_that_is_asked_hears_of_it_and_the_reply_comes_back(office: Office) -> None:
    case = await office.receive(TEXT)
    unit = (await office.case(case.id)).unit_id
    assert unit
    office.clock.moment = local_noon(date(2026, 11, 25))
    await say(office, case, "question", unit=ASKED, text="MOTTEMOIN Le dossier est-il chez vous ?")
    await say(office, case, "reply", text="MOTTEMOIN Oui, depuis mai.")
    told = await consultations(office, case)
    mails = [await office.store.notices.raw(one.id) or b"" for one in told.values()]
    assert {kind: one.recipient for kind, one in told.items()} == {
        "consulted": HERE.units[ASKED].mailbox.lower(),
        "replied": HERE.units[unit].mailbox.lower(),
    }
    assert all(b"MOTTEMOIN" not in mail for mail in mails)
    assert all(f"/bureau/plaintes/{case.reference}".encode() in mail for mail in mails)


async def test_a_question_to_nobody_in_particular_is_mailed_to_nobody(office: Office) -> None:
    case = await office.receive(TEXT)
    await say(office, case, "question", text="Quelqu’un sait-il ?")
    assert await consultations(office, case) == {}
