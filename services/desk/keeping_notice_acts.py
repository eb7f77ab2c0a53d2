"""Save what a person decided about a notice, with the event that sends it."""

from __future__ import annotations

from datetime import datetime

from services.desk.notice_acts import Act
from shared.domain.notice import Notice
from shared.errors import Conflict, Refused
from shared.events import requested
from shared.ports.store import Store

_TRIES = 5


async def keep_act(act: Act, notice: Notice, store: Store, *, by: str, at: datetime) -> Notice:
    """Save what a person did with a notice, with the event that sends it where one is called for.

    Whatever was saved meanwhile is loaded and judged again: a notice that has got on the wire
    since is refused, not overwritten.
    """
    for _ in range(_TRIES):
        acted = act(notice, by, at)
        emit = [requested(acted)] if acted.state == "created" else []
        try:
            return await store.notices.save(acted, emit=emit)
        except Conflict:
            notice = await store.notices.get(notice.id) or notice
    raise Refused("busy", f"{notice.id[:8]} is being sent just now. Nothing was changed; try again")
