"""Sending, with the store of the embedded shape and a mailer that does as it is told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.breaker import Breaker
from services.notifier.hand import IN_HAND
from services.notifier.mailer import IN_DATA, Rejected
from services.notifier.pace import Pace
from services.notifier.sample import RECEIVED
from services.notifier.sending import give_notice_up, send_notice
from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.errors import Poison, Postponed, Transient
from tests.one_notice import EVENT, NOTICE, HandClock, ToldMailer, stored


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_sqlite_store(tmp_path / "recours.db")
    await store.notices.add(NOTICE, raw=b"the mail")
    yield store
    await store.close()


async def test_a_notice_is_sent_and_says_when(store: SqliteStore) -> None:
    mailer = ToldMailer()
    await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer)
    notice = await stored(store)
    assert mailer.sent == [("n1", "", "personne@courriel.example", b"the mail")]
    assert (notice.state, notice.attempts, notice.possibly_doubled) == ("sent", 1, 0)
    assert notice.sending_at == notice.sent_at == RECEIVED + timedelta(minutes=1)


async def test_a_notice_is_sent_once_however_often_it_is_requested(store: SqliteStore) -> None:
    mailer = ToldMailer()
    for _ in range(3):
        await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer)
    assert len(mailer.sent) == 1


@pytest.mark.parametrize(
    "state", ["sent", "delivered", "permanent", "gave_up", "technical", "withheld"]
)
async def test_a_notice_that_has_ended_stays_as_it_is(store: SqliteStore, state: str) -> None:
    await store.notices.save((await stored(store)).changed(state=state))
    mailer = ToldMailer()
    await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer)
    assert mailer.sent == []
    assert (await stored(store)).state == state


async def test_a_relay_that_is_away_is_tried_again(store: SqliteStore) -> None:
    mailer = ToldMailer(Transient("relay_451"))
    with pytest.raises(Transient) as raised:
        await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer)
    assert raised.value.code == "relay_451"
    notice = await stored(store)
    assert (notice.state, notice.last_error) == ("temporary", "relay_451")
    await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer)
    notice = await stored(store)
    assert (notice.state, notice.attempts, notice.last_error) == ("sent", 2, "")
    assert notice.possibly_doubled == 0


async def test_a_notice_that_is_refused_ends_there(store: SqliteStore) -> None:
    await send_notice(
        EVENT, store=store, clock=HandClock(), mailer=ToldMailer(Rejected("relay_550"))
    )
    notice = await stored(store)
    assert (notice.state, notice.last_error) == ("permanent", "relay_550")
    assert notice.failure == "refused"


async def events_of(path: Path) -> list[dict[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return [json.loads(body) for (body,) in connection.execute("SELECT body FROM queue")]


async def test_a_refusal_is_saved_with_the_event_that_tells_of_it(
    store: SqliteStore, tmp_path: Path
) -> None:
    refused = ToldMailer(Rejected("relay_550"))
    await send_notice(EVENT, store=store, clock=HandClock(), mailer=refused)
    assert [one["type"] for one in await events_of(tmp_path / "recours.db")] == ["notice.failed"]


@pytest.mark.parametrize("code", ["relay_no_smtputf8", "address_malformed"])
async def test_what_our_own_relay_cannot_carry_is_no_fault_of_the_recipient(
    store: SqliteStore, code: str
) -> None:
    await send_notice(EVENT, store=store, clock=HandClock(), mailer=ToldMailer(Rejected(code)))
    assert (await stored(store)).state == "technical"


@pytest.mark.parametrize(
    ("code", "state"),
    [("relay_451", "gave_up"), ("relay_unreachable", "gave_up"), ("relay_535", "technical")],
)
async def test_a_notice_that_nobody_tries_any_more_says_so(
    store: SqliteStore, tmp_path: Path, code: str, state: str
) -> None:
    with pytest.raises(Transient):
        await send_notice(EVENT, store=store, clock=HandClock(), mailer=ToldMailer(Transient(code)))
    for _ in range(2):
        await give_notice_up(EVENT, store=store, clock=HandClock())
    notice = await stored(store)
    assert (notice.state, notice.failure, notice.last_error) == (state, state, code)
    assert [one["type"] for one in await events_of(tmp_path / "recours.db")] == ["notice.failed"]


async def test_a_dead_letter_of_a_notice_that_was_sent_changes_nothing(store: SqliteStore) -> None:
    await send_notice(EVENT, store=store, clock=HandClock(), mailer=ToldMailer())
    await give_notice_up(EVENT, store=store, clock=HandClock())
    assert (await stored(store)).state == "sent"


async def test_sending_is_saved_before_the_wire_and_sent_over_what_was_saved_meanwhile(
    store: SqliteStore,
) -> None:
    mailer = ToldMailer()
    mailer.store = store
    await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer)
    assert mailer.meanwhile.state == "sending"
    assert (await stored(store)).state == "sent"


async def test_a_crash_on_the_wire_is_counted_as_a_possible_double(store: SqliteStore) -> None:
    clock = HandClock()
    begun = (await stored(store)).changed(state="sending", sending_at=clock.now(), attempts=1)
    await store.notices.save(begun)
    clock.moment += IN_HAND
    mailer = ToldMailer()
    await send_notice(EVENT, store=store, clock=clock, mailer=mailer)
    notice = await stored(store)
    assert len(mailer.sent) == 1
    assert (notice.state, notice.attempts, notice.possibly_doubled) == ("sent", 2, 1)


async def test_a_notice_that_someone_is_sending_is_left_to_them(store: SqliteStore) -> None:
    clock = HandClock()
    begun = (await stored(store)).changed(state="sending", sending_at=clock.now(), attempts=1)
    await store.notices.save(begun)
    mailer = ToldMailer()
    with pytest.raises(Transient) as raised:
        await send_notice(EVENT, store=store, clock=clock, mailer=mailer)
    assert raised.value.code == "notice_in_hand"
    assert mailer.sent == []
    assert (await stored(store)).attempts == 1


async def test_an_answer_lost_after_the_last_byte_is_counted_as_a_possible_double(
    store: SqliteStore,
) -> None:
    mailer = ToldMailer(Transient(IN_DATA))
    with pytest.raises(Transient):
        await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer)
    assert (await stored(store)).possibly_doubled == 1


async def test_while_the_relay_is_left_alone_a_notice_is_not_touched(store: SqliteStore) -> None:
    breaker = Breaker(failures=2, pause=60, now=lambda: 0.0)
    mailer = ToldMailer(Transient("relay_unreachable"), Transient("relay_lost"))
    for _ in range(2):
        with pytest.raises(Transient):
            await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer, breaker=breaker)
    before = await stored(store)
    for _ in range(5):
        with pytest.raises(Postponed):
            await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer, breaker=breaker)
    assert await stored(store) == before
    assert (before.state, before.attempts, mailer.sent) == ("temporary", 2, [])


async def test_an_event_of_no_notice_is_poison(store: SqliteStore) -> None:
    event = EVENT.model_copy(update={"notice_id": "n2"})
    with pytest.raises(Poison) as raised:
        await send_notice(event, store=store, clock=HandClock(), mailer=ToldMailer())
    assert raised.value.code == "notice_not_found"


async def test_a_notice_over_the_pace_is_not_touched(store: SqliteStore) -> None:
    pace, mailer = Pace(per_minute=1), ToldMailer()
    pace.ask(NOTICE.changed(id="another"))
    with pytest.raises(Postponed) as raised:
        await send_notice(EVENT, store=store, clock=HandClock(), mailer=mailer, pace=pace)
    assert raised.value.code == "paced"
    assert (mailer.sent, await stored(store)) == ([], NOTICE.changed(version=1))
