"""Which addresses of the system answer: asked by opening a connection and closing it again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shared.runtime.settings import Settings, split_address

PATIENCE = 3.0
#: Ports of a relay whose address names none (RFC 5321 section 4.5.4.2, RFC 8314 section 3.3).
RELAY_PORTS = {"smtp": 25, "smtps": 465}


async def ask_doors(settings: Settings) -> dict[str, str]:
    """Return "ok" or "no_answer" for each door, at the address that this process is set to."""
    doors = {
        "smtp": settings.smtp_listen,
        "web": settings.web_listen,
        "desk": settings.desk_listen,
    }
    states = await asyncio.gather(*(_answers(*split_address(one)) for one in doors.values()))
    return dict(zip(doors, states, strict=True))


async def ask_relay(settings: Settings) -> str:
    """Return "ok", "no_answer", or "no_folder" for a folder of mail that is not there yet.

    A process that sends nothing may have an address that is none: nobody answers there.
    """
    try:
        parts = urlsplit(settings.relay)
        host, port = parts.hostname or "", parts.port or RELAY_PORTS.get(parts.scheme, 0)
    except ValueError:
        return "no_answer"
    if parts.scheme == "file":
        folder = Path(unquote(parts.netloc + parts.path))
        return "ok" if await asyncio.to_thread(folder.is_dir) else "no_folder"
    return await _answers(host, port) if host else "no_answer"


async def _answers(host: str, port: int) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return "no_answer"
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return "ok"
