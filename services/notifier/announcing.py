"""An event of a case → case.announced, where a hook asks for it.

Almost every department has no hook, or one that asks for little: those events go on no queue but
the one they came from, and cost nothing more.
"""

from __future__ import annotations

import asyncio

from shared.errors import Transient
from shared.events import (
    CaseActed,
    CaseAnnounced,
    CaseAssigned,
    CaseHeld,
    MessageAdded,
    caused_by,
)
from shared.ports.bus import Bus
from shared.ports.query import Equal, Query
from shared.ports.store import Store

#: Seconds for which it is known what hooks ask for. One that was just made hears of what happens
#: from then on.
LOOK_AGAIN = 1.0
MOST_HOOKS = 1000


class Announcer:
    """Passes on to the desk what a hook asks for; the desk knows who may hear of which case."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._wanted: frozenset[str] = frozenset()
        self._look_at = float("-inf")
        self._looking = asyncio.Lock()

    async def announce(self, event: CaseAssigned | CaseHeld | CaseActed | MessageAdded) -> None:
        """Pass an event on, before its delivery ends; raise Transient when that fails.

        Nothing is saved with it: like a retry, it is a confirmed copy, and the same event passed
        on again makes the same calls.
        """
        if event.type not in await self._asked_for():
            return
        announced = CaseAnnounced(
            id=caused_by(event.id, "case.announced"),
            at=event.at,
            case_id=event.case_id,
            of=event.type,
            of_id=event.id,
        )
        if not await self._bus.publish([announced]):
            raise Transient("not_announced")

    async def _asked_for(self) -> frozenset[str]:
        """Return the types of events that hooks ask for. Of the many events that are in hand when
        it is time to look again, one looks and the others wait for it."""
        async with self._looking:
            loop = asyncio.get_running_loop()
            if loop.time() < self._look_at:
                return self._wanted
            hooks = await self._store.hooks.find(
                Query(Equal("ended_at", None), sort="name", limit=MOST_HOOKS)
            )
            self._wanted = frozenset(name for hook in hooks for name in hook.events)
            self._look_at = loop.time() + LOOK_AGAIN
        return self._wanted
