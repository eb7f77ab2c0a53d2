"""`recours send`: files in, answers of the door out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiosmtplib
from rich.console import Console
from rich.progress import Progress

from services.commands.handing_in import HandedIn, Handing, hand_in, prepared
from services.commands.mail_files import mail_files
from shared.department import load_addresses
from shared.errors import Refused
from shared.runtime.settings import Settings

#: One connection takes so many messages and makes room for the next.
BATCH = 200


def send_files(paths: Sequence[Path], settings: Settings, out: Console, *, to: str | None) -> int:
    """Send everything; print one line a message; return 1 when one was not kept."""
    addresses = load_addresses(settings.department)
    if to is not None and not addresses.owns(to):
        raise Refused("not_ours", f"{to} is not an address of the department. Nothing was sent.")
    messages = list(prepared(mail_files(paths), addresses, to=to))
    refused = 0
    with Progress(console=out, transient=True) as progress:
        task = progress.add_task("sending", total=len(messages))
        for start in range(0, len(messages), BATCH):
            batch = messages[start : start + BATCH]
            for answer in _send(batch, settings.smtp_listen):
                refused += answer.envelope_id is None
                progress.console.print(f"{answer.name}: {answer.reply}", markup=False)
            progress.advance(task, len(batch))
    out.print(f"{len(messages) - refused} of {len(messages)} kept.")
    return 1 if refused else 0


def _send(batch: list[Handing], door: str) -> list[HandedIn]:
    try:
        return asyncio.run(hand_in(batch, door))
    except (OSError, aiosmtplib.SMTPException):
        raise Refused(
            "no_door",
            f"Nothing answers at {door}. What was printed as kept is kept, the rest was not sent. "
            "Start it with `recours run`, or set RECOURS_SMTP_LISTEN.",
        ) from None
