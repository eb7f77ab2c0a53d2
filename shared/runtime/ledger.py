"""The ledger: accepted = opened + added + noted + parked + waiting, proven at any time.

The sum holds by counting; what can go wrong is an outcome without what it promises. So every
envelope's outcome is checked against the case, message or notice it names, every case against
the notices it calls for, and every notice against being sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from shared.domain.case import Case
from shared.domain.document import Document, Value, instant
from shared.domain.envelope import Envelope
from shared.domain.notice import Notice
from shared.errors import RecoursError
from shared.events import (
    CaseAssigned,
    CaseHeld,
    CaseOpened,
    EnvelopeReceived,
    Event,
    caused_by,
    requested,
)
from shared.ports.bus import Bus
from shared.ports.query import AllOf, Condition, Equal, In, Query, Range
from shared.ports.store import Collection, Store

D = TypeVar("D", bound=Document)

PAGE = 500
#: Work this young is on its way, not lost.
SETTLED = timedelta(seconds=30)


class Difference(Value):
    """One id that does not add up, and why."""

    id: str
    because: str


class Ledger(Value):
    """Counts by outcome, and what does not add up."""

    accepted: int
    opened: int
    added: int
    noted: int
    parked: int
    waiting: int
    differences: tuple[Difference, ...]

    @property
    def adds_up(self) -> bool:
        parts = self.opened + self.added + self.noted + self.parked + self.waiting
        return self.accepted == parts and not self.differences


async def reckon(store: Store, *, now: datetime) -> Ledger:
    """Count and check every envelope and case older than SETTLED."""
    by_outcome = await store.envelopes.count_by("outcome_kind", AllOf(()))
    differences = [
        *[found async for found in _envelope_differences(store, now)],
        *[found async for found in _case_differences(store, now)],
        *[found async for found in _notice_differences(store, now)],
    ]
    return Ledger(
        accepted=await store.envelopes.count(AllOf(())),
        opened=by_outcome.get("opened", 0),
        added=by_outcome.get("added", 0),
        noted=by_outcome.get("noted", 0),
        parked=by_outcome.get("parked", 0),
        waiting=by_outcome.get("waiting", 0),
        differences=tuple(differences),
    )


async def repair(store: Store, bus: Bus, *, now: datetime) -> list[Event]:
    """Publish again, with the ids they had, the events of all work that never went on."""
    before = Range("received_at", below=_settled(now))
    events: list[Event] = [
        EnvelopeReceived(
            id=caused_by(envelope.id, "envelope.received"),
            at=envelope.received_at,
            envelope_id=envelope.id,
        )
        async for envelope in _pages(
            store.envelopes, AllOf([Equal("outcome_kind", "waiting"), before])
        )
    ]
    events += [event async for event in _case_events(store, now)]
    events += [event async for event in _notice_events(store, now)]
    confirmed = await bus.publish(events) if events else []
    if len(confirmed) != len(events):
        raise RecoursError("not_all_published", f"{len(confirmed)} of {len(events)} were taken")
    return events


async def _envelope_differences(store: Store, now: datetime) -> AsyncIterator[Difference]:
    where = Range("received_at", below=_settled(now))
    async for envelope in _pages(store.envelopes, where):
        if because := await _fault_of(envelope, store):
            yield Difference(id=envelope.id, because=because)


async def _fault_of(envelope: Envelope, store: Store) -> str:
    outcome = envelope.outcome
    if outcome is None:
        return "waiting longer than it should"
    if outcome.kind in ("opened", "added"):
        case = await store.cases.get(outcome.case_id or "")
        if case is None:
            return f"{outcome.kind}, but its case is not there"
        if envelope.id not in case.envelope_ids:
            return f"{outcome.kind}, but its case does not know it"
        if outcome.kind == "opened" and await store.messages.get(case.first_message_id) is None:
            return "opened, but its message is not there"
    return ""


async def _case_differences(store: Store, now: datetime) -> AsyncIterator[Difference]:
    where = Range("opened_at", below=_settled(now))
    async for case in _pages(store.cases, where):
        if case.state == "opened":
            yield Difference(id=case.id, because="neither assigned nor held")
        elif case.tray == "spam":
            continue  # nobody is told of each: the tray is cleared in bulk
        elif case.state != "closed" and not await _notices_of(case, store):
            yield Difference(id=case.id, because=f"{case.state}, but nobody was told")


async def _notices_of(case: Case, store: Store) -> int:
    return await store.notices.count(Equal("case_id", case.id))


async def _case_events(store: Store, now: datetime) -> AsyncIterator[Event]:
    async for difference in _case_differences(store, now):
        case = await store.cases.get(difference.id)
        if case is not None:
            yield _next_event(case)


def _next_event(case: Case) -> Event:
    opened = caused_by(case.id, "case.opened")
    if case.state == "opened":
        return CaseOpened(id=opened, at=case.opened_at, case_id=case.id)
    if case.state == "held":
        return CaseHeld(id=caused_by(opened, "case.held"), at=case.opened_at, case_id=case.id)
    return CaseAssigned(id=caused_by(opened, "case.assigned"), at=case.opened_at, case_id=case.id)


async def _notice_differences(store: Store, now: datetime) -> AsyncIterator[Difference]:
    async for notice in _stuck(store, now):
        yield Difference(id=notice.id, because=f"{notice.state}, but nobody sends it")


async def _notice_events(store: Store, now: datetime) -> AsyncIterator[Event]:
    async for notice in _stuck(store, now):
        yield requested(notice)


async def _stuck(store: Store, now: datetime) -> AsyncIterator[Notice]:
    """Yield notices that wait for an event; one that waits for its next try is `temporary`."""
    states = In("state", ["created", "sending"])
    where = AllOf([states, Range("created_at", below=_settled(now))])
    async for notice in _pages(store.notices, where):
        if notice.sending_at is None or notice.sending_at < now - SETTLED:
            yield notice


async def _pages(collection: Collection[D], where: Condition) -> AsyncIterator[D]:
    after = None
    while True:
        page: Sequence[D] = await collection.find(Query(where=where, after=after, limit=PAGE))
        for document in page:
            yield document
            # SQLite answers without a pause: doors of the same process must have their turn
            await asyncio.sleep(0)
        if len(page) < PAGE:
            return
        after = (page[-1].id, page[-1].id)


def _settled(now: datetime) -> str:
    return instant(now - SETTLED)
