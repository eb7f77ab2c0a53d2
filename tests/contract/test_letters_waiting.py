"""Letters and calls that wait for a person: each reminder once, whoever looks, on every store."""

from __future__ import annotations

import asyncio
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from services.commands.listing import notices, show_waiting_letters
from services.desk.acting import Actor, Ending, close
from services.desk.carrying_out import act_in
from services.desk.keeping_letters import keep_carried
from services.desk.notice_acts import posted
from services.notifier.reminding import LetterKeeper
from services.notifier.telling import tell_case
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.notice import Notice
from shared.events import CaseActed
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store
from shared.runtime.doors import Doors
from tests.conftest import ToldClock
from tests.contract.conftest import Stores
from tests.contract.test_timekeeping import DEPARTMENT, HEAD, RENDERER, SAMPLE, a_case, moment

PERSON = Complainant(name="Ginette Exemple", postal_address="12, rue X\nLaval")
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock(moment(FRIDAY))


def keeper(store: Store, clock: ToldClock) -> LetterKeeper:
    return LetterKeeper(store, clock, HEAD, RENDERER, Doors())


async def closed_by_letter(store: Store, clock: ToldClock) -> tuple[Case, Notice]:
    """Close a case of a person without e-mail; return it with its letter."""
    case = a_case(channel="form", acknowledge_to=None, complainant=PERSON)
    await store.cases.add(case)
    actor = Actor(by="Mélanie", at=clock.now(), department=DEPARTMENT)
    case = await store.cases.get(case.id) or case

    def decide(case: Case, actor: Actor) -> tuple[Case, CaseActed]:
        return close(case, actor, "Raisons.", Ending("founded", "delays"))

    closed = await act_in(store, case, actor, decide=decide)
    event = CaseActed(id="e1", at=clock.now(), case_id=case.id, act=0)
    for _ in range(2):
        await tell_case(
            event, store=store, clock=clock, department=SAMPLE, keys=HEAD.keys,
            renderer=RENDERER, public_url=HEAD.public_url, desk_url=HEAD.desk_url,
        )  # fmt: skip
    (letter,) = await store.notices.find(Query(Equal("state", "to_print")))
    return closed, letter


async def reminders(store: Store) -> list[Notice]:
    found = await store.notices.find(Query(AllOf(()), sort="created_at"))
    return [one for one in found if one.kind == "unposted"]


async def test_an_unposted_letter_of_a_closed_case_is_reminded_of_until_it_is_posted(
    stores: Stores, clock: ToldClock
) -> None:
    store, other = stores.store, await stores.again()
    _, letter = await closed_by_letter(store, clock)
    assert (letter.kind, letter.way, letter.recipient) == ("closed", "post", "")
    assert await keeper(store, clock).round() == 0
    clock.moment = moment(date(2026, 12, 1))
    kept = await asyncio.gather(*(keeper(one, clock).round() for one in (store, other, store)))
    assert sum(kept) == 1
    assert [one.recipient for one in await reminders(store)] == ["equipe@ministere.example"]
    clock.moment = moment(date(2026, 12, 2))
    assert await keeper(store, clock).round() == 0
    clock.moment = moment(date(2026, 12, 4))
    assert await keeper(store, clock).round() == 1
    actor = Actor(by="Léa", at=clock.now(), department=DEPARTMENT)
    await keep_carried(posted, letter, store, actor)
    clock.moment = moment(date(2026, 12, 18))
    assert await keeper(store, clock).round() == 0


async def test_the_case_is_answered_on_the_day_on_which_its_letter_was_posted(
    stores: Stores, clock: ToldClock
) -> None:
    closed, letter = await closed_by_letter(stores.store, clock)
    assert closed.answered_at is None
    clock.moment = moment(date(2026, 12, 1))
    actor = Actor(by="Léa", at=clock.now(), department=DEPARTMENT)
    await keep_carried(posted, letter, stores.store, actor)
    other = await stores.again()
    case, done = await other.cases.get(closed.id), await other.notices.get(letter.id)
    assert case is not None
    assert done is not None
    assert (case.answered_at, case.contacted_at) == (clock.now(), clock.now())
    assert (done.state, done.sent_at) == ("printed", clock.now())


async def test_nobody_is_reminded_at_night_or_on_a_closed_day(
    store: Store, clock: ToldClock
) -> None:
    await closed_by_letter(store, clock)
    for day, hour in ((date(2026, 12, 1), 7), (date(2026, 12, 1), 17), (date(2026, 12, 5), 10)):
        clock.moment = moment(day, hour)
        assert await keeper(store, clock).round() == 0


async def test_the_list_says_how_many_wait_and_shows_the_oldest_first(
    store: Store, clock: ToldClock
) -> None:
    shown = StringIO()
    console = Console(file=shown, width=200)
    await show_waiting_letters(console, store)
    assert shown.getvalue() == ""
    _, letter = await closed_by_letter(store, clock)
    newer = letter.changed(id="n2", version=0, created_at=moment(date(2026, 11, 30)))
    await store.notices.add(newer, raw=b"")
    await show_waiting_letters(console, store)
    assert shown.getvalue().startswith("2 letters or calls to post or tell, the oldest since 2026")
    found = await notices(store, state="to_print", limit=1)
    assert [one.id for one in found] == [letter.id]
