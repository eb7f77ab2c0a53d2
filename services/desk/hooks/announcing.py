"""case.announced → one call for each hook that may hear of it."""

from __future__ import annotations

from services.desk.rights import rights_of
from services.desk.tokens import good_token
from shared.department import Department
from shared.domain.document import derived_id
from shared.domain.hook import Hook, HookCall
from shared.errors import Poison
from shared.events import CallRequested, CaseAnnounced, caused_by
from shared.ports.clock import Clock
from shared.ports.query import Equal, Query
from shared.ports.store import Store

MOST_HOOKS = 1000


async def announce_event(
    event: CaseAnnounced, *, store: Store, clock: Clock, department: Department
) -> None:
    """Save a call with its event for each hook; the same event makes the same calls."""
    wanting = [hook for hook in await live_hooks(store) if event.of in hook.events]
    if not wanting:
        return
    case = await store.cases.get(event.case_id)
    if case is None:
        raise Poison("case_not_found", f"case {event.case_id} of an event is not in the store")
    today = department.calendar.day_of(clock.now())
    for hook in wanting:
        token = await good_token(store, hook.name, today)
        if token and rights_of(token.as_account(), department, today).sees(case):
            await _owe(event, hook, case.reference, store)


async def live_hooks(store: Store) -> list[Hook]:
    return await store.hooks.find(Query(Equal("ended_at", None), sort="name", limit=MOST_HOOKS))


async def _owe(event: CaseAnnounced, hook: Hook, reference: str, store: Store) -> None:
    call = HookCall(
        id=derived_id("call", event.of_id, hook.id),
        hook_id=hook.id,
        event_id=event.of_id,
        event=event.of,
        at=event.at,
        case_id=event.case_id,
        reference=reference,
    )
    requested = CallRequested(id=caused_by(call.id, "requested"), at=event.at, call_id=call.id)
    await store.calls.add(call, emit=[requested])
