"""Figures for somebody, counted once for each round of facts and kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime

from services.desk.overview.facts import seen_by
from services.desk.overview.figures import Events, Figures, figures_of
from services.desk.overview.gathering import Gathering
from services.desk.overview.periods import Period
from services.desk.rights import Rights

#: Kept at once; the one unused for longest is forgotten first.
MOST_KEPT = 64
_Key = tuple[int, Period, date, Events, frozenset[str] | None]


@dataclass(slots=True)
class Counting:
    """Figures of one process. What may be counted for whom is decided in `seen_by` alone."""

    gathering: Gathering
    _kept: OrderedDict[_Key, Figures] = field(default_factory=OrderedDict)

    @property
    def at(self) -> datetime:
        """When the facts were gathered."""
        return self.gathering.at or self.gathering.clock.now()

    async def figures(
        self, rights: Rights, period: Period, as_of: date, events: Events = "counted"
    ) -> Figures:
        """Return the figures of a period that somebody may see."""
        facts = await self.gathering.facts()
        whose = None if rights.everywhere else rights.led
        key = (self.gathering.round, period, as_of, events, whose)
        if key not in self._kept:
            # In a thread: a tenth of a second and more in which doors of this process would wait
            self._kept[key] = await asyncio.to_thread(
                lambda: figures_of(seen_by(facts, rights), period, as_of, events=events)
            )
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]
