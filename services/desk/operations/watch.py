"""What one process of the desk has seen of the system since it began. Nothing of it is stored."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from services.desk.operations.errand import Errand
from services.desk.operations.tables import Checked
from shared.errors import Transient
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.runtime.ledger import Ledger
from shared.runtime.logs import describe

_log = logging.getLogger(__name__)

#: Seconds between two looks at the queues, and how many looks are remembered: half an hour.
EVERY = 60.0
REMEMBERED = 31


@dataclass(frozen=True, slots=True)
class Sample:
    """What was on each queue at one moment, ready and waiting for a retry together."""

    at: datetime
    depths: dict[str, int]


@dataclass(slots=True)
class Watch:
    """Samples of the queues, and what the last look at ledger and tables found."""

    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    ledger: Errand[Ledger] = field(default_factory=Errand)
    tables: Errand[Checked] = field(default_factory=Errand)


async def sample(bus: Bus, clock: Clock, watch: Watch) -> None:
    """Look at the queues once; a broker that is away leaves a gap and no zero."""
    try:
        depths = await bus.depths()
    except Transient:
        return
    found = {depth.name: depth.ready + depth.waiting for depth in depths}
    watch.samples.append(Sample(clock.now(), found))


@asynccontextmanager
async def watching(bus: Bus, clock: Clock, watch: Watch) -> AsyncIterator[None]:
    """Look at the queues every minute until the block is left."""
    task = asyncio.get_running_loop().create_task(_sample_forever(bus, clock, watch))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await watch.ledger.stop()
        await watch.tables.stop()


async def _sample_forever(bus: Bus, clock: Clock, watch: Watch) -> None:
    while True:
        try:
            await sample(bus, clock, watch)
        except Exception as error:  # noqa: BLE001 - one bad look must not end all others
            _log.warning("queues not sampled", extra={"reason": describe(error)})
        await asyncio.sleep(EVERY)
