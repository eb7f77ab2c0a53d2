"""All cases of a store, a page at a time, each with the messages that its routing needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from services.router.assigning import decide_from_store
from services.router.locating.gazetteer import Gazetteer
from shared.department import Department
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from shared.domain.document import instant
from shared.domain.reading import Message
from shared.ports.query import AllOf, Condition, Equal, In, Query, Range
from shared.ports.store import Store

#: Cases loaded at once, each with its first message of up to some MiB of text.
PAGE = 50
#: Messages of one case that are read again.
MOST_MESSAGES = 50


def opened_since(since: datetime | None) -> Condition:
    return Range("opened_at", at_least=instant(since)) if since else AllOf(())


async def past_cases(
    store: Store, *, since: datetime | None, page: int
) -> AsyncIterator[tuple[Case, Message | None]]:
    """Yield each case with its first message, oldest first; new ones that come meanwhile too."""
    after = None
    while True:
        query = Query(opened_since(since), sort="opened_at", after=after, limit=page)
        cases = await store.cases.find(query)
        first = await _first_messages(cases, store)
        for case in cases:
            yield case, first.get(case.first_message_id)
        if len(cases) < page:
            return
        after = (instant(cases[-1].opened_at), cases[-1].id)


async def _first_messages(cases: list[Case], store: Store) -> dict[str, Message]:
    ids = [case.first_message_id for case in cases if case.first_message_id]
    found = await store.messages.find(Query(In("id", ids), limit=len(ids))) if ids else []
    return {message.id: message for message in found}


async def decide_again(
    case: Case,
    first: Message | None,
    *,
    store: Store,
    department: Department,
    gazetteer: Gazetteer,
    at: datetime,
) -> Assignment | Held:
    """Return the decision of these tables, as if the case were opened today.

    Later messages are asked where the first leads an assigned case nowhere: their documents may
    have led it there.
    """
    messages = [first] if first else []
    decision = await decide_from_store(
        case, messages, store=store, department=department, gazetteer=gazetteer, at=at
    )
    if isinstance(decision, Assignment) or case.assignment is None:
        return decision
    query = Query(Equal("case_id", case.id), sort="at", limit=MOST_MESSAGES)
    later = await store.messages.find(query)
    if len(later) <= len(messages):
        return decision
    return await decide_from_store(
        case, later, store=store, department=department, gazetteer=gazetteer, at=at
    )
