"""`recours ledger`."""

from __future__ import annotations

from rich.console import Console

from services.commands.listing import show_ledger
from services.commands.opened import with_backends
from shared.adapters.system_clock import SystemClock
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.runtime.ledger import reckon
from shared.runtime.ledger import repair as repair_ledger
from shared.runtime.settings import Settings


def reckon_ledger(settings: Settings, out: Console, *, repair: bool) -> int:
    """Print the ledger; return 1 when it does not add up. `repair` sends on what is stuck."""

    async def work(store: Store, bus: Bus) -> int:
        now = SystemClock().now()
        if repair:
            events = await repair_ledger(store, bus, now=now)
            out.print(f"{len(events)} events sent on again.")
        found = await reckon(store, now=now)
        show_ledger(out, found)
        return 0 if found.adds_up else 1

    return with_backends(settings, work)
