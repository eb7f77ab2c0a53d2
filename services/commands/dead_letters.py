"""List, show, put back, discard dead letters; the last two are kept with who did it, and logged."""

from __future__ import annotations

import getpass
import logging
from functools import partial

from rich.console import Console

from services.commands import listing
from services.commands.opened import with_backends
from services.desk.operations.keeping_deeds import keep_deed
from services.desk.operations.masking import masked
from shared.adapters.system_clock import SystemClock
from shared.domain.document import new_id
from shared.domain.intervention import SHELL, Deed, Intervention
from shared.errors import Refused
from shared.ports.bus import Bus
from shared.ports.store import Store
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


def requeue_dead(
    settings: Settings, out: Console, letter_id: str, *, by: str | None, because: str
) -> None:
    _end(settings, out, letter_id, "dead_requeue", by=by, because=because)


def discard_dead(
    settings: Settings, out: Console, letter_id: str, *, by: str | None, because: str
) -> None:
    _end(settings, out, letter_id, "dead_discard", by=by, because=because)


def _end(
    settings: Settings, out: Console, letter_id: str, deed: Deed, *, by: str | None, because: str
) -> None:
    """Put a dead letter back or discard it; kept with who, before it is done and as it ended."""
    name = _who(by)

    async def work(store: Store, bus: Bus) -> None:
        letter = await listing.dead_letter(bus, letter_id)
        begun = Intervention(
            id=new_id(),
            at=SystemClock().now(),
            account_id=SHELL,
            by=name,
            deed=deed,
            about=letter.id,
            because=because.strip(),
            queue=letter.queue,
            event=masked(letter).event_id,
        )
        end = bus.requeue_dead if deed == "dead_requeue" else bus.discard_dead
        kept = await keep_deed(store, begun, partial(end, letter.queue, letter.id))
        logged, said = _SAID[deed]
        _log.warning(logged, extra={"letter_id": letter.id, "queue": letter.queue})
        told = said.format(queue=letter.queue) if kept.result == "done" else "was gone already"
        out.print(f"{letter.id[:8]} {told}")

    set_up_logs(settings.log_level)
    with_backends(settings, work)


_SAID: dict[Deed, tuple[str, str]] = {
    "dead_requeue": ("dead letter put back", "is back on {queue}"),
    "dead_discard": ("dead letter discarded", "is discarded"),
}


def _who(by: str | None) -> str:
    """Return who acts: as said, else the user of the shell; raise Refused when nobody is known."""
    if by is not None and not by.strip():
        raise Refused("nobody", "--by must name who does it. Nothing was changed.")
    try:
        return by.strip() if by else getpass.getuser()
    except (OSError, KeyError):
        raise Refused("nobody", "This shell has no user: say --by NAME.") from None
