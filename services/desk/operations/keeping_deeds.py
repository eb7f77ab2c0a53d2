"""Keep what somebody does to the machinery: before it is done, and how it ended."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from shared.domain.intervention import Intervention
from shared.errors import RecoursError
from shared.ports.store import Store

_log = logging.getLogger(__name__)


async def keep_deed(
    store: Store, begun: Intervention, work: Callable[[], Awaitable[bool]]
) -> Intervention:
    """Record the deed, do it, record how it ended. `work` returns False when there was nothing left
    to do it to.

    Raise Transient, with nothing done, when it cannot be recorded; what `work` raises is recorded
    and raised again.
    """
    kept = await store.interventions.save(begun)
    try:
        done = await work()
    except RecoursError as error:
        await store.interventions.save(kept.changed(result="failed", code=error.code))
        raise
    facts = {"kind": begun.deed, "letter_id": begun.about, "queue": begun.queue}
    _log.warning("intervention", extra=facts)
    return await store.interventions.save(kept.changed(result="done" if done else "gone"))
