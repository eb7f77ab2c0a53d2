"""Where another program wants to be told of events, and each call that this makes."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.domain.document import Document

HookEvent = Literal["case.assigned", "case.held", "case.acted", "message.added"]


class Hook(Document):
    """An address that is told of events. `name` is that of the program's token, whose mandates say
    of which cases it may hear; without a good token of that name nothing is told."""

    collection: ClassVar[str] = "hooks"
    indexes: ClassVar[tuple[str, ...]] = ("name", "ended_at")

    name: str
    url: str
    events: tuple[HookEvent, ...]
    made_at: datetime
    ended_at: datetime | None = None


class HookCall(Document):
    """One event that one hook is owed. `event_id` stays the same however often it is told.

    created → told, or dropped when nobody may hear of it any more; given_up when it is a dead
    letter, which can be put back. `last_error` is a code of ours.
    """

    collection: ClassVar[str] = "calls"
    indexes: ClassVar[tuple[str, ...]] = ("hook_id", "state")

    hook_id: str
    event_id: str
    event: HookEvent
    at: datetime
    case_id: str
    reference: str
    state: Literal["created", "told", "dropped", "given_up"] = "created"
    attempts: int = 0
    last_error: str = ""
    told_at: datetime | None = None
