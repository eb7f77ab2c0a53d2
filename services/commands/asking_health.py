"""`recours health`: store, bus, and the addresses that should answer."""

from __future__ import annotations

import asyncio

from services.commands.opened import with_backends
from shared.errors import RecoursError
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.runtime.answering import ask_doors
from shared.runtime.settings import Settings
from shared.runtime.watching import readiness


def ask_health(settings: Settings) -> dict[str, str]:
    """Return "ok", or a word for what is wrong, for each part."""

    async def work(store: Store, bus: Bus) -> dict[str, str]:
        return await readiness(store, bus)

    try:
        found = with_backends(settings, work)
    except RecoursError as error:
        found = {"store": error.code, "bus": "not_asked"}
    return {**found, **asyncio.run(ask_doors(settings))}
