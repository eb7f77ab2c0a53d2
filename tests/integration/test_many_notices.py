"""Two notifiers, thousands of notices, and a relay that puts off a third and drops a tenth."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from services.notifier.mailer import RelayMailer
from services.notifier.sample import RECEIVED
from services.notifier.sending import send_notice
from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.domain.document import derived_id
from shared.domain.notice import Notice
from shared.errors import Transient
from shared.events import NoticeRequested
from shared.ports.query import AllOf, Equal
from tests.conftest import ToldClock
from tests.scripted_relay import HANG_UP, ScriptedRelay, scripted_relay

MANY = 2_000
ROUNDS = 30
#: Notices in hand at once, for each of the two.
IN_HAND = 64


def notice_of(number: int) -> Notice:
    return Notice(
        id=derived_id("notice", str(number)), case_id="c1", kind="acknowledgement",
        role="complainant", recipient=f"personne{number}@courriel.example", language="fr",
        message_id=f"{number}@ministere.example", created_at=RECEIVED,
    )  # fmt: skip


def moods(seed: int) -> dict[str, list[str]]:
    """Return answers enough for all: RCPT put off a third of the time, the end of a body (taken
    all the same) or MAIL answered by hanging up a tenth of the time."""
    dice = random.Random(seed)  # noqa: S311 - a seeded die, no secret
    draws = MANY * 4
    return {
        "RCPT": [("451 later" if dice.random() < 1 / 3 else "250 ok") for _ in range(draws)],
        ".": [(HANG_UP if dice.random() < 0.05 else "250 taken") for _ in range(draws)],
        "MAIL": [(HANG_UP if dice.random() < 0.05 else "250 ok") for _ in range(draws)],
    }


async def hand_over(
    events: Sequence[NoticeRequested], store: SqliteStore, clock: ToldClock, mailer: RelayMailer
) -> None:
    """Hand each event over once, as a queue would, `IN_HAND` at a time."""
    hands = asyncio.Semaphore(IN_HAND)

    async def one(event: NoticeRequested) -> None:
        async with hands:
            try:
                await send_notice(event, store=store, clock=clock, mailer=mailer)
            except Transient:
                return  # its queue hands it over again

    await asyncio.gather(*(one(event) for event in events))


def arrivals(relay: ScriptedRelay) -> Counter[bytes]:
    """Count mails by Message-ID; a lone dot after a refused recipient is none (RFC 2920)."""
    ids = (mail.partition(b"Message-ID: <")[2].partition(b">")[0] for mail in relay.mails)
    return Counter(each for each in ids if each)


async def test_all_end_sent_and_none_is_doubled_outside_the_known_window(tmp_path: Path) -> None:
    store = await open_sqlite_store(tmp_path / "recours.db")
    clock = ToldClock(RECEIVED)
    notices = [notice_of(number) for number in range(MANY)]
    raws = [f"Message-ID: <{one.message_id}>\r\n\r\nBonjour\r\n".encode() for one in notices]
    pairs = zip(notices, raws, strict=True)
    await asyncio.gather(*(store.notices.add(one, raw=raw) for one, raw in pairs))
    events = [NoticeRequested(id=f"e-{one.id}", at=RECEIVED, notice_id=one.id) for one in notices]
    async with scripted_relay("PIPELINING") as relay:
        relay.answers = moods(seed=20261120)
        mailers = [RelayMailer("127.0.0.1", relay.port, timeout=20) for _ in range(2)]
        for _ in range(ROUNDS):
            await asyncio.gather(*(hand_over(events, store, clock, one) for one in mailers))
            clock.pass_by(minutes=10)
            if await store.notices.count(Equal("state", "sent")) == MANY:
                break
        await asyncio.gather(*(mailer.close() for mailer in mailers))
        arrived = arrivals(relay)
    assert await store.notices.count_by("state", AllOf(())) == {"sent": MANY}
    ended = [await store.notices.get(one.id) for one in notices]
    window = sum(one.possibly_doubled for one in ended if one)
    assert len(arrived) == MANY
    assert sum(arrived.values()) - MANY <= window
    assert all(arrived[one.message_id.encode()] <= 1 + one.possibly_doubled for one in ended if one)
    assert window > 0  # the relay did drop connections after a body
    await store.close()
