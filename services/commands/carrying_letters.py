"""`recours outgoing done`: a letter was posted or told, and what it tells counts from now on."""

from __future__ import annotations

from rich.console import Console

from services.commands.acting_on_notices import Act, keep_act
from services.commands.opened import with_backends
from services.commands.showing import notice_named
from services.desk.acting import Actor
from services.desk.carrying import carried
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.domain.notice import Notice
from shared.errors import Conflict, Refused
from shared.ports.store import Store
from shared.runtime.settings import Settings

_TRIES = 5


def carry(act: Act, notice_id: str, settings: Settings, out: Console, *, by: str, how: str) -> None:
    """Record it and say what follows; raise Refused when no letter or call waits."""
    if not by.strip():
        raise Refused("nobody", "--by must name who did it. Nothing was changed.")
    department = load_department(settings.department)
    actor = Actor(by=by.strip(), at=SystemClock().now(), department=department)

    async def work(store: Store, _: object) -> None:
        notice = await notice_named(store, notice_id)
        said = await keep_carried(act, notice, store, actor)
        out.print(f"{notice.id[:8]} is {how}.{' ' if said else ''}{said}", markup=False)

    with_backends(settings, work)


async def keep_carried(act: Act, notice: Notice, store: Store, actor: Actor) -> str:
    """Save what it brings about in the case, then in the notice; return a word of it.

    Whoever stops between the two does it again: the case is changed once.
    """
    act(notice, actor.by, actor.at)  # refused before the case is touched
    said = await _keep_effect(notice, store, actor)
    await keep_act(act, notice, store, by=actor.by, at=actor.at)
    return said


async def _keep_effect(notice: Notice, store: Store, actor: Actor) -> str:
    for _ in range(_TRIES):
        case = await store.cases.get(notice.case_id)
        if case is None:
            return ""
        after, said = carried(case, notice, actor)
        if after is None:
            return said
        try:
            await store.cases.save(after)
        except Conflict:
            continue
        return said
    raise Refused("busy", "The case is being changed just now. Nothing was kept; try again.")
