"""What the notifier passes on to the desk for hooks: what one asks for, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from services.notifier import announcing
from services.notifier.announcing import Announcer
from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.hook import Hook, HookEvent
from shared.errors import Transient
from shared.events import CaseAnnounced, CaseAssigned, CaseHeld, Event
from shared.ports.query import Query
from tests.pages_samples import NOW, StoppedClock, store_in
from tests.saved_events import saved_events

ASSIGNED = CaseAssigned(id="e-1", at=NOW, case_id="c-1")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with store_in(tmp_path) as opened:
        assert isinstance(opened, SqliteStore)
        yield opened


def announcer_of(store: SqliteStore) -> Announcer:
    return Announcer(store, SqliteBus(store.file, StoppedClock()))


async def hook_for(store: SqliteStore, *events: HookEvent) -> Hook:
    hook = Hook(id="h", name="x", url="https://x.example/", events=events, made_at=NOW)
    return await store.hooks.save(hook)


async def test_without_hooks_nothing_goes_on_any_queue(store: SqliteStore) -> None:
    await announcer_of(store).announce(ASSIGNED)
    assert saved_events(store.file) == []


async def test_only_what_a_hook_asks_for_is_passed_on_under_the_same_id(store: SqliteStore) -> None:
    await hook_for(store, "case.assigned")
    announcer = announcer_of(store)
    await announcer.announce(ASSIGNED)
    await announcer.announce(ASSIGNED)
    await announcer.announce(CaseHeld(id="e-2", at=NOW, case_id="c-2"))
    first, second = saved_events(store.file)
    assert first == second
    assert isinstance(first, CaseAnnounced)
    assert (first.case_id, first.of, first.of_id, first.at) == (
        "c-1",
        "case.assigned",
        "e-1",
        NOW,
    )


async def test_of_many_events_at_once_one_looks_for_hooks(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    find = store.hooks.find

    async def slow_find(query: Query) -> list[Hook]:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return await find(query)

    monkeypatch.setattr(store.hooks, "find", slow_find)
    await hook_for(store, "case.assigned")
    announcer = announcer_of(store)
    many = [CaseAssigned(id=f"e-{n}", at=NOW, case_id=f"c-{n}") for n in range(20)]
    await asyncio.gather(*(announcer.announce(event) for event in many))
    assert looks == 1
    assert len(saved_events(store.file)) == 20


async def test_hooks_made_and_ended_are_seen_soon(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "LOOK_AGAIN", 0.0)
    announcer = announcer_of(store)
    await announcer.announce(ASSIGNED)
    hook = await hook_for(store, "case.assigned", "case.held")
    await announcer.announce(ASSIGNED)
    assert len(saved_events(store.file)) == 1
    await store.hooks.save(hook.changed(ended_at=NOW))
    await announcer.announce(CaseHeld(id="e-2", at=NOW, case_id="c-2"))
    assert len(saved_events(store.file)) == 1


async def test_what_could_not_be_passed_on_is_tried_again(store: SqliteStore) -> None:
    class Deaf(SqliteBus):
        async def publish(self, events: Sequence[Event]) -> list[Event]:
            return []

    await hook_for(store, "case.assigned")
    announcer = Announcer(store, Deaf(store.file, StoppedClock()))
    with pytest.raises(Transient):
        await announcer.announce(ASSIGNED)
