"""call.requested → told, or tried again by the table of its queue, then a dead letter.

At least once: a crash between the receiver's answer and the save tells it a second time, with the
same event id.
"""

from __future__ import annotations

import logging
from collections import Counter

from services.desk.hooks.knocking import Knocker
from services.desk.hooks.signing import body_of, headers_of, secrets_of
from services.desk.tokens import good_token
from shared.department import Department
from shared.domain.hook import Hook, HookCall
from shared.domain.keys import Keys
from shared.errors import Conflict, Poison, Postponed, Transient
from shared.events import CallRequested
from shared.ports.clock import Clock
from shared.ports.store import Store

_log = logging.getLogger(__name__)

#: Calls of one hook in hand at once in this process: one that hangs leaves hands for the others.
MOST_AT_ONCE = 8
BUSY_SECONDS = 5.0
_ENDED = frozenset({"told", "dropped"})
_TRIES = 5


class Calls:
    """Tells hooks what they are owed."""

    def __init__(
        self, store: Store, clock: Clock, keys: Keys, department: Department, knocker: Knocker
    ) -> None:
        self._store = store
        self._clock = clock
        self._keys = keys
        self._department = department
        self._knocker = knocker
        self._in_hand: Counter[str] = Counter()

    async def call(self, event: CallRequested) -> None:
        """Tell one hook of one event; raise Transient when it must be tried again."""
        call = await self._store.calls.get(event.call_id)
        if call is None:
            raise Poison("call_not_found", f"call {event.call_id} of an event is not in the store")
        if call.state in _ENDED:
            return
        hook = await self._store.hooks.get(call.hook_id)
        if hook is None or not await self._may_still_hear(hook):
            await self._end(call, state="dropped")
            return
        if self._in_hand[hook.id] >= MOST_AT_ONCE:
            raise Postponed("hook_busy", seconds=BUSY_SECONDS)
        self._in_hand[hook.id] += 1
        try:
            await self._tell(call, hook)
        finally:
            self._in_hand[hook.id] -= 1

    async def give_up(self, event: CallRequested) -> None:
        """Note that nobody tries any more: the event is a dead letter."""
        call = await self._store.calls.get(event.call_id)
        if call is not None and call.state not in _ENDED:
            await self._end(call, state="given_up")
            _log.warning("call given up", extra={"call_id": call.id, "code": call.last_error})

    async def _tell(self, call: HookCall, hook: Hook) -> None:
        body = body_of(call)
        now = self._clock.now()
        headers = headers_of(call, body, secrets_of(hook, self._keys), now)
        tried = call.attempts + 1
        try:
            await self._knocker.knock(hook.url, body, headers)
        except Transient as error:
            await self._end(call, attempts=tried, last_error=error.code)
            raise
        told = {"state": "told", "told_at": now, "attempts": tried, "last_error": ""}
        await self._end(call, **told)

    async def _may_still_hear(self, hook: Hook) -> bool:
        today = self._department.calendar.day_of(self._clock.now())
        return hook.ended_at is None and bool(await good_token(self._store, hook.name, today))

    async def _end(self, call: HookCall, **fields: object) -> None:
        """Save what became of the call, over what the same event saved meanwhile."""
        for _ in range(_TRIES):
            try:
                await self._store.calls.save(call.changed(**fields))
            except Conflict:
                call = await self._store.calls.get(call.id) or call
                if call.state in _ENDED:
                    return
            else:
                return
        raise Transient("call_contended")
