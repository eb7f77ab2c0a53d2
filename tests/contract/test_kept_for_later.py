"""Events that are kept with a document for later, and withdrawn by who did what they ask for."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.errors import Conflict
from shared.events import Event, decode
from shared.ports.store import Store
from tests.contract.conftest import Stores
from tests.contract.documents import case, opened


async def left(store: Store) -> list[Event]:
    """Return what goes out when its time comes, at once or later."""
    if isinstance(store, SqliteStore):
        ready = store.file.read("SELECT body FROM queue ORDER BY seq")
        later = store.file.read("SELECT body FROM delayed ORDER BY due, rowid")
        return [decode(body) for (body,) in (*ready, *later)]
    return await store.outbox.waiting(older_than_seconds=-60, limit=1000)


async def goes_at_once(store: Store) -> list[Event]:
    if isinstance(store, SqliteStore):
        return [decode(body) for (body,) in store.file.read("SELECT body FROM queue ORDER BY seq")]
    try:
        return await asyncio.wait_for(store.outbox.fresh(), 0.1)
    except TimeoutError:
        return []


async def test_an_event_for_later_is_kept_and_does_not_go_at_once(stores: Stores) -> None:
    event = opened()
    assert await stores.store.cases.add(case(), emit_later=[event])
    assert await goes_at_once(stores.store) == []
    assert await left(await stores.again()) == [event]


async def test_what_goes_at_once_goes_beside_what_is_for_later(store: Store) -> None:
    now, later = opened("now"), opened("later")
    assert await store.cases.add(case(), emit=[now], emit_later=[later])
    assert await goes_at_once(store) == [now]
    assert await left(store) == [now, later]


async def test_a_document_that_is_there_already_keeps_no_event_for_later(store: Store) -> None:
    document, event = case(), opened()
    await store.cases.add(document, emit_later=[event])
    assert not await store.cases.add(document, emit_later=[opened()])
    assert await left(store) == [event]


async def test_a_save_withdraws_what_was_kept_for_later(store: Store) -> None:
    document, event, other = case(), opened(), opened("other")
    await store.cases.add(document, emit_later=[event, other], raw=b"raw")
    saved = await store.cases.save(document.changed(version=1), withdraw=[event])
    assert saved.version == 2
    assert await left(store) == [other]
    assert await store.cases.raw(document.id) == b"raw"


async def test_a_save_that_fails_withdraws_nothing(store: Store) -> None:
    document, event = case(), opened()
    await store.cases.add(document, emit_later=[event])
    with pytest.raises(Conflict):
        await store.cases.save(document.changed(version=2), withdraw=[event])
    assert await left(store) == [event]


async def test_a_save_withdraws_one_event_and_emits_another(store: Store) -> None:
    """One that cannot be withdrawn in the same write may still go out: it finds all done."""
    document, before, after = case(), opened("before"), opened("after")
    await store.cases.add(document, emit_later=[before])
    await store.cases.save(document.changed(version=1), emit=[after], withdraw=[before])
    assert await goes_at_once(store) == [after]
    assert after in await left(store)


async def test_what_is_not_there_any_more_can_be_withdrawn(store: Store) -> None:
    document = case()
    await store.cases.add(document)
    assert (await store.cases.save(document.changed(version=1), withdraw=[opened()])).version == 2


async def test_a_file_of_an_earlier_version_keeps_events_for_later(tmp_path: Path) -> None:
    file = tmp_path / "recours.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(
            "CREATE TABLE delayed (due TEXT NOT NULL, queue TEXT NOT NULL, body BLOB NOT NULL, "
            "attempt INTEGER NOT NULL)"
        )
        connection.execute("INSERT INTO delayed VALUES ('2026', 'router.assigning', x'7b7d', 2)")
    for _ in range(2):  # as often as one likes
        store = await open_sqlite_store(file)
        await store.close()
    store = await open_sqlite_store(file)
    document, event = case(), opened()
    await store.cases.add(document, emit_later=[event])
    assert store.file.read("SELECT attempt, event_id FROM delayed ORDER BY due") == [
        (2, None),
        (1, event.id),
    ]
    await store.cases.save(document.changed(version=1), withdraw=[event])
    assert store.file.read("SELECT attempt FROM delayed") == [(2,)]
    await store.close()
