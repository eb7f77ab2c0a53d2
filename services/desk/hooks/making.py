"""Hooks: made for a program that has a token, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import get_args

from services.desk.hooks.reach import Reach
from services.desk.tokens import good_token
from shared.domain.document import new_id
from shared.domain.hook import Hook, HookEvent
from shared.errors import Conflict, Refused
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store

EVENTS: tuple[HookEvent, ...] = get_args(HookEvent)


async def make_hook(
    store: Store,
    name: str,
    url: str,
    events: Sequence[str],
    now: datetime,
    *,
    reach: Reach,
    today: date,
) -> Hook:
    """Return a new hook, for all events when none is named; raise Refused in words."""
    wrong = set(events) - set(EVENTS)
    if wrong:
        raise Refused("no_such_event", f"{', '.join(sorted(wrong))}: they are {', '.join(EVENTS)}.")
    reach.refuse(url)
    token = await good_token(store, name, today)
    if token is None:
        raise Refused("no_such_token", f"{name} has no good token. `recours token make` first.")
    if any(one.url == url for one in await hooks_named(store, name)):
        raise Refused("hook_there", f"{name} has a hook at {url}. End it first.")
    hook = Hook(
        id=new_id(),
        name=token.name,
        url=url,
        events=tuple(one for one in EVENTS if not events or one in events),
        made_at=now,
    )
    return await store.hooks.save(hook)


async def end_hooks(store: Store, name: str, now: datetime) -> list[Hook]:
    """End the hooks of a program; what they are owed is not told any more."""
    live = await hooks_named(store, name)
    if not live:
        raise Refused("no_such_hook", f"{name} has no hook. `recours hook list`.")
    try:
        return [await store.hooks.save(one.changed(ended_at=now)) for one in live]
    except Conflict:
        raise Refused("changed_meanwhile", "Somebody changed this hook. Try again.") from None


async def hooks_named(store: Store, name: str) -> list[Hook]:
    """Return the hooks of a program that have not ended."""
    where = AllOf((Equal("name", name.strip()), Equal("ended_at", None)))
    return await store.hooks.find(Query(where, limit=1000))
