"""How the system does now, in figures: what the overview shows and the alerts are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.desk.desk import Desk
from shared.domain.document import instant
from shared.errors import Transient
from shared.ports.bus import Bus, QueueDepth
from shared.ports.query import AllOf, Equal, In, Query, Range
from shared.ports.store import Store
from shared.runtime.answering import ask_doors, ask_relay
from shared.runtime.watching import readiness

HOURS = 24
#: Events that are saved and not on the bus after so many seconds are late; the sweep takes them
#: after five.
CARRIED_AFTER = 30.0
MOST_UNCARRIED = 1000
#: Seconds for the bus to say how deep its queues are.
PATIENCE = 3.0
#: States of a notice that has not left and goes by itself.
ON_THE_WAY = ("created", "sending", "temporary")


@dataclass(frozen=True, slots=True)
class Hour:
    """What came in within an hour that began at `start`."""

    start: datetime
    received: int


@dataclass(frozen=True, slots=True)
class Sum:
    """The ledger's counts, not proven yet: that is what `recours ledger` does."""

    accepted: int
    parts: dict[str, int]

    @property
    def difference(self) -> int:
        return self.accepted - sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """`depths` is None while the bus does not answer; `oldest` is the moment of the oldest document
    that waits for a queue, where the store knows it; `health` is "ok" or our code, by part.
    `alone`: everything runs in this process, so what does not answer here answers nowhere."""

    now: datetime
    depths: list[QueueDepth] | None
    oldest: dict[str, datetime]
    sum: Sum
    notices: Mapping[str, int]
    health: dict[str, str]
    uncarried: int
    hours: list[Hour]
    alone: bool

    @property
    def dead(self) -> int:
        return sum(depth.dead for depth in self.depths or ())


async def load_figures(desk: Desk) -> Figures:
    """Return the figures of this moment; raise Transient when the store does not answer."""
    now, store = desk.clock.now(), desk.store
    depths, health, hours = await asyncio.gather(
        depths_of(desk.bus), _health(desk), _hours(store, now)
    )
    total, notices, oldest, uncarried = await asyncio.gather(
        _sum(store),
        store.notices.count_by("state", AllOf(())),
        _oldest(store),
        store.outbox.waiting(older_than_seconds=CARRIED_AFTER, limit=MOST_UNCARRIED),
    )
    alone = desk.settings is not None and desk.settings.embedded
    return Figures(now, depths, oldest, total, notices, health, len(uncarried), hours, alone)


async def depths_of(bus: Bus | None) -> list[QueueDepth] | None:
    """Return the depth of each queue, or None when the bus does not say it soon."""
    if bus is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return await bus.depths()
    except (Transient, TimeoutError):
        return None


async def _health(desk: Desk) -> dict[str, str]:
    found: dict[str, str] = {}
    if desk.bus is not None:
        found |= await readiness(desk.store, desk.bus)
    if desk.settings is not None:
        doors, relay = await asyncio.gather(ask_doors(desk.settings), ask_relay(desk.settings))
        # That this desk answers is seen by whoever reads it
        found |= {"smtp": doors["smtp"], "web": doors["web"], "relay": relay}
    return found


async def _sum(store: Store) -> Sum:
    counts = await store.envelopes.count_by("outcome_kind", AllOf(()))
    accepted = await store.envelopes.count(AllOf(()))
    kinds = ("opened", "added", "noted", "parked", "waiting")
    return Sum(accepted, {kind: counts.get(kind, 0) for kind in kinds})


async def _hours(store: Store, now: datetime) -> list[Hour]:
    this = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    starts = [this - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    counts = await asyncio.gather(
        *(
            store.envelopes.count(
                Range("received_at", instant(start), instant(start + timedelta(hours=1)))
            )
            for start in starts
        )
    )
    return [Hour(start, count) for start, count in zip(starts, counts, strict=True)]


class _Found(Protocol):
    async def __call__(self) -> datetime | None: ...


async def _oldest(store: Store) -> dict[str, datetime]:
    """Neither bus tells how old its first message is; the documents that wait for it do."""

    async def envelope() -> datetime | None:
        query = Query(Equal("outcome_kind", "waiting"), sort="received_at", limit=1)
        found = await store.envelopes.find(query)
        return found[0].received_at if found else None

    async def case() -> datetime | None:
        found = await store.cases.find(Query(Equal("state", "opened"), sort="opened_at", limit=1))
        return found[0].opened_at if found else None

    async def notice() -> datetime | None:
        query = Query(In("state", ON_THE_WAY), sort="created_at", limit=1)
        found = await store.notices.find(query)
        return found[0].created_at if found else None

    asked: dict[str, _Found] = {
        "intake.opening": envelope,
        "router.assigning": case,
        "notifier.sending": notice,
    }
    moments = await asyncio.gather(*(one() for one in asked.values()))
    return {name: at for name, at in zip(asked, moments, strict=True) if at is not None}
