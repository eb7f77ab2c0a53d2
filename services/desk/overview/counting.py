"""Figures for somebody, counted once for each round of facts and kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.desk.overview.facts import Fact, seen_by
from services.desk.overview.figures import Figures
from services.desk.overview.gathering import PAUSE, Gathering
from services.desk.overview.periods import Period
from services.desk.overview.tallying import Events, Tally
from services.desk.rights import Rights

#: Kept at once; the one unused for longest is forgotten first.
MOST_KEPT = 64
#: Facts counted at a time: about three milliseconds in which others wait.
PIECE = 1000
_Key = tuple[int, Period, date, Events, frozenset[str] | None]


@dataclass(slots=True)
class Counting:
    """Figures of one process. What may be counted for whom is decided in `seen_by` alone."""

    gathering: Gathering
    _kept: OrderedDict[_Key, asyncio.Task[Figures]] = field(default_factory=OrderedDict)

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
            tally, seen = Tally(period, as_of, events), seen_by(facts, rights)
            self._kept[key] = asyncio.get_running_loop().create_task(_counted(tally, seen))
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        # Shielded: somebody else may wait for the same figures
        return await asyncio.shield(self._kept[key])


async def _counted(tally: Tally, facts: Sequence[Fact]) -> Figures:
    for first in range(0, len(facts), PIECE):
        tally.add(facts[first : first + PIECE])
        await asyncio.sleep(PAUSE)
    return tally.figures()
