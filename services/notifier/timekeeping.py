"""What time brings: open cases that are late, idle, unsorted, unread or soon due → alert notices.

Every process looks, at every round; the id of an alert follows from case, kind and occasion, so
whoever adds its notice first has claimed it. A round that is lost (a restart, a store that is away,
a clock that jumps) is made good by the next: what is owed follows from the day, not from rounds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.notifier.alerts import Alert, alert_for, alert_id
from services.notifier.composing import compose_alert
from services.notifier.letter import Letterhead
from services.notifier.notices import Owed
from services.notifier.telling import keep_letter
from shared.domain.document import instant
from shared.errors import Transient
from shared.ports.query import AllOf, Equal, In, Query, Range
from shared.runtime.logs import describe

if TYPE_CHECKING:
    from services.notifier.rendering import Renderer
    from shared.domain.case import Case, State
    from shared.domain.standards import Told
    from shared.ports.clock import Clock
    from shared.ports.store import Store
    from shared.runtime.doors import Doors

_log = logging.getLogger(__name__)

OPEN: tuple[State, ...] = ("opened", "held", "assigned")
#: Cases looked at in one go; a page takes some ten milliseconds.
PAGE = 100


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """What a round works with. `doors` are those of this process, which come first.

    `known` are alerts that are owed still and that the store has: they need not be asked for again.
    """

    store: Store
    clock: Clock
    head: Letterhead
    renderer: Renderer
    doors: Doors
    known: set[str] = field(default_factory=set)

    async def round(self) -> int:
        """Look at every open case once and keep the alerts that are owed; return how many.

        Raise Transient when the store does not answer; what was kept until then stays.
        """
        kept, due = 0, set[str]()
        async for cases in self._pages():
            async with self.doors.turn():
                kept += await self._look_at(cases, due)
        self.known.intersection_update(due)
        return kept

    async def _pages(self) -> AsyncIterator[Sequence[Case]]:
        """Yield open cases of earlier days by (state, id), which is an index; one opened today
        cannot be late yet, and there may be many."""
        today = self._midnight(self.clock.now())
        for state in OPEN:
            where = AllOf((Equal("state", state), Range("opened_at", below=today)))
            after: tuple[str, str] | None = None
            while True:
                cases = await self.store.cases.find(Query(where, after=after, limit=PAGE))
                yield cases
                if len(cases) < PAGE:
                    break
                after = (cases[-1].id, cases[-1].id)
                await asyncio.sleep(0)

    def _midnight(self, now: datetime) -> str:
        calendar = self.head.department.calendar
        zone = ZoneInfo(calendar.time_zone)
        start = datetime.combine(calendar.day_of(now), time(), zone)
        return instant(start.astimezone(UTC))

    async def _look_at(self, cases: Sequence[Case], due: set[str]) -> int:
        """Keep what is owed of a page of cases; add the ids of all that is owed to `due`."""
        now = self.clock.now()
        owed = {
            alert_id(case, alert, told): (case, alert, told)
            for case, alert in await self._alerts(cases, now)
            for told in alert.tell
        }
        due.update(owed)
        await self._remember([one for one in owed if one not in self.known])
        new = [(key, each) for key, each in owed.items() if key not in self.known]
        # All at once: the store then commits many of them together
        return sum(await asyncio.gather(*(self._tell(key, *each, now) for key, each in new)))

    async def _alerts(self, cases: Sequence[Case], now: datetime) -> list[tuple[Case, Alert]]:
        """Return the cases that call for an alert. Who has opened one is asked only where it
        matters."""
        department = self.head.department
        found = {case.id: alert_for(case, department, now, opened=False) for case in cases}
        unread = [case for case in cases if (one := found[case.id]) and one.kind == "unread"]
        for case in await self._opened(unread):
            found[case.id] = alert_for(case, department, now, opened=True)
        return [(case, alert) for case in cases if (alert := found[case.id])]

    async def _opened(self, cases: Sequence[Case]) -> list[Case]:
        """Return the cases that somebody has opened since their unit has them."""
        if not cases:
            return []
        where = In("case_id", [case.id for case in cases])
        reads = await self.store.reads.count_by("case_id", where)
        return [
            case
            for case in cases
            if reads.get(case.id) and (not case.moves or await self._reads_since_move(case))
        ]

    async def _reads_since_move(self, case: Case) -> int:
        since = instant(case.assignment.at) if case.assignment else None
        where = AllOf((Equal("case_id", case.id), Range("at", at_least=since)))
        return await self.store.reads.count(where)

    async def _remember(self, ids: list[str]) -> None:
        """Learn which of these the store has already."""
        if ids:
            found = await self.store.notices.find(Query(In("id", ids), limit=len(ids)))
            self.known.update(notice.id for notice in found)

    async def _tell(self, key: str, case: Case, alert: Alert, told: Told, now: datetime) -> bool:
        """Keep one alert, unless somebody has kept it or saved the case meanwhile: then the next
        round decides again. What is wrong with one case does not keep others waiting."""
        fresh = await self.store.cases.get(case.id)
        if fresh is None or fresh.version != case.version:
            return False
        office = told == "complaints_office"
        owed = Owed(alert.kind, key)
        try:
            letter = compose_alert(alert.kind, case, self.head, now, to_office=office)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other cases must be told of
            _log.error("alert not written", extra={"case_id": case.id, "reason": describe(error)})
            return False
        return await keep_letter(
            letter, owed, case, head=self.head, renderer=self.renderer, store=self.store, now=now
        )


async def keep_time(one_round: Callable[[], Awaitable[int]], *, every: float) -> None:
    """Make a round every so many seconds, until cancelled. What fails is tried at the next."""
    while True:
        try:
            kept = await one_round()
        except Transient as error:
            _log.warning("alerts must wait", extra={"code": error.code})
        except Exception as error:  # noqa: BLE001 - timekeeping that ends would be silent for ever
            _log.error("alerts failed", extra={"reason": describe(error)})
        else:
            if kept:
                _log.info("alerts kept", extra={"count": kept})
        await asyncio.sleep(every)
