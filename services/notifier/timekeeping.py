"""What time brings: open cases that are late, idle, unsorted, unread … → alert notices.

Every process looks, at every round; the id of an alert follows from case, kind and occasion, so
whoever adds its notice first has claimed it. A round that is lost (a restart, a store that is away,
a clock that jumps) is made good by the next: what is owed follows from the day, not from rounds.
Many alerts to one recipient are claimed one by one and told together (`gathering.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, NamedTuple, get_args
from zoneinfo import ZoneInfo

from services.notifier.alerts import Alert, alert_for, alert_id, in_hours
from services.notifier.composing import compose, compose_alert
from services.notifier.gathering import Gatherer
from services.notifier.letter import Letter, Letterhead
from services.notifier.notices import Owed, message_id_for
from services.notifier.receipts import repetitions, youngest
from services.notifier.telling import keep_letter, notice_of
from shared.domain.document import instant
from shared.domain.standards import AlertKind
from shared.errors import Transient
from shared.ports.query import AllOf, Equal, In, Query, Range
from shared.runtime.logs import describe
from shared.runtime.metrics import Metrics

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


class _Due(NamedTuple):
    """One alert that nobody has told yet. `mailbox` is "" for one that is always told alone."""

    owed: Owed
    case_id: str
    version: int
    to_office: bool
    mailbox: str


@dataclass(slots=True)
class _Found:
    """What a round has found: ids of all that is owed, what nobody has told yet and may wait for
    others, and how much of it is gathered already, by mailbox."""

    owed: set[str] = field(default_factory=set)
    waiting: list[_Due] = field(default_factory=list)
    gathered: Counter[str] = field(default_factory=Counter)


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
    metrics: Metrics = field(default_factory=Metrics)
    known: set[str] = field(default_factory=set)

    async def round(self) -> int:
        """Look at every open case once and keep the alerts that are owed; return how many.

        Raise Transient when the store does not answer; what was kept until then stays.
        """
        kept, found = 0, _Found()
        with self.metrics.timekeeping_seconds.time():
            async for cases in self._pages():
                async with self.doors.turn():
                    due = await self._due(cases, found)
                    kept += await self._tell_all([(one, False) for one in due if not one.mailbox])
                    found.waiting += [one for one in due if one.mailbox]
            self.known.intersection_update(found.owed)
            kept += await self._tell_by_mailbox(found)
        self.metrics.timekeeping_last.set(self.clock.now().timestamp())
        return kept

    async def _tell_by_mailbox(self, found: _Found) -> int:
        """Tell what may wait for others: one by one, or together where there is much. What another
        process gathers at this moment, or gathered before it died, counts too."""
        most, waiting = self.head.department.standards.one_by_one, found.waiting
        alerts = found.gathered + Counter(one.mailbox for one in waiting)
        kept = 0
        for start in range(0, len(waiting), PAGE):
            async with self.doors.turn():
                page = waiting[start : start + PAGE]
                kept += await self._tell_all([(one, alerts[one.mailbox] > most) for one in page])
        now = self.clock.now()
        if in_hours(self.head.department, now):  # what a crash left must not leave at night
            async with self.doors.turn():
                digests = await Gatherer(self.store, self.head, self.renderer).tell_gathered(now)
            self.metrics.alerts.labels("digest").inc(digests)
        return kept

    async def _pages(self) -> AsyncIterator[Sequence[Case]]:
        """Yield open cases of earlier days by (state, id), which is an index; one opened today
        cannot be late yet, and there may be many."""
        now = self.clock.now()
        below = max(self._midnight(now), instant(youngest(self.head.department, now)))
        for state in OPEN:
            where = AllOf((Equal("state", state), Range("opened_at", below=below)))
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

    async def _due(self, cases: Sequence[Case], found: _Found) -> list[_Due]:
        """Return what nobody has told yet of a page of cases, and note it in `found`."""
        now, department = self.clock.now(), self.head.department
        due = [
            self._alert_due(case, alert, told)
            for case, alert in await self._alerts(cases, now)
            for told in alert.tell
        ]
        due += [
            _Due(repetition, case.id, case.version, to_office=False, mailbox="")
            for case in cases
            for repetition in repetitions(case, department, now)
        ]
        found.owed.update(one.owed.notice_id for one in due)
        unknown = [one.owed.notice_id for one in due if one.owed.notice_id not in self.known]
        found.gathered.update(await self._remember(unknown))
        return [one for one in due if one.owed.notice_id not in self.known]

    def _alert_due(self, case: Case, alert: Alert, told: Told) -> _Due:
        department, to_office = self.head.department, told == "complaints_office"
        unit = department.units.get(case.unit_id or department.complaints_office)
        box = department.office().mailbox if to_office else unit.mailbox if unit else ""
        return _Due(
            Owed(alert.kind, alert_id(case, alert, told)),
            case.id,
            case.version,
            to_office,
            mailbox="" if case.is_sensitive else box.lower(),
        )

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

    async def _remember(self, ids: list[str]) -> list[str]:
        """Learn which of these the store has already; return the mailboxes of those gathered."""
        if not ids:
            return []
        found = await self.store.notices.find(Query(In("id", ids), limit=len(ids)))
        self.known.update(notice.id for notice in found)
        return [notice.recipient for notice in found if notice.state == "gathered"]

    async def _tell_all(self, alerts: Sequence[tuple[_Due, bool]]) -> int:
        """Tell alerts, each with whether it is to be told with others; return how many were."""
        now = self.clock.now()
        # All at once: the store then commits many of them together
        return sum(await asyncio.gather(*(self._tell(*each, now) for each in alerts)))

    async def _tell(self, due: _Due, together: bool, now: datetime) -> bool:
        """Keep one alert, unless somebody has kept it or saved the case meanwhile: then the next
        round decides again. What is wrong with one case does not keep others waiting."""
        case = await self.store.cases.get(due.case_id)
        if case is None or case.version != due.version:
            return False
        try:
            letter = self._letter(due, case, now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other cases must be told of
            _log.error("alert not written", extra={"case_id": case.id, "reason": describe(error)})
            return False
        told = await (self._gather if together else self._keep)(due.owed, letter, case, now)
        if told:
            self.metrics.alerts.labels(due.owed.kind).inc()
        return told

    def _letter(self, due: _Due, case: Case, now: datetime) -> Letter:
        for kind in get_args(AlertKind):
            if kind == due.owed.kind:
                return compose_alert(kind, case, self.head, now, to_office=due.to_office)
        return compose(due.owed.kind, case, self.head, now, recipient=due.owed.recipient)

    async def _keep(self, owed: Owed, letter: Letter, case: Case, now: datetime) -> bool:
        return await keep_letter(
            letter, owed, case, head=self.head, renderer=self.renderer, store=self.store, now=now
        )

    async def _gather(self, owed: Owed, letter: Letter, case: Case, now: datetime) -> bool:
        """Claim an alert without a mail of its own: a digest tells it."""
        message_id = message_id_for(owed.notice_id, self.head.keys, self.head.department)
        claim = notice_of(
            owed, letter, case, self.head, now, message_id=message_id, state="gathered"
        )
        return await self.store.notices.add(claim)


async def keep_time(
    one_round: Callable[[], Awaitable[int]], *, every: float, metrics: Metrics | None = None
) -> None:
    """Make a round every so many seconds, until cancelled. What fails is tried at the next."""
    rounds = (metrics or Metrics()).timekeeping_rounds
    while True:
        try:
            kept = await one_round()
        except Transient as error:
            rounds.labels("waiting").inc()
            _log.warning("alerts must wait", extra={"code": error.code})
        except Exception as error:  # noqa: BLE001 - timekeeping that ends would be silent for ever
            rounds.labels("failed").inc()
            _log.error("alerts failed", extra={"reason": describe(error)})
        else:
            rounds.labels("done").inc()
            if kept:
                _log.info("alerts kept", extra={"count": kept})
        await asyncio.sleep(every)
