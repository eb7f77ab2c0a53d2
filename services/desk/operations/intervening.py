"""Do something to the machinery, and keep who did it: before it is done, and how it ended."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from services.desk.desk import Desk
from services.desk.reception import Visitor
from shared.domain.document import new_id
from shared.domain.intervention import Deed, Intervention
from shared.errors import RecoursError, Refused
from shared.ports.query import AllOf, Condition, Query

_log = logging.getLogger(__name__)

LONGEST_REASON = 1_000
#: How many are shown on a page.
LATEST = 20


async def intervene(
    desk: Desk,
    visitor: Visitor,
    deed: Deed,
    about: str,
    work: Callable[[], Awaitable[bool]],
    *,
    because: str = "",
    queue: str = "",
    event: str = "",
) -> Intervention:
    """Record the deed, do it, record how it ended. `work` returns False when there was nothing left
    to do it to.

    Raise Transient, with nothing done, when it cannot be recorded; what `work` raises is recorded
    and raised again.
    """
    begun = Intervention(
        id=new_id(),
        at=desk.clock.now(),
        account_id=visitor.account.id,
        by=visitor.by,
        deed=deed,
        about=about,
        because=because,
        queue=queue,
        event=event,
    )
    kept = await desk.store.interventions.save(begun)
    try:
        done = await work()
    except RecoursError as error:
        await desk.store.interventions.save(kept.changed(result="failed", code=error.code))
        raise
    _log.warning("intervention", extra={"kind": deed, "letter_id": about, "queue": queue})
    return await desk.store.interventions.save(kept.changed(result="done" if done else "gone"))


def reason_typed(text: str) -> str:
    """Return why somebody intervenes; raise Refused for nothing, or for far too much."""
    if not text:
        raise Refused("no_because", "Say why.")
    if len(text) > LONGEST_REASON:
        raise Refused("because_long", f"More than {LONGEST_REASON} characters.")
    return text


async def latest(desk: Desk, where: Condition = AllOf(())) -> list[Intervention]:  # noqa: B008 - frozen
    """Return the newest interventions."""
    query = Query(where, sort="at", descending=True, limit=LATEST)
    return await desk.store.interventions.find(query)
