"""The facts that figures are counted from are the same in every store, after changes too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from services.desk.overview.gathering import FRESH, STALE, Gathering
from shared.errors import Transient
from shared.ports.query import Query
from shared.ports.store import Store
from tests.many_cases import drawn_cases, fact_of
from tests.pages_samples import NOW, StoppedClock, department

TABLES = department()


class Away:
    """A store that has no cases to give while it is away."""

    def __init__(self, store: Store) -> None:
        self._store, self.away = store, True

    def __getattr__(self, name: str) -> object:
        return self if name == "cases" else getattr(self._store, name)

    async def values(self, fields: Sequence[str], query: Query) -> object:
        if self.away:
            raise Transient("store_down")
        return await self._store.cases.values(fields, query)


async def test_every_case_is_one_fact(store: Store) -> None:
    cases = list(drawn_cases(5, 230))
    for case in cases:
        await store.cases.add(case)
    found = await Gathering(store, StoppedClock(), TABLES).facts()
    assert sorted(map(str, found)) == sorted(str(fact_of(case, TABLES)) for case in cases)


async def test_a_case_that_moved_or_was_closed_is_seen_without_reading_all_again(
    store: Store,
) -> None:
    clock = StoppedClock()
    for case in drawn_cases(5, 120):
        await store.cases.add(case)
    gathering = Gathering(store, clock, TABLES)
    await gathering.facts()
    closed = next(case for case in drawn_cases(5, 120) if case.closing)
    reopened = closed.changed(version=1, closing=None, state="assigned", acted_at=NOW)
    await store.cases.save(reopened)
    clock.at = NOW + STALE
    assert fact_of(reopened, TABLES) in await gathering.facts()
    assert fact_of(closed, TABLES) not in await gathering.facts()


async def test_a_store_that_is_away_is_said_once_there_is_nothing_to_show(store: Store) -> None:
    clock = StoppedClock()
    for case in drawn_cases(5, 20, first=date(2026, 4, 1)):
        await store.cases.add(case)
    away = Away(store)
    gathering = Gathering(away, clock, TABLES)  # type: ignore[arg-type]
    with pytest.raises(Transient):
        await gathering.facts()
    away.away = False
    assert len(await gathering.facts()) == 20
    away.away = True
    clock.at = NOW + FRESH
    assert len(await gathering.facts()) == 20
    clock.at = NOW + STALE
    with pytest.raises(Transient):
        await gathering.facts()
