"""A notice that does not arrive is told to whoever can do something about it."""

from __future__ import annotations

import email
import email.policy
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.alarming import tell_failure
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.domain.document import derived_id
from shared.domain.notice import Notice
from shared.domain.unit import Unit
from shared.events import NoticeFailed
from shared.ports.query import Equal, Query
from shared.runtime.metrics import Metrics
from tests.conftest import ToldClock
from tests.shipped import renderer

_BASE = sample_department()
_UNIT = _BASE.units["exemple"]
_OFFICE = Unit(
    id="bureau", kind="office", name_fr="Bureau des plaintes", name_en="Complaints office",
    address="plaintes-bureau@ministere.example", mailbox="bureau@ministere.example", phone="",
)  # fmt: skip
DEPARTMENT = _BASE.model_copy(
    update={"units": {"exemple": _UNIT, "bureau": _OFFICE}, "complaints_office": "bureau"}
)
HEAD = sample_head(DEPARTMENT)
RENDERER = renderer()
CASE = sample_case("fr", DEPARTMENT)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_sqlite_store(tmp_path / "recours.db")
    await store.cases.save(CASE)
    yield store
    await store.close()


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock(RECEIVED)


def failed(name: str, **fields: object) -> Notice:
    notice = Notice(
        id=derived_id("test", name), case_id=CASE.id, kind="acknowledgement", role="complainant",
        recipient="personne@courriel.example", language="fr", message_id=f"{name}@m.example",
        created_at=RECEIVED, state="permanent", last_error="relay_550",
    )  # fmt: skip
    return notice.changed(**fields)


async def tell(notice: Notice, store: SqliteStore, clock: ToldClock, metrics: Metrics) -> None:
    await store.notices.add(notice, raw=b"mail")
    await tell_failure(
        NoticeFailed(id=f"e-{notice.id}", at=RECEIVED, notice_id=notice.id),
        store=store, clock=clock, department=DEPARTMENT, keys=HEAD.keys, renderer=RENDERER,
        public_url=HEAD.public_url, desk_url=HEAD.desk_url, metrics=metrics,
    )  # fmt: skip


async def told(store: SqliteStore, kind: str) -> list[Notice]:
    of_case = Query(where=Equal("case_id", CASE.id), sort="created_at")
    return [one for one in await store.notices.find(of_case) if one.kind == kind]


async def words_of(notice: Notice, store: SqliteStore) -> str:
    raw = await store.notices.raw(notice.id)
    body = email.message_from_bytes(raw or b"", policy=email.policy.default).get_body(("plain",))
    return str(body.get_content()) if body else ""


async def test_the_unit_hears_that_its_person_cannot_be_reached_by_mail(
    store: SqliteStore, clock: ToldClock
) -> None:
    metrics = Metrics()
    await tell(failed("a"), store, clock, metrics)
    (notice,) = await told(store, "undelivered")
    assert (notice.recipient, notice.role, notice.state) == (_UNIT.mailbox, "unit", "created")
    assert notice.return_path
    words = await words_of(notice, store)
    assert "personne@courriel.example" in words
    assert "a refusé le message" in words
    counted = 'recours_undelivered_total{because="refused",role="complainant"} 1.0'
    assert counted in metrics.text().decode()


async def test_two_notices_to_one_dead_address_are_told_once(
    store: SqliteStore, clock: ToldClock
) -> None:
    await tell(failed("a"), store, clock, Metrics())
    await tell(failed("b"), store, clock, Metrics())
    assert len(await told(store, "undelivered")) == 1


async def test_the_office_hears_of_a_dead_unit_address_once_a_day(
    store: SqliteStore, clock: ToldClock
) -> None:
    of_unit = {"role": "unit", "kind": "assigned", "recipient": _UNIT.mailbox, "report": "dead"}
    await tell(failed("a", **of_unit), store, clock, Metrics())
    await tell(failed("b", **of_unit), store, clock, Metrics())
    (notice,) = await told(store, "unit_unreachable")
    assert notice.recipient == _OFFICE.mailbox
    assert "cette adresse n’existe pas" in await words_of(notice, store)
    clock.moment += timedelta(days=1)
    await tell(failed("c", **of_unit), store, clock, Metrics())
    assert len(await told(store, "unit_unreachable")) == 2


async def test_when_the_offices_own_mailbox_is_dead_no_mail_is_written(
    store: SqliteStore, clock: ToldClock, caplog: pytest.LogCaptureFixture
) -> None:
    alarm = failed(
        "a", role="complaints_office", kind="unit_unreachable", recipient=_OFFICE.mailbox
    )
    await tell(alarm, store, clock, Metrics())
    assert await store.notices.count(Equal("case_id", CASE.id)) == 1
    assert "a mailbox of ours cannot be reached" in caplog.text


async def test_a_notice_that_a_person_tries_again_is_no_failure_any_more(
    store: SqliteStore, clock: ToldClock
) -> None:
    await tell(failed("a", state="created"), store, clock, Metrics())
    assert await store.notices.count(Equal("case_id", CASE.id)) == 1
