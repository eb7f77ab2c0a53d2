"""Do something to the machinery, and keep who did it: before it is done, and how it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.desk.desk import Desk
from services.desk.operations.keeping_deeds import keep_deed
from services.desk.reception import Visitor
from shared.domain.document import new_id
from shared.domain.intervention import Deed, Intervention
from shared.errors import Refused
from shared.ports.query import AllOf, Condition, Query

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
    """Do something in the name of a visitor, and keep it as `keep_deed` says."""
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
    return await keep_deed(desk.store, begun, work)


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
