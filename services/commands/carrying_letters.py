"""`recours outgoing done`: a letter was posted or told, and what it tells counts from now on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from rich.console import Console

from services.commands.opened import with_backends
from services.commands.showing import notice_named
from services.desk.acting import Actor
from services.desk.carrying import carried_at
from services.desk.keeping_letters import keep_carried
from services.desk.notice_acts import Act
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.errors import Refused
from shared.ports.store import Store
from shared.runtime.settings import Settings


def carry(
    act: Act,
    notice_id: str,
    settings: Settings,
    out: Console,
    *,
    by: str,
    how: str,
    on: date | None = None,
) -> None:
    """Record it, as of a day that has been if need be, and say what follows; raise Refused when no
    letter or call waits, or on a day on which there was none yet."""
    if not by.strip():
        raise Refused("nobody", "--by must name who did it. Nothing was changed.")
    department = load_department(settings.department)
    actor = Actor(by=by.strip(), at=SystemClock().now(), department=department)

    async def work(store: Store, _: object) -> None:
        notice = await notice_named(store, notice_id)
        at = carried_at(notice, on, actor) if on else actor.at
        said = await keep_carried(act, notice, store, replace(actor, at=at))
        out.print(f"{notice.id[:8]} is {how}.{' ' if said else ''}{said}", markup=False)

    with_backends(settings, work)
