"""One row of the matrix: a stream of mail during which one part dies, several times."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.servers import Server
from shared.adapters.system_clock import SystemClock
from shared.ports.store import Store
from shared.runtime.ledger import SETTLED, Ledger, reckon
from tests.bench.shapes import Shape, fleet_of, folder, servers_of
from tests.fleet import Fleet
from tests.storm import Outcome, Storm, outcome, relay

#: Every part that can die, by shape; "embedded" is the one process.
PARTS: Mapping[Shape, Sequence[str]] = {
    "embedded": ("embedded",),
    "full": ("intake", "router", "notifier", "desk", "rabbitmq", "mongod"),
}
#: Where in the stream a part dies: shares of the way from the first mail to the last person told.
DEATHS = (0.1, 0.3, 0.5, 0.7, 0.9)
#: Characters of the logs, and ids that do not add up, that are shown when a row fails.
LAST_WORDS, IDS = 2000, 10


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one part's deaths."""

    shape: Shape
    part: str
    mails: int
    deaths: int
    found: Outcome
    ledger: Ledger
    seconds: float
    trouble: str
    logs: str

    @property
    def adds_up(self) -> bool:
        return self.ledger.adds_up and self.ledger.accepted == self.mails + self.ledger.added

    @property
    def passed(self) -> bool:
        return (
            not self.trouble
            and (self.found.cases, self.found.told) == (self.mails, self.mails)
            and self.found.doubled <= self.found.known_window
            and self.adds_up
        )

    def why(self) -> str:
        """Return what somebody needs who looks for the reason of a failure."""
        lines = [f"{one.id}: {one.because}" for one in self.ledger.differences[:IDS]]
        return "\n".join([self.trouble, *lines, self.logs])


async def soaked(shape: Shape, part: str, mails: int) -> Row:
    """Send `mails` through a shape on fresh data while `part` dies, and count what came of it."""
    with folder() as home, servers_of(shape, home) as servers:
        began = time.monotonic()
        async with relay() as taking:
            fleet = fleet_of(home, servers, relay_port=taking.port)
            storm = Storm(fleet, taking, mails)
            deaths, trouble = await _storm(storm, part, servers)
            seconds = time.monotonic() - began
        async with _store(servers, fleet.folder) as store:
            found = await outcome(storm, store)
            ledger = await reckon(store, now=SystemClock().now() + SETTLED)
        logs = fleet.logs()[-LAST_WORDS:]
    return Row(shape, part, mails, deaths, found, ledger, seconds, trouble, logs)


async def _storm(storm: Storm, part: str, servers: Mapping[str, Server]) -> tuple[int, str]:
    """Run the stream to its end; return how often the part died, and what did not come in time."""
    deaths = 0
    sending = None
    try:
        storm.fleet.start()
        await storm.fleet.ready()
        sending = storm.begin()
        for share in DEATHS:
            await storm.come(share)
            await _die(part, storm.fleet, servers)
            deaths += 1
        await sending
        async with _store(servers, storm.fleet.folder) as store:
            await storm.settle(store)
    except AssertionError as error:
        return deaths, str(error)
    finally:
        if sending is not None:
            sending.cancel()
            await asyncio.wait([sending])
        storm.fleet.stop()
    return deaths, ""


async def _die(part: str, fleet: Fleet, servers: Mapping[str, Server]) -> None:
    """Kill a part with -9 and start it again at once; mail goes on meanwhile."""
    if part in servers:
        await asyncio.to_thread(servers[part].kill)
        await asyncio.to_thread(servers[part].start)
    else:
        name = "all" if part == "embedded" else part
        await asyncio.to_thread(fleet.kill, name)
        fleet.start(name)


@asynccontextmanager
async def _store(servers: Mapping[str, Server], place: Path) -> AsyncIterator[Store]:
    store: Store
    if servers:
        from shared.adapters.mongodb_store import open_mongodb_store

        url = servers["mongod"].url.replace("/?", "/recours?")
        store = await open_mongodb_store(url, database="recours")
    else:
        from shared.adapters.sqlite_store import open_sqlite_store

        store = await open_sqlite_store(place / "recours.db")
    try:
        yield store
    finally:
        await store.close()
