"""Letters and calls that nobody has posted or made → a mail to the unit that has the case.

A case can be closed by a letter, and the recourse is told only when that letter is posted. The
notice stands open as `to_print` for as long as it takes, and its unit is told again and again.
Each process looks; the id of the mail follows from the notice and the occasion, so one is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from services.notifier.composing import compose_alert
from services.notifier.letter import Letterhead
from services.notifier.notices import Owed
from services.notifier.telling import keep_letter
from shared.domain.calendar import Calendar
from shared.domain.document import derived_id
from shared.domain.notice import Notice
from shared.domain.standards import AlertRule, Told
from shared.ports.query import Equal, Query
from shared.runtime.logs import describe

if TYPE_CHECKING:
    from services.notifier.rendering import Renderer
    from shared.domain.case import Case
    from shared.ports.clock import Clock
    from shared.ports.store import Store
    from shared.runtime.doors import Doors

_log = logging.getLogger(__name__)

PAGE = 100


def occasion(rule: AlertRule, calendar: Calendar, since: date, today: date) -> int | None:
    """Return which reminder is due: 0 for the first, None for none yet."""
    waited = calendar.between(since, today) - rule.after_days
    if waited < 0:
        return None
    return waited // rule.again_days if rule.again_days else 0


@dataclass(frozen=True, slots=True)
class LetterKeeper:
    """What a round works with. `doors` are those of this process, which come first; `known` are
    mails that the store has already."""

    store: Store
    clock: Clock
    head: Letterhead
    renderer: Renderer
    doors: Doors
    known: set[str] = field(default_factory=set)

    async def round(self) -> int:
        """Look at every letter and call that waits; return how many mails were kept. Raise
        Transient when the store does not answer; what was kept until then stays."""
        rule = self.head.department.standards.alert("unposted")
        now, kept = self.clock.now(), 0
        if rule is None or not self._in_hours(now):
            return 0
        async for notices in self._pages():
            async with self.doors.turn():
                for notice in notices:
                    kept += await self._remind(notice, rule, now)
        return kept

    async def _pages(self) -> AsyncIterator[Sequence[Notice]]:
        after: tuple[str, str] | None = None
        while True:
            where = Equal("state", "to_print")
            notices = await self.store.notices.find(Query(where, after=after, limit=PAGE))
            yield notices
            if len(notices) < PAGE:
                return
            after = (notices[-1].id, notices[-1].id)
            await asyncio.sleep(0)

    async def _remind(self, notice: Notice, rule: AlertRule, now: datetime) -> int:
        calendar = self.head.department.calendar
        since = calendar.day_of(notice.created_at)
        number = occasion(rule, calendar, since, calendar.day_of(now))
        if number is None:
            return 0
        owed: dict[str, Told] = {
            derived_id("notice", notice.id, "unposted", str(number), told): told
            for told in rule.tell
        }
        new = {key: told for key, told in owed.items() if key not in self.known}
        if not new:
            return 0
        case = await self.store.cases.get(notice.case_id)
        kept = [await self._tell(key, told, case, since, now) for key, told in new.items() if case]
        return sum(kept)

    async def _tell(self, key: str, told: Told, case: Case, since: date, now: datetime) -> bool:
        office = told == "complaints_office"
        try:
            letter = compose_alert("unposted", case, self.head, now, to_office=office)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must be told of
            _log.error("alert not written", extra={"case_id": case.id, "reason": describe(error)})
            return False
        letter = replace(letter, values={**letter.values, "waiting_since": since})
        kept = await keep_letter(
            letter,
            Owed("unposted", key),
            case,
            head=self.head,
            renderer=self.renderer,
            store=self.store,
            now=now,
        )
        self.known.add(key)
        return kept

    def _in_hours(self, now: datetime) -> bool:
        calendar, standards = self.head.department.calendar, self.head.department.standards
        local = calendar.local(now)
        open_now = standards.opens <= local.time() < standards.closes
        return open_now and calendar.is_business_day(local.date())
