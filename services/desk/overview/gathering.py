"""The facts of all cases, gathered once and kept up: no page reads a hundred thousand cases.

A whole look at the store once a day, in small pieces that leave the loop to others; between them
only what can have changed: the cases that are open, and those with an act since the last look.
What moves in a closed case without an act (an answer about satisfaction) is in with the next day.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.desk.overview.facts import Fact, fact_of
from shared.department import Department
from shared.domain.case import Case
from shared.domain.document import instant
from shared.errors import RecoursError
from shared.ports.clock import Clock
from shared.ports.query import AllOf, Condition, Equal, Query, Range, index_value
from shared.ports.store import Store

log = logging.getLogger(__name__)

#: Cases read at a time: some milliseconds in which a door in the same process waits.
PIECE = 100
#: Older facts are still shown, and newer ones gathered meanwhile …
FRESH = timedelta(minutes=5)
#: … up to this age: then the page waits for them.
STALE = timedelta(minutes=30)
#: Clocks of several machines may differ by so much.
OVERLAP = timedelta(minutes=2)


@dataclass(slots=True)
class Gathering:
    """Keeps the facts of one process. `round` changes whenever they do."""

    store: Store
    clock: Clock
    department: Department
    round: int = 0
    at: datetime | None = None
    _facts: dict[str, Fact] = field(default_factory=dict)
    _whole_at: datetime | None = None
    _task: asyncio.Task[None] | None = None

    async def facts(self) -> list[Fact]:
        """Return the facts of all cases; raise Transient when there are none and the store is
        down."""
        age = self.clock.now() - self.at if self.at else None
        if age is None or age >= FRESH:
            task = self._start()
            if age is None or age >= STALE:
                await asyncio.shield(task)
        return list(self._facts.values())

    def _start(self) -> asyncio.Task[None]:
        """Begin to gather unless somebody has begun; a failure is told to who waits, and logged."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._gather())
            self._task.add_done_callback(_look_at)
        return self._task

    async def _gather(self) -> None:
        began, day_of = self.clock.now(), self.department.calendar.day_of
        if self._whole_at is None or self.at is None or day_of(self._whole_at) != day_of(began):
            # In the order of arrival, in which stores lie on disk: what comes in meanwhile is last
            self._facts = await self._read(Range("opened_at", at_least=""), sort="opened_at")
            self._whole_at = began
        since = instant((self.at or began) - OVERLAP)
        # After a whole look too, as that takes a while. Each of these is a walk along one index
        for state in ("opened", "held", "assigned"):
            self._facts |= await self._read(Equal("state", state))
        for moment in ("acted_at", "opened_at"):
            self._facts |= await self._read(Range(moment, at_least=since), sort=moment)
        self.at = began
        self.round += 1

    async def _read(self, where: Condition, sort: str = "id") -> dict[str, Fact]:
        found: dict[str, Fact] = {}
        query = Query(where, sort=sort, limit=PIECE)
        while True:
            cases = await self.store.cases.find(query)
            found |= {case.id: fact_of(case, self.department) for case in cases}
            if len(cases) < PIECE:
                return found
            query = _from(query, where, cases[-1])
            await asyncio.sleep(0)


def _from(query: Query, where: Condition, last: Case) -> Query:
    """Return the question for the piece after a case.

    The bound lets an index start there; `after` alone would walk over all that was read before.
    """
    value = index_value(getattr(last, query.sort))
    if query.sort != "id" and isinstance(value, str):
        where = AllOf((where, Range(query.sort, at_least=value)))
    return replace(query, where=where, after=(value, last.id))


def _look_at(task: asyncio.Task[None]) -> None:
    """Fetch the error of a task that nobody may wait for, and say what it was."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        reason = error.code if isinstance(error, RecoursError) else type(error).__name__
        log.warning("figures_not_gathered", extra={"reason": reason})
