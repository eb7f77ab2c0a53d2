"""The notifier beside a clock: alerts leave by themselves, and a reply sets a paused case going."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.notifier.resuming import resume_case
from services.notifier.sample import sample_case
from services.notifier.serving import notifier
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.case import Case
from shared.domain.clocks import paused
from shared.domain.delays import running_pause
from shared.domain.reading import Message, Reading
from shared.events import MessageAdded
from shared.ports.query import Equal, Query
from shared.runtime.process import running
from shared.runtime.settings import read_settings
from tests.conftest import ROOT, ToldClock
from tests.shipped import department
from tests.waiting import until

DEPARTMENT = department()
#: Friday 20 November 2026, 9:41 in Québec; the answer is due on 18 December
RECEIVED = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
ASKED = RECEIVED + timedelta(days=3)


def a_case(**fields: object) -> Case:
    return sample_case("fr", DEPARTMENT).changed(
        opened_at=RECEIVED, received_at=RECEIVED, due_on=date(2026, 12, 18), **fields
    )


def waiting() -> Case:
    return paused(a_case(), reason="pièce demandée", by="Unité", at=ASKED)


def reply(**fields: object) -> Message:
    at = fields.pop("at", ASKED + timedelta(days=7))
    reading = Reading.model_validate({"from_address": "personne@courriel.example", **fields})
    return Message.model_validate(
        {"id": "m", "case_id": waiting().id, "envelope_id": "e", "at": at, "channel": "mail",
         "reading": reading}
    )  # fmt: skip


async def after(message: Message, store: SqliteStore) -> Case:
    await store.cases.add(waiting())
    await store.messages.add(message)
    event = MessageAdded(id="x", at=RECEIVED, case_id=message.case_id, message_id=message.id)
    for _ in range(2):  # a redelivery changes nothing
        await resume_case(event, store=store, department=DEPARTMENT)
    case = await store.cases.get(message.case_id)
    assert case is not None
    return case


async def test_alerts_leave_as_mail_by_themselves(tmp_path: Path) -> None:
    settings = read_settings(
        store=f"sqlite:///{tmp_path}/recours.db",
        relay=f"file:{tmp_path}/outgoing",
        department=ROOT / "deploy" / "department",
        timekeeping_seconds=0.1,
    )
    clock = ToldClock(datetime(2026, 12, 20, 15, tzinfo=UTC))
    async with running([notifier], settings, clock=clock) as (context, _):
        await context.store.cases.add(a_case())
        clock.moment += timedelta(days=1)

        async def sent() -> bool:
            where = Query(Equal("state", "sent"))
            return {one.kind for one in await context.store.notices.find(where)} == {"late"}

        await until(sent, 20)
    mails = [file.read_text("ascii") for file in (tmp_path / "outgoing").glob("*.eml")]
    assert mails
    assert all("X-Auto-Response-Suppress: All" in mail for mail in mails)


async def test_a_reply_ends_a_pause_from_the_day_on_which_it_came(store: SqliteStore) -> None:
    case = await after(reply(), store)
    assert running_pause(case.pauses) is None
    assert case.pauses[0].ended_how == "reply"
    # Asked for on Monday 23, answered on Monday 30: five business days do not count
    assert case.due_on == date(2026, 12, 29)
    assert case.version == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"automatic": True},
        {"at": ASKED - timedelta(hours=1)},
        {"from_address": f"agent@{DEPARTMENT.mail_domains[0]}"},
    ],
)
async def test_what_is_no_reply_of_the_person_leaves_a_case_paused(
    store: SqliteStore, fields: dict[str, object]
) -> None:
    case = await after(reply(**fields), store)
    assert running_pause(case.pauses)
    assert case.version == 1
