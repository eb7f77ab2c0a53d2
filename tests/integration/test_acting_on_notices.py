"""A person's act against a notifier that is at work on the same notice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.desk.keeping_notice_acts import keep_act
from services.desk.notice_acts import retry, stop
from services.notifier.sample import RECEIVED
from services.notifier.sending import send_notice
from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.domain.notice import Notice
from shared.errors import Refused
from shared.events import requested
from tests.conftest import ToldClock

NOTICE = Notice(
    id="0f8fad5b-d9cb-469f-a165-70867728950e", case_id="c1", kind="acknowledgement",
    role="complainant", recipient="personne@courriel.example", language="fr",
    message_id="n1.mark@ministere.example", created_at=RECEIVED,
)  # fmt: skip
EVENT = requested(NOTICE)


class Counting:
    """A mailer that takes everything."""

    def __init__(self) -> None:
        self.sent = 0

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        self.sent += 1

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_sqlite_store(tmp_path / "recours.db")
    await store.notices.add(NOTICE, raw=b"the mail")
    yield store
    await store.close()


async def stored(store: SqliteStore) -> Notice:
    notice = await store.notices.get(NOTICE.id)
    assert notice is not None
    return notice


async def test_a_notice_that_got_on_the_wire_meanwhile_is_not_stopped(store: SqliteStore) -> None:
    before = await stored(store)
    await store.notices.save(before.changed(state="sending", sending_at=RECEIVED))
    with pytest.raises(Refused, match="on the wire"):
        await keep_act(stop, before, store, by="Léa", at=RECEIVED)
    assert (await stored(store)).state == "sending"


async def test_a_stopped_notice_does_not_leave_when_its_event_comes(store: SqliteStore) -> None:
    await keep_act(stop, await stored(store), store, by="Léa", at=RECEIVED)
    mailer = Counting()
    await send_notice(EVENT, store=store, clock=ToldClock(RECEIVED), mailer=mailer)
    assert (mailer.sent, (await stored(store)).state) == (0, "withheld")


async def test_a_notice_tried_again_while_its_next_try_waits_leaves_once(
    store: SqliteStore,
) -> None:
    await store.notices.save((await stored(store)).changed(state="temporary", attempts=3))
    await keep_act(retry, await stored(store), store, by="Léa", at=RECEIVED)
    with pytest.raises(Refused):
        await keep_act(retry, await stored(store), store, by="Léa", at=RECEIVED)
    clock = ToldClock(RECEIVED)
    depths = {each.name: each for each in await SqliteBus(store.file, clock).depths()}
    assert depths["notifier.sending"].ready == 1
    mailer = Counting()
    for event in (requested(await stored(store)), EVENT):  # then the one that waited for its delay
        await send_notice(event, store=store, clock=clock, mailer=mailer)
    assert (mailer.sent, (await stored(store)).state) == (1, "sent")
