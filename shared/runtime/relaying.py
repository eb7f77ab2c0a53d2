"""Carry saved events from the store's outbox to the bus, until the bus has confirmed them.

Two ways in: what this process just saved (at once), and a sweep for what a crash left or what was
kept for later. A relay that dies between publish and clear publishes again; handlers are made for
that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from shared.events import Event
from shared.ports.bus import Bus
from shared.ports.store import Outbox
from shared.runtime.doors import Doors
from shared.runtime.logs import describe
from shared.runtime.metrics import Metrics

_log = logging.getLogger(__name__)

#: Events that waited for SWEEP_AGE were left by a crash, or kept for later (`shared.ports.store`).
SWEEP_EVERY = 2.0
SWEEP_AGE = 5.0
SWEEP_LIMIT = 1000
#: Seconds for which events wait for a crowd at the doors to go, so that they leave in few groups.
#: Less than SWEEP_AGE: the sweep must not take them for ones that a crash left.
STAND_BACK = 2.0


async def relay(outbox: Outbox, bus: Bus, *, metrics: Metrics, doors: Doors | None = None) -> None:
    """Run until cancelled. `doors` are those of this process, which come first."""
    await asyncio.gather(
        _carry_fresh(outbox, bus, metrics, doors or Doors()),
        _sweep_forever(outbox, bus, metrics),
    )


async def sweep(outbox: Outbox, bus: Bus, *, metrics: Metrics, older_than: float) -> int:
    """Carry what waits longer than `older_than` seconds; return how many events."""
    events = await outbox.waiting(older_than_seconds=older_than, limit=SWEEP_LIMIT)
    return await _carry(events, outbox, bus, metrics) if events else 0


async def _carry_fresh(outbox: Outbox, bus: Bus, metrics: Metrics, doors: Doors) -> None:
    while True:
        await doors.calm(most=STAND_BACK)
        events = await outbox.fresh()
        try:
            await _carry(events, outbox, bus, metrics)
        except Exception as error:  # noqa: BLE001 - a relay that ends would delay all mail for ever
            # The events stay pending in the store; the sweep takes them when the bus is back.
            _log.warning("bus does not take events", extra={"reason": describe(error)})


async def _sweep_forever(outbox: Outbox, bus: Bus, metrics: Metrics) -> None:
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            while await sweep(outbox, bus, metrics=metrics, older_than=SWEEP_AGE) == SWEEP_LIMIT:
                pass
        except Exception as error:  # noqa: BLE001 - the same
            _log.warning("sweep must wait", extra={"reason": describe(error)})


async def _carry(events: Sequence[Event], outbox: Outbox, bus: Bus, metrics: Metrics) -> int:
    confirmed = await bus.publish(events)
    if confirmed:
        await outbox.clear(confirmed)
        metrics.relayed.inc(len(confirmed))
    return len(confirmed)
