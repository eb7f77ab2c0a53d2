"""`recours read`: what the reader finds, one JSON line a message, whatever the file holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from services.commands.json_lines import print_line
from services.commands.mail_files import MailFile, mail_files
from services.intake.children import Readers
from services.intake.reading import failed
from services.intake.reading.report import report
from shared.department import load_addresses
from shared.domain.reading import Reading
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
    domains = _own_domains(settings)
    waiting: list[tuple[str, asyncio.Task[Reading]]] = []
    try:
        for file in mail_files(paths, missing=True):
            task = asyncio.ensure_future(_read_one(readers, file, domains))
            waiting.append((file.name, task))
            if len(waiting) >= AT_ONCE:
                await _print(waiting.pop(0))
        for one in waiting:
            await _print(one)
    finally:
        await readers.close()


async def _read_one(readers: Readers, file: MailFile, domains: frozenset[str]) -> Reading:
    if file.raw is None:
        return failed(b"", "file_unreadable")
    return await readers.read(file.raw, mail_from=None, own_domains=domains)


async def _print(one: tuple[str, asyncio.Task[Reading]]) -> None:
    name, task = one
    print_line(report(name, await task))


def _own_domains(settings: Settings) -> frozenset[str]:
    """Reading needs no department; without its tables no domain is our own."""
    try:
        return load_addresses(settings.department).domains
    except Misconfigured:
        return frozenset()
