"""Notices to units that came back for good, as the store has them."""

from __future__ import annotations

from collections.abc import Collection

from services.router.reach import Returned
from shared.department import Department
from shared.domain.document import instant
from shared.domain.notice import Notice
from shared.ports.query import Equal, Query
from shared.ports.store import Store

PAGE = 500


async def returned_notices(store: Store, department: Department) -> dict[str, Returned]:
    """Return how many notices to each unit's mailbox are undeliverable, and since when."""
    boxes = {unit.mailbox.lower() for unit in department.units.values()}
    found: dict[str, Returned] = {}
    after = None
    while True:
        query = Query(Equal("state", "permanent"), sort="created_at", after=after, limit=PAGE)
        notices = await store.notices.find(query)
        _count(notices, boxes, found, department)
        if len(notices) < PAGE:
            return found
        after = (instant(notices[-1].created_at), notices[-1].id)


def _count(
    notices: Collection[Notice],
    boxes: Collection[str],
    found: dict[str, Returned],
    department: Department,
) -> None:
    for notice in notices:
        box = notice.recipient.lower()
        if box in boxes and notice.role != "complainant":
            before = found[box].number if box in found else 0
            day = department.calendar.day_of(notice.sending_at or notice.created_at)
            found[box] = Returned(before + 1, day)
