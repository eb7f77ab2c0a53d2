"""`recours health`: store, bus, the addresses that should answer, and what their processes say."""

from __future__ import annotations

import asyncio

from services.commands.opened import with_backends
from shared.errors import RecoursError
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.runtime.answering import ask_doors
from shared.runtime.settings import Settings, split_address
from shared.runtime.watching import readiness

PATIENCE = 3.0
LONGEST_PAGE = 65_536


def ask_health(settings: Settings) -> dict[str, str]:
    """Return "ok", or a word for what is wrong, for each part."""

    async def work(store: Store, bus: Bus) -> dict[str, str]:
        return await readiness(store, bus)

    try:
        found = with_backends(settings, work)
    except RecoursError as error:
        found = {"store": error.code, "bus": "not_asked"}
    return {**found, **asyncio.run(ask_doors(settings)), **asyncio.run(_conditions(settings))}


async def _conditions(settings: Settings) -> dict[str, str]:
    """Return what the health pages of this machine say beyond "ready": of the relay, if a notifier
    runs in one of these processes."""
    pages = [one for one in (settings.desk_listen, settings.metrics_listen) if one]
    found: dict[str, str] = {}
    for text in await asyncio.gather(*map(_health_page, pages)):
        told = (line.partition(" ") for line in text.splitlines())
        found.update({part: state for part, _, state in told if part == "relay"})
    return found


async def _health_page(address: str) -> str:
    """Return the words of `/health/ready`, "" when nobody answers in time."""
    host, port = split_address(address)
    question = f"GET /health/ready HTTP/1.0\r\nHost: {host}\r\n\r\n"
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(question.encode())
            answer = await reader.read(LONGEST_PAGE)
            while piece := await reader.read(LONGEST_PAGE):
                answer += piece
    except (OSError, TimeoutError):
        return ""
    writer.close()
    return answer.partition(b"\r\n\r\n")[2].decode(errors="replace")
