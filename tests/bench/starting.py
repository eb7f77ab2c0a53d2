"""How long each service takes from `recours run …` to ready, and how much of it is importing."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass

from tests.bench.shapes import Shape, fleet_of, folder, servers_of
from tests.conftest import ROOT
from tests.fleet import SERVICES, Fleet
from tests.waiting import until

#: Seconds that a service may take on a busy machine.
MOST = 60.0


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the command to "ready", and of a process that only imports the service."""

    ready: float
    importing: float


async def starts(shape: Shape) -> dict[str, Start]:
    """Start each service of a shape alone, on its servers, then all parts together."""
    found: dict[str, Start] = {}
    with folder() as home, servers_of(shape, home) as servers:
        # Nobody listens at port 9: nothing is sent here.
        fleet = fleet_of(home, servers, relay_port=9, log_level="INFO")
        for name in (*SERVICES, "all") if shape == "embedded" else SERVICES:
            modules = SERVICES if name == "all" else (name,)
            importing = await _importing([f"services.{module}.serving" for module in modules])
            found[name] = Start(await _ready(fleet, name), importing)
    return found


async def _ready(fleet: Fleet, name: str) -> float:
    log = fleet.folder / f"{name}.log"
    began = time.monotonic()
    try:
        fleet.start(name)
        await until(lambda: log.exists() and '"ready"' in log.read_text(), MOST)
        return time.monotonic() - began
    finally:
        fleet.stop()


async def _importing(modules: list[str]) -> float:
    """Return seconds of a process that imports what `recours run` does, and ends."""
    wanted = ["services.cli", "services.commands.starting", *modules]
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import " + ", ".join(wanted), cwd=ROOT
    )
    await process.wait()
    return time.monotonic() - began
