"""`recours outgoing release|retry|stop|done`: a person decides, and it is kept who did."""

from __future__ import annotations

from rich.console import Console

from services.commands.opened import with_backends
from services.commands.showing import notice_named
from services.desk.keeping_notice_acts import keep_act
from services.desk.notice_acts import Act
from shared.adapters.system_clock import SystemClock
from shared.errors import Refused
from shared.ports.store import Store
from shared.runtime.settings import Settings


def act_on_notice(
    act: Act, notice_id: str, settings: Settings, out: Console, *, by: str, done: str
) -> None:
    """Do the act and say so; raise Refused when the notice is not in a state for it."""
    if not by.strip():
        raise Refused("nobody", "--by must name who decides. Nothing was changed.")

    async def work(store: Store, _: object) -> None:
        notice = await notice_named(store, notice_id)
        await keep_act(act, notice, store, by=by.strip(), at=SystemClock().now())
        whom = f" to {notice.recipient}" if notice.recipient else ""
        out.print(f"{notice.id[:8]}{whom} {done}.", markup=False)

    with_backends(settings, work)
