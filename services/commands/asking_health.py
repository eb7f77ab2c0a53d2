"""`recours health`: store, bus, and the addresses that should answer."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from services.commands.opened import with_backends
from shared.errors import RecoursError
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.runtime.settings import Settings, split_address
from shared.runtime.watching import readiness

PATIENCE = 3.0


def ask_health(settings: Settings) -> dict[str, str]:
    """Return "ok", or a word for what is wrong, for each part."""

    async def work(store: Store, bus: Bus) -> dict[str, str]:
        return await readiness(store, bus)

    try:
        found = with_backends(settings, work)
    except RecoursError as error:
        found = {"store": error.code, "bus": "not_asked"}
    return {**found, **asyncio.run(_doors(settings))}


async def _doors(settings: Settings) -> dict[str, str]:
    doors = {
        "smtp": settings.smtp_listen,
        "web": settings.web_listen,
        "desk": settings.desk_listen,
    }
    states = await asyncio.gather(*(_answers(address) for address in doors.values()))
    return dict(zip(doors, states, strict=True))


async def _answers(address: str) -> str:
    host, port = split_address(address)
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return "no_answer"
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return "ok"
