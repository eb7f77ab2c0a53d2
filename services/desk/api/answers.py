"""The shapes in which other programs get cases; the interface is described by them."""

from __future__ import annotations

from datetime import date, datetime

from services.desk.acts import ActName, Field
from shared.domain.act import ActKind, Motive, Outcome
from shared.domain.assignment import HeldReason
from shared.domain.case import State, Tray
from shared.domain.document import Value
from shared.domain.envelope import Channel, ComplainantKind, Language
from shared.domain.notice import Failure, NoticeKind, NoticeState, RecipientRole, Way
from shared.domain.reading import DocumentState, FlagName, MessageKind
from shared.domain.remark import RemarkKind


class CaseLine(Value):
    """A case in a list. `days_left` are business days, negative when late, None without a day."""

    reference: str
    version: int
    state: State
    kind: MessageKind
    tray: Tray
    level: int
    channel: Channel
    language: Language
    received_at: datetime
    subject: str
    person: str
    unit: str | None
    taken_by: str
    flags: tuple[FlagName, ...]
    due_on: date | None
    days_left: int | None
    paused: bool


class CasePage(Value):
    """A page of a list. `total` counts all of it; `next` is the `after` of the next page."""

    cases: tuple[CaseLine, ...]
    total: int
    next: str | None


class Person(Value):
    """Who complains, and how they can be reached."""

    name: str
    organisation: str
    kind: ComplainantKind
    address: str | None
    phone: str
    postal_address: str


class Paper(Value):
    """A document of a message: what it is, and what became of reading it. `message` and `part` are
    its address, `type` is what its bytes show, `sha256` is over them. `inline` says that it stands
    inside the words, as logos do."""

    message: str
    part: str
    name: str
    type: str
    size: int
    sha256: str
    inline: bool
    state: DocumentState | None


class PaperPage(Value):
    """The documents of so many messages; `next` is the `after` of the page that follows."""

    documents: tuple[Paper, ...]
    next: str | None


class Word(Value):
    """A message in the person's own words; `cut` says that the original holds more."""

    id: str
    at: datetime
    channel: Channel
    own_text: str
    cut: bool
    documents: tuple[Paper, ...]


class Letter(Value):
    """A notice and what became of it."""

    id: str
    kind: NoticeKind
    role: RecipientRole
    way: Way
    state: NoticeState
    created_at: datetime
    sent_at: datetime | None
    failure: Failure | None


class Event(Value):
    """One line of the timeline, newest first; `what` is a short word, `about` what stands in it."""

    at: datetime
    what: str
    about: str


class Note(Value):
    """What people of the department said among themselves; `waits`: one asked by name has not
    answered yet."""

    at: datetime
    by: str
    kind: RemarkKind
    text: str
    to: str
    waits: bool


class Done(Value):
    """An act with the words that the person got."""

    kind: ActKind
    at: datetime
    by: str
    text: str
    day: date | None


class Possible(Value):
    """An act that this token may do with the case now, and the fields that it takes."""

    act: ActName
    fields: tuple[Field, ...]
    writes_to_the_person: bool


class Ended(Value):
    """How a case was closed."""

    at: datetime
    by: str
    outcome: Outcome
    motive: Motive


class CaseWhole(CaseLine):
    """A case with what belongs to it; the longest lists are cut, as on the page of the case.

    `held_because` is for the complaints office alone.
    """

    summary: str
    happened_on: date | None
    first_level: str | None
    second_level: str | None
    complainant: Person
    concerned_units: tuple[str, ...]
    held_because: HeldReason | None
    closing: Ended | None
    messages: tuple[Word, ...]
    notices: tuple[Letter, ...]
    notes: tuple[Note, ...]
    acts: tuple[Done, ...]
    timeline: tuple[Event, ...]
    possible: tuple[Possible, ...]


class Acted(Value):
    """A case after an act; `second_level` is the reference of the case that it went up as."""

    reference: str
    version: int
    state: State
    second_level: str | None
