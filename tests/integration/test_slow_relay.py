"""A relay that takes longer to answer than a notice is left to the one who sends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from services.notifier import hand
from services.notifier.hand import IN_HAND
from services.notifier.mailer import Rejected
from services.notifier.sending import send_notice
from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.domain.notice import Notice
from shared.errors import Conflict, RecoursError, Transient
from tests.one_notice import EVENT, NOTICE, HandClock, ToldMailer, stored
from tests.waiting import until


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_sqlite_store(tmp_path / "recours.db")
    await store.notices.add(NOTICE, raw=b"the mail")
    yield store
    await store.close()


class SlowMailer(ToldMailer):
    """Is asked, and answers when the test lets it; time goes by until then."""

    def __init__(self, *errors: RecoursError) -> None:
        super().__init__(*errors)
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        self.asked.set()
        await self.answer.wait()
        await super().send(notice_id=notice_id, mail_from=mail_from, rcpt_to=rcpt_to, raw=raw)


@pytest.mark.parametrize(
    ("errors", "state"), [((), "sent"), ((Rejected("relay_550"),), "permanent")]
)
async def test_a_notice_stays_in_hand_for_as_long_as_the_relay_takes(
    store: SqliteStore,
    monkeypatch: pytest.MonkeyPatch,
    errors: tuple[RecoursError, ...],
    state: str,
) -> None:
    monkeypatch.setattr(hand, "SAY_AGAIN", 0.01)
    clock, slow = HandClock(), SlowMailer(*errors)
    sending = asyncio.create_task(send_notice(EVENT, store=store, clock=clock, mailer=slow))
    await slow.asked.wait()
    for _ in range(3):
        clock.moment += IN_HAND
        await until(lambda: has_said_so(store, clock.moment))
        with pytest.raises(Transient, match="notice_in_hand"):
            await send_notice(EVENT, store=store, clock=clock, mailer=ToldMailer())
    slow.answer.set()
    await sending
    notice = await stored(store)
    assert (notice.state, notice.attempts, notice.possibly_doubled) == (state, 1, 0)
    await asyncio.sleep(0.05)
    assert await stored(store) == notice


async def has_said_so(store: SqliteStore, moment: datetime) -> bool:
    return (await stored(store)).sending_at == moment


async def test_what_is_saved_while_the_relay_takes_its_time_stays(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand, "SAY_AGAIN", 0.01)
    clock, slow = HandClock(), SlowMailer()
    sending = asyncio.create_task(send_notice(EVENT, store=store, clock=clock, mailer=slow))
    await slow.asked.wait()
    await save_over(store, last_error="meanwhile")
    clock.moment += IN_HAND
    await until(lambda: has_said_so(store, clock.moment))
    assert (await stored(store)).last_error == "meanwhile"
    slow.answer.set()
    await sending
    assert (await stored(store)).state == "sent"


async def test_a_hand_that_lost_its_notice_to_another_leaves_it_alone(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand, "SAY_AGAIN", 0.01)
    clock, slow = HandClock(), SlowMailer(Rejected("relay_550"))
    sending = asyncio.create_task(send_notice(EVENT, store=store, clock=clock, mailer=slow))
    await slow.asked.wait()
    other = await save_over(store, state="sending", attempts=2, sending_at=clock.now())
    clock.moment += IN_HAND
    await asyncio.sleep(0.1)
    assert await stored(store) == other
    await save_over(store, state="sent")
    slow.answer.set()
    await sending
    assert (await stored(store)).state == "sent"


async def save_over(store: SqliteStore, **fields: object) -> Notice:
    """Save the notice as somebody else does, however often the hand saves it meanwhile."""
    while True:
        with suppress(Conflict):
            return await store.notices.save((await stored(store)).changed(**fields))
