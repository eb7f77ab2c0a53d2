"""List, show, put back, discard dead letters; the last two are logged."""

from __future__ import annotations

import logging

from rich.console import Console

from services.commands import listing
from services.commands.opened import with_backends
from shared.ports.bus import Bus
from shared.runtime.logs import set_up_logs
from shared.runtime.settings import Settings

_log = logging.getLogger(__name__)


def list_dead(settings: Settings, out: Console, queue: str | None) -> None:
    async def work(_: object, bus: Bus) -> None:
        listing.show_dead(out, await listing.all_dead(bus, queue))

    with_backends(settings, work)


def show_dead(settings: Settings, out: Console, letter_id: str) -> None:
    async def work(_: object, bus: Bus) -> None:
        letter = await listing.dead_letter(bus, letter_id)
        out.print(f"id       {letter.id}")
        out.print(f"queue    {letter.queue}")
        out.print(f"died     {listing.local(letter.died_at)}, attempt {letter.attempt}")
        out.print(f"reason   {letter.reason}")
        out.print(f"message  {letter.body}", markup=False, highlight=False)

    with_backends(settings, work)


def requeue_dead(settings: Settings, out: Console, letter_id: str) -> None:
    async def work(_: object, bus: Bus) -> None:
        letter = await listing.dead_letter(bus, letter_id)
        done = await bus.requeue_dead(letter.queue, letter.id)
        _log.warning("dead letter put back", extra={"letter_id": letter.id, "queue": letter.queue})
        out.print(f"{letter.id[:8]} {'is back on ' + letter.queue if done else 'was gone already'}")

    set_up_logs(settings.log_level)
    with_backends(settings, work)


def discard_dead(settings: Settings, out: Console, letter_id: str) -> None:
    async def work(_: object, bus: Bus) -> None:
        letter = await listing.dead_letter(bus, letter_id)
        done = await bus.discard_dead(letter.queue, letter.id)
        _log.warning("dead letter discarded", extra={"letter_id": letter.id, "queue": letter.queue})
        out.print(f"{letter.id[:8]} {'is discarded' if done else 'was gone already'}")

    set_up_logs(settings.log_level)
    with_backends(settings, work)
