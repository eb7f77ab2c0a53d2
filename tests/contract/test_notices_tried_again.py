"""A person asks for another try of a notice whose earlier event still waits, on every store."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from services.desk.keeping_notice_acts import keep_act
from services.desk.notice_acts import release, retry, stop
from services.notifier.sample import RECEIVED
from services.notifier.sending import give_notice_up, send_notice
from shared.domain.notice import Notice
from shared.errors import RecoursError, Transient
from shared.events import NoticeRequested, requested
from shared.ports.store import Store
from shared.runtime.ledger import repair
from tests.conftest import ToldClock
from tests.contract.conftest import Buses, Stores

NOTICE = Notice(
    id="0f8fad5b-d9cb-469f-a165-70867728950e", case_id="c1", kind="acknowledgement",
    role="complainant", recipient="personne@courriel.example", language="fr",
    message_id="n1.mark@ministere.example", created_at=RECEIVED, state="temporary", attempts=3,
    last_error="relay_451",
)  # fmt: skip
EARLIER = requested(NOTICE)


class Told:
    """A mailer that raises what it is told to, then takes all."""

    def __init__(self, *errors: RecoursError) -> None:
        self.errors = list(errors)
        self.asked = 0

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def store(stores: Stores) -> Store:
    await stores.store.notices.add(NOTICE, raw=b"the mail")
    return stores.store


async def stored(store: Store) -> Notice:
    notice = await store.notices.get(NOTICE.id)
    assert notice is not None
    return notice


async def ask_again(store: Store) -> NoticeRequested:
    return requested(await keep_act(retry, await stored(store), store, by="Léa", at=RECEIVED))


async def test_the_event_that_waited_neither_sends_nor_gives_up_what_a_person_asked_for(
    store: Store, clock: ToldClock
) -> None:
    again = await ask_again(store)
    mailer = Told(Transient("relay_451"))
    with pytest.raises(Transient):
        await send_notice(again, store=store, clock=clock, mailer=mailer)
    await send_notice(EARLIER, store=store, clock=clock, mailer=mailer)
    await give_notice_up(EARLIER, store=store, clock=clock)
    assert (mailer.asked, (await stored(store)).state) == (1, "temporary")
    await send_notice(again, store=store, clock=clock, mailer=mailer)
    assert (mailer.asked, (await stored(store)).state) == (2, "sent")


async def test_the_event_that_a_person_asked_for_gives_up_in_its_turn(
    store: Store, clock: ToldClock
) -> None:
    again = await ask_again(store)
    with pytest.raises(Transient):
        await send_notice(again, store=store, clock=clock, mailer=Told(Transient("relay_451")))
    await give_notice_up(again, store=store, clock=clock)
    assert (await stored(store)).state == "gave_up"


class Overtaken:
    """A store in which a person's act is saved between a look at a notice and the next save."""

    def __init__(self, store: Store) -> None:
        self.notices = self
        self.save = store.notices.save
        self._store = store

    async def get(self, notice_id: str) -> Notice | None:
        found = await self._store.notices.get(notice_id)
        if found is not None and not found.acts:
            await ask_again(self._store)
        return found


async def test_a_person_who_asks_while_a_notice_is_given_up_is_heard(
    stores: Stores, store: Store, clock: ToldClock
) -> None:
    await give_notice_up(EARLIER, store=cast("Store", Overtaken(store)), clock=clock)
    assert (await stored(store)).state == "created"
    assert [event.type for event in await stores.emitted()] == ["notice.requested"]


async def test_a_notice_that_was_stopped_and_let_go_leaves_by_its_new_event_alone(
    store: Store, clock: ToldClock
) -> None:
    await keep_act(stop, await stored(store), store, by="Léa", at=RECEIVED)
    freed = await keep_act(release, await stored(store), store, by="Léa", at=RECEIVED)
    mailer = Told()
    await send_notice(EARLIER, store=store, clock=clock, mailer=mailer)
    assert mailer.asked == 0
    await send_notice(requested(freed), store=store, clock=clock, mailer=mailer)
    assert (mailer.asked, (await stored(store)).state) == (1, "sent")


async def test_a_failure_is_no_news_of_a_notice_that_another_process_has_sent(
    store: Store, clock: ToldClock
) -> None:
    """A sender that hung so long that it was taken for dead comes back with a failure."""

    class Late(Told):
        async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
            sending = await stored(store)
            await store.notices.save(sending.changed(state="sent", sent_at=clock.now()))
            raise Transient("relay_lost")

    with pytest.raises(Transient):
        await send_notice(EARLIER, store=store, clock=clock, mailer=Late())
    assert (await stored(store)).state == "sent"


async def test_repair_asks_for_what_a_person_asked_for_last(stores: Stores, buses: Buses) -> None:
    store = stores.store
    await store.notices.add(NOTICE, raw=b"the mail")
    again = await ask_again(store)
    assert again in await repair(store, buses.bus, now=RECEIVED + timedelta(hours=1))
