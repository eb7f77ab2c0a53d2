"""notice.failed → whoever can do something about it is told.

This is the one mail that may follow from what arrives at a return path of ours: to a unit or to
the complaints office, never to the address that failed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from services.notifier.letter import Letterhead
from services.notifier.telling import keep_letter
from services.notifier.undelivered import word_of
from shared.errors import Poison

if TYPE_CHECKING:
    from services.notifier.rendering import Renderer
    from shared.department import Department
    from shared.domain.keys import Keys
    from shared.events import NoticeFailed
    from shared.ports.clock import Clock
    from shared.ports.store import Store
    from shared.runtime.metrics import Metrics

_log = logging.getLogger(__name__)


async def tell_failure(
    event: NoticeFailed,
    *,
    store: Store,
    clock: Clock,
    department: Department,
    keys: Keys,
    renderer: Renderer,
    public_url: str,
    desk_url: str,
    metrics: Metrics,
) -> None:
    """Keep the letter about a notice that failed, unless it has come right since."""
    failed = await store.notices.get(event.notice_id)
    if failed is None:
        raise Poison("notice_not_found", f"notice {event.notice_id} of an event is not there")
    if failed.failure is None:
        return  # a person has tried again meanwhile
    case = await store.cases.get(failed.case_id)
    if case is None:
        raise Poison("case_not_found", f"case {failed.case_id} of a notice is not in the store")
    metrics.undelivered.labels(failed.role, failed.failure).inc()
    if failed.role != "complainant":
        extra = {"notice_id": failed.id, "role": failed.role, "because": failed.failure}
        _log.error("a mailbox of ours cannot be reached", extra=extra)
    head = Letterhead(department, keys, public_url.rstrip("/"), desk_url.rstrip("/"))
    now = clock.now()
    word = word_of(failed, case, head, now)
    if word is not None:
        await keep_letter(
            word.letter, word.owed, case, head=head, renderer=renderer, store=store, now=now
        )
