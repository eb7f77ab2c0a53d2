"""The facts of all cases, gathered once and kept up: no page reads a hundred thousand cases.

A whole look at the store once a day, in small pieces that leave the loop to others; between them
only what can have changed: the cases that are open, and those with an act since the last look.
What moves in a closed case without an act (an answer about satisfaction) is in with the next day.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from services.desk.overview.facts import Fact, Facts, Values
from shared.department import Department
from shared.domain.document import instant
from shared.errors import Postponed, RecoursError
from shared.ports.clock import Clock
from shared.ports.query import Condition, Equal, Query, Range
from shared.ports.store import Store

log = logging.getLogger(__name__)

#: Cases told of at a time: some milliseconds in which a door in the same process waits.
PIECE = 200
#: Seconds between two pieces, longer than one takes: others have half of the time at least.
PAUSE = 0.005
#: Older facts are still shown, and newer ones gathered meanwhile …
FRESH = timedelta(minutes=5)
#: … up to this age: then the page waits for them.
STALE = timedelta(minutes=30)
#: Seconds that a page waits for facts, and when to ask again if they are not there by then.
PATIENCE, AGAIN = 15.0, 20.0
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
    _making: Facts = field(init=False)
    _facts: dict[str, Fact] = field(default_factory=dict)
    _whole_at: datetime | None = None
    _gathering: asyncio.Task[None] | None = None
    _renewing: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._making = Facts(self.department)

    async def facts(self) -> list[Fact]:
        """Return the facts of all cases, a little old at most.

        Raise Postponed when there are none yet and that takes longer than anybody waits for a
        page, and Transient when the store is down.
        """
        age = self.clock.now() - self.at if self.at else None
        if age is None or age >= FRESH:
            if _over(self._gathering):
                self._gathering = _begun(self._gather())
            if self._gathering and (age is None or age >= STALE):
                there = await _done_soon(self._gathering)
                if not there and age is None:
                    raise Postponed("figures_not_counted", seconds=AGAIN)
        another_day = self._whole_at and self._day(self._whole_at) != self._day(self.clock.now())
        if another_day and _over(self._renewing):
            # Nobody waits for this one: what it finds beyond the changes can come a minute later
            self._renewing = _begun(self._renew())
        return list(self._facts.values())

    async def settled(self) -> None:
        """Return when nothing is being gathered any more."""
        await asyncio.gather(*(task for task in (self._gathering, self._renewing) if task))

    def _day(self, moment: datetime) -> date:
        return self.department.calendar.day_of(moment)

    async def _gather(self) -> None:
        """Read what can have changed, and all when nothing was read yet."""
        began = self.clock.now()
        if self._whole_at is None:
            self._facts, self._whole_at = await self._read_all(), began
            await self._read_acts(began - OVERLAP)
        else:
            await self._read_open()
            await self._read_acts((self.at or began) - OVERLAP)
        self.at = began
        self.round += 1

    async def _renew(self) -> None:
        """Read all again, then what was acted on meanwhile; the rest is in with the next look."""
        began = self.clock.now()
        self._facts, self._whole_at = await self._read_all(), began
        await self._read_acts(began - OVERLAP)
        self.round += 1

    async def _read_all(self) -> dict[str, Fact]:
        # In the order of arrival, in which stores lie on disk: what comes in meanwhile is last
        return await self._read(Range("opened_at", at_least=""), sort="opened_at")

    async def _read_open(self) -> None:
        """Read what may have changed without an act. This is a walk along one index, as are the
        others."""
        for state in ("opened", "held", "assigned"):
            self._facts.update(await self._read(Equal("state", state)))

    async def _read_acts(self, since: datetime) -> None:
        for moment in ("acted_at", "opened_at"):
            acted = Range(moment, at_least=instant(since))
            self._facts.update(await self._read(acted, sort=moment))

    async def _read(self, where: Condition, sort: str = "id") -> dict[str, Fact]:
        found: dict[str, Fact] = {}
        query = Query(where, sort=sort, limit=PIECE)
        while True:
            rows = await self.store.cases.values(Values._fields, query)
            told = [Values(*row) for row in rows]  # type: ignore[arg-type]  # fields of `Values`
            found.update((one.id, self._making.fact(one)) for one in told)
            if len(told) < PIECE:
                return found
            query = _from(query, told[-1])
            await asyncio.sleep(PAUSE)


def _from(query: Query, last: Values) -> Query:
    """Return the question for the piece after a case.

    A range begins there: `after` alone would walk over all that was read before.
    """
    value, where = getattr(last, query.sort), query.where
    if isinstance(where, Range):
        where = replace(where, at_least=value)
    return replace(query, where=where, after=(value, last.id))


def _over(task: asyncio.Task[None] | None) -> bool:
    return task is None or task.done()


def _begun(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Begin; a failure is told to whoever waits, and logged."""
    task = asyncio.get_running_loop().create_task(work)
    task.add_done_callback(_look_at)
    return task


async def _done_soon(task: asyncio.Task[None]) -> bool:
    """Wait for a while, and tell whether it is done; if not, the work goes on."""
    done, _ = await asyncio.wait([task], timeout=PATIENCE)
    if done:
        task.result()
    return bool(done)


def _look_at(task: asyncio.Task[None]) -> None:
    """Fetch the error of a task that nobody may wait for, and say what it was."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        reason = error.code if isinstance(error, RecoursError) else type(error).__name__
        log.warning("figures not gathered", extra={"reason": reason})
