"""What services tell each other: small frozen facts that carry ids only, and their encoding.

An event's id is derived from what caused it, so the same cause never makes a second event.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from shared.domain.document import Value, derived_id
from shared.domain.hook import HookEvent
from shared.domain.notice import Notice
from shared.errors import Poison


class _Fact(Value):
    id: str
    at: datetime


class EnvelopeReceived(_Fact):
    """A door has kept an envelope."""

    type: Literal["envelope.received"] = "envelope.received"
    envelope_id: str


class CaseOpened(_Fact):
    """A new case stands in the store; nobody has it yet."""

    type: Literal["case.opened"] = "case.opened"
    case_id: str


class MessageAdded(_Fact):
    """A message joined a case that was there before."""

    type: Literal["message.added"] = "message.added"
    case_id: str
    message_id: str


class ScanWanted(_Fact):
    """A message was kept that has documents which only a scanner can read."""

    type: Literal["scan.wanted"] = "scan.wanted"
    case_id: str
    message_id: str


class DocumentsRead(_Fact):
    """Documents of a message that was kept before have been read since."""

    type: Literal["documents.read"] = "documents.read"
    case_id: str
    message_id: str


class CaseAssigned(_Fact):
    """A unit has the case."""

    type: Literal["case.assigned"] = "case.assigned"
    case_id: str


class CaseHeld(_Fact):
    """A person must choose the unit."""

    type: Literal["case.held"] = "case.held"
    case_id: str


class CaseActed(_Fact):
    """A person of the department did something with a case; `act` is its place in `Case.acts`."""

    type: Literal["case.acted"] = "case.acted"
    case_id: str
    act: int


class CaseConsulted(_Fact):
    """A unit is asked about a case that another one has, or has answered such a question."""

    type: Literal["case.consulted"] = "case.consulted"
    case_id: str
    remark_id: str
    unit_id: str
    is_reply: bool = False


class NoticeRequested(_Fact):
    """A notice is written and waits to be sent."""

    type: Literal["notice.requested"] = "notice.requested"
    notice_id: str


class NoticeFailed(_Fact):
    """A notice did not reach its recipient; somebody must hear of it."""

    type: Literal["notice.failed"] = "notice.failed"
    notice_id: str


class CaseAnnounced(_Fact):
    """Something happened to a case that a hook asks for: the event `of`, by its type, and its id.

    `at` is the moment of that event.
    """

    type: Literal["case.announced"] = "case.announced"
    case_id: str
    of: HookEvent
    of_id: str


class CallRequested(_Fact):
    """Another program is to be told of an event; see `shared.domain.hook.HookCall`."""

    type: Literal["call.requested"] = "call.requested"
    call_id: str


Event = (
    EnvelopeReceived
    | CaseOpened
    | MessageAdded
    | ScanWanted
    | DocumentsRead
    | CaseAssigned
    | CaseHeld
    | CaseActed
    | CaseConsulted
    | NoticeRequested
    | NoticeFailed
    | CaseAnnounced
    | CallRequested
)

_ANY_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def caused_by(cause: str, what: str) -> str:
    """Return the id of the event named `what` that follows from `cause` (an id of ours)."""
    return derived_id("event", cause, what)


def requested(notice: Notice) -> NoticeRequested:
    """Return the event that has the notice sent. Each asking has an id of its own, always the same:
    what was asked before is void by then, wherever it still waits."""
    return NoticeRequested(
        id=caused_by(notice.id, notice.asked_by), at=notice.created_at, notice_id=notice.id
    )


def encode(event: Event) -> bytes:
    """Return the event as JSON in UTF-8."""
    return event.__pydantic_serializer__.to_json(event)


def decode(body: bytes) -> Event:
    """Return the event in `body`; raise Poison when it is not one. The text is never shown."""
    try:
        return _ANY_EVENT.validate_json(body)
    except ValidationError as error:
        raise Poison("undecodable_event", f"{error.error_count()} faults in an event") from None
