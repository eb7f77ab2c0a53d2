"""Save that a letter was posted or told: what it brings about in its case, then the notice."""

from __future__ import annotations

from services.desk.acting import Actor
from services.desk.carrying import carried
from services.desk.keeping_notice_acts import keep_act
from services.desk.notice_acts import Act
from shared.domain.notice import Notice
from shared.errors import Conflict, Refused
from shared.ports.store import Store

_TRIES = 5


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
