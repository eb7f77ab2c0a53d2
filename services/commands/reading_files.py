"""`recours read`: what the reader finds, one JSON line a message, whatever the file holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from services.commands.json_lines import print_line
from services.commands.mail_files import MailFile, mail_files
from services.commands.understanding import Understood, envelope_of, understand
from services.intake.readers import Readers
from services.intake.reading import failed
from services.intake.reading.report import report
from services.intake.scanning import Tesseract, find_scanner
from shared.adapters.system_clock import SystemClock
from shared.department import Addresses, load_addresses
from shared.domain.reading import Triage
from shared.errors import Misconfigured
from shared.runtime.settings import Settings

#: Messages being read at once: enough to keep each child busy.
AT_ONCE = 8


def read_files(paths: Sequence[Path], settings: Settings) -> None:
    """Print one line for each message, in order; a line with defects for what cannot be read."""
    asyncio.run(_read_all(paths, settings))


async def _read_all(paths: Sequence[Path], settings: Settings) -> None:
    readers = Readers(max_workers=settings.readers)
    await readers.start()
    scanner = await find_scanner() if settings.scans == "auto" else None
    read = partial(_read_one, readers, scanner, _addresses(settings))
    waiting: list[tuple[str, asyncio.Task[Understood]]] = []
    try:
        for file in mail_files(paths, missing=True):
            waiting.append((file.name, asyncio.ensure_future(read(file))))
            if len(waiting) >= AT_ONCE:
                await _print(waiting.pop(0))
        for one in waiting:
            await _print(one)
    finally:
        await readers.close()


async def _read_one(
    readers: Readers, scanner: Tesseract | None, addresses: Addresses | None, file: MailFile
) -> Understood:
    if file.raw is None:
        return Understood(failed(b"", "file_unreadable"), (), Triage())
    return await understand(
        file.raw,
        envelope_of(file.raw, "", (), SystemClock().now()),
        mail_from=None,
        readers=readers,
        scanner=scanner,
        addresses=addresses,
    )


async def _print(one: tuple[str, asyncio.Task[Understood]]) -> None:
    name, task = one
    understood = await task
    print_line(report(name, understood.reading, understood.triage, understood.documents))


def _addresses(settings: Settings) -> Addresses | None:
    """Reading needs no department; without its tables no domain is our own."""
    try:
        return load_addresses(settings.department)
    except Misconfigured:
        return None
