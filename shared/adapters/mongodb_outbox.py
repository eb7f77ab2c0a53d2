"""Events that were saved with documents and wait for the bus. Pure bookkeeping: no driver here.

The fast path hands over what this process has just saved; the sweep finds what a crash left. Both
remember where an event lies, so that clearing many costs one update per collection.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta

from shared.domain.document import instant
from shared.errors import Transient
from shared.events import Event
from shared.ports.clock import Clock

_log = logging.getLogger(__name__)

#: Events that wait for a relay in memory; more are left to the sweep, which reads them again.
MOST_FRESH = 20_000
#: Seconds in which confirmed events gather before their outboxes are cleared together; many are
#: cleared before that by the next save of their document, which costs nothing.
CLEAR_PAUSE = 1.0
#: Events whose place is kept; the place of a forgotten one is looked for when it is cleared.
MOST_PLACES = 100_000

#: (collection, id of the document that holds the event)
Place = tuple[str, str]
_NOWHERE: Place = ("", "")
Sweep = Callable[[str, int], Awaitable[list[tuple[str, Place, Event]]]]
#: collection → (document ids, event ids); "" for events whose place is not known
Clear = Callable[[str, list[str], list[str]], Awaitable[None]]


class MongoOutbox:
    """See `shared.ports.store.Outbox`."""

    def __init__(self, sweep: Sweep, clear: Clear, clock: Clock) -> None:
        self._sweep = sweep
        self._clear = clear
        self._clock = clock
        self._fresh: list[Event] = []
        self._news = asyncio.Event()
        self._places: dict[str, Place] = {}
        self._done: dict[Place, list[str]] = {}
        self._clearing: asyncio.Task[None] | None = None

    def saved(self, place: Place, events: Sequence[Event]) -> None:
        """Take note of events whose document has just been saved."""
        if not events or len(self._fresh) >= MOST_FRESH:
            return
        self._remember((event, place) for event in events)
        self._fresh.extend(events)
        self._news.set()

    async def fresh(self) -> list[Event]:
        await self._news.wait()
        self._news.clear()
        events, self._fresh = self._fresh, []
        return events

    async def waiting(self, *, older_than_seconds: float, limit: int) -> list[Event]:
        before = self._clock.now() - timedelta(seconds=older_than_seconds)
        found = await self._sweep(instant(before), limit)
        found.sort(key=lambda entry: entry[0])
        self._remember((event, place) for _, place, event in found[:limit])
        return [event for _, _, event in found[:limit]]

    def _remember(self, entries: Iterable[tuple[Event, Place]]) -> None:
        if len(self._places) > MOST_PLACES:
            self._places.clear()
        for event, place in entries:
            self._places[event.id] = place

    async def clear(self, events: Sequence[Event]) -> None:
        for event in events:
            place = self._places.pop(event.id, _NOWHERE)
            self._done.setdefault(place, []).append(event.id)
        if self._done and self._clearing is None:
            self._clearing = asyncio.get_running_loop().create_task(self._clear_soon())

    def take_done(self, place: Place) -> list[str]:
        """Return the confirmed events of a document that is about to be saved, and forget them."""
        return self._done.pop(place, [])

    async def finish(self) -> None:
        """Forget what is confirmed at once; what cannot be forgotten is published again."""
        if self._clearing is not None:
            self._clearing.cancel()
            await asyncio.wait([self._clearing])
        await self._clear_done()

    async def _clear_soon(self) -> None:
        try:
            while self._done:
                await asyncio.sleep(CLEAR_PAUSE)
                await self._clear_done()
        finally:
            self._clearing = None

    async def _clear_done(self) -> None:
        done, self._done = self._done, {}
        by_collection: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for (collection, document_id), event_ids in done.items():
            documents, events = by_collection[collection]
            documents.append(document_id)
            events.extend(event_ids)
        for collection, (documents, events) in by_collection.items():
            try:
                await self._clear(collection, documents, events)
            except Transient as error:
                _log.warning("outbox not cleared, the sweep will", extra={"code": error.code})
