"""A case: one complaint, from receipt to its end."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.domain.act import Act, Closing, Receipt, Satisfaction, SetAside
from shared.domain.assignment import Assignment, Held, Move, Refusal
from shared.domain.complainant import Complainant
from shared.domain.delays import Extension, Pause, running_pause
from shared.domain.document import Document
from shared.domain.envelope import Channel, ComplainantKind, Entered, Language
from shared.domain.reading import Flag, MessageKind
from shared.domain.words import search_words

#: Sorts after every day: a case whose day due is not set yet.
NO_DAY_YET = "9999-12-31"
#: From so many on, the complaints office must decide whose a case is.
REFUSALS = 2
#: What figures are counted from, beside what lists ask for: read by the hundred thousand, without
#: the cases themselves, and never asked for alone.
COUNTED = (
    "received_at",
    "channel",
    "language",
    "complainant_kind",
    "region",
    "answered_at",
    "closed_at",
    "outcome",
    "motive",
    "event",
    "second_level",
    "satisfied",
    "satisfied_at",
)

State = Literal["opened", "held", "assigned", "closed"]
Tray = Literal["ordinary", "automatic", "spam", "unreadable"]
#: Why a case is answered in its language. "unsure" is answered in both, "legal_person" in French
#: (C-11 section 16); "wrote" is the language of the message, "form" and "asked" are choices, and
#: "both" is what a person of the department chose for somebody who uses both.
LanguageGround = Literal["form", "wrote", "asked", "both", "unsure", "legal_person"]


class Case(Document):
    """Small by design: messages, notices and reads are documents of their own.

    `silent_because` names the rules that forbid an automatic acknowledgement; empty means that
    the person may be written to, at `acknowledge_to` (RFC 3834 section 4: the envelope sender).
    `first_message_id` is the message that opened the case. `kind` and `flags` are proposed from
    its words and say nothing that a person has not looked at. `forwarded_by` is the address of the
    colleague who handed the complaint in; complainant and receipt are then those of the original.
    `moves` tells each time that somebody gave the case to a unit, oldest first: a handful.
    `due_on` has ended pauses and more time in it. `acted_at` is when a person last did something,
    `contacted_at` when one of ours first got in touch (`contacted_by` when that was not by mail),
    `answered_at` when the answer left.
    `level` is 2 for a complaint that went up to the complaints office; `first_level` and
    `second_level` are the reference of the other one. `acts` are what persons did
    with it, oldest first. `taken_by` is the account that answers for it in its unit,
    `concerned_units` are units that may read it beside the one that has it, `event` what many
    complaints are about at once. `receipt` tells who received the alert of a sensitive case,
    `refusals` which units gave it back, oldest first. `entered` says who wrote down a complaint
    told aloud, `set_aside` who last found no complaint in it.
    """

    collection: ClassVar[str] = "cases"
    indexes: ClassVar[tuple[str, ...]] = (
        "reference",
        "opened_at",
        "state",
        "unit_id",
        "tray",
        "due_on_text",
        "to_answer_by",
        "taken_by",
        "waits",
        "acted_at",
        "level",
        "held_reason",
        "is_open",
        "refused_twice",
        *COUNTED,
    )
    keywords: ClassVar[tuple[str, ...]] = (
        "message_ids",
        "participants",
        "concerned_units",
        "flag_names",
    )
    #: What worklists are made of: of everybody or of a unit, in each order. What a list is narrowed
    #: by stands before the day, so that its cases lie beside one another, to be read and counted.
    compound: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("taken_by", "to_answer_by", "id"),
        ("waits", "to_answer_by", "id"),
        ("unit_id", "to_answer_by", "id"),
        ("unit_id", "taken_by", "to_answer_by", "id"),
        ("unit_id", "waits", "to_answer_by", "id"),
        ("is_open", "opened_at", "id"),
        ("unit_id", "is_open", "opened_at", "id"),
        ("is_open", "acted_at", "id"),
        ("refused_twice", "opened_at", "id"),
    )
    not_alone: ClassVar[tuple[str, ...]] = (
        "unit_id",
        "tray",
        "due_on_text",
        "taken_by",
        "waits",
        "acted_at",
        "level",
        "is_open",
        "refused_twice",
        *COUNTED,
    )
    searched: ClassVar[bool] = True

    reference: str
    opened_at: datetime
    received_at: datetime
    channel: Channel
    complainant: Complainant
    language: Language = "fr"
    language_confidence: float = 1.0
    subject: str = ""
    summary: str = ""
    addressees: tuple[str, ...] = ()
    office_chosen: str | None = None
    happened_on: date | None = None
    kind: MessageKind = "complaint"
    flags: tuple[Flag, ...] = ()
    forwarded_by: str = ""
    first_message_id: str = ""
    envelope_ids: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    linked_case_ids: tuple[str, ...] = ()
    claims_reference: str | None = None
    state: State = "opened"
    tray: Tray = "ordinary"
    acknowledge_to: str | None = None
    silent_because: tuple[str, ...] = ()
    documents: int = 0
    assignment: Assignment | None = None
    held: Held | None = None
    moves: tuple[Move, ...] = ()
    contact_due_on: date | None = None
    due_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    acted_at: datetime | None = None
    contacted_at: datetime | None = None
    contacted_by: str = ""
    answered_at: datetime | None = None
    policy_version: str = ""
    language_ground: LanguageGround | None = None
    level: int = 1
    first_level: str | None = None
    second_level: str | None = None
    taken_by: str | None = None
    taken_by_name: str = ""
    concerned_units: tuple[str, ...] = ()
    event: str | None = None
    entered: Entered | None = None
    acts: tuple[Act, ...] = ()
    closing: Closing | None = None
    past_closings: tuple[Closing, ...] = ()
    satisfaction: Satisfaction | None = None
    receipt: Receipt | None = None
    refusals: tuple[Refusal, ...] = ()
    set_aside: SetAside | None = None

    @property
    def is_sensitive(self) -> bool:
        return any(flag.name == "sensitive" for flag in self.flags)

    @property
    def awaits_receipt(self) -> bool:
        """Whether it was told as sensitive, and nobody has confirmed that they received it.

        A second level is not told as such, nor what was marked as spam.
        """
        told = self.is_sensitive and self.level == 1 and self.tray != "spam"
        return told and self.state != "closed" and self.receipt is None

    @property
    def refused_by(self) -> tuple[str, ...]:
        """The units that said that it is not theirs, each once."""
        return tuple(dict.fromkeys(refusal.unit_id for refusal in self.refusals))

    @property
    def times_refused(self) -> int:
        """How often a unit did not keep it: it refused, or a person took it from one for another.
        New rules refuse nothing."""
        return len(self.refusals) + len(self.taken_away)

    @property
    def taken_away(self) -> tuple[Move, ...]:
        """The moves by which a person took it from a unit for another, as they do after a telephone
        call."""
        return tuple(
            move
            for move in self.moves
            if move.how == "person" and move.from_unit and move.held_because != "refused"
        )

    @property
    def refused_twice(self) -> int | None:
        """1 for a case that waits to be sorted again because no unit kept it: two did not, or one
        did not twice. None for every other, and once somebody has it."""
        return 1 if self.state == "held" and self.times_refused >= REFUSALS else None

    @property
    def unit_id(self) -> str | None:
        return self.assignment.unit_id if self.assignment else None

    @property
    def region(self) -> str | None:
        """The region where the person was served, as far as the words say."""
        return self.assignment.region if self.assignment else None

    @property
    def complainant_kind(self) -> ComplainantKind:
        return self.complainant.kind

    @property
    def closed_at(self) -> datetime | None:
        return self.closing.at if self.closing else None

    @property
    def outcome(self) -> str | None:
        return self.closing.outcome if self.closing else None

    @property
    def motive(self) -> str | None:
        return self.closing.motive if self.closing else None

    @property
    def satisfied(self) -> str | None:
        return self.satisfaction.answer if self.satisfaction else None

    @property
    def satisfied_at(self) -> datetime | None:
        return self.satisfaction.at if self.satisfaction else None

    @property
    def held_reason(self) -> str | None:
        """Why a person must choose its unit; None for a case that waits for nobody's choice."""
        return self.held.reason if self.held and self.state == "held" else None

    @property
    def due_on_text(self) -> str | None:
        return self.due_on.isoformat() if self.due_on else None

    @property
    def lies_in_spam(self) -> bool:
        """Whether it waits in the tray of spam for somebody to look at it there."""
        return self.tray == "spam" and self.state != "closed" and self.assignment is None

    @property
    def to_answer_by(self) -> str | None:
        """The day due of a case that is not closed: worklists are made of it, and sorted by it.

        None for what lies in the tray of spam too: it has a list of its own, no clock and no alert.
        """
        if self.state == "closed" or self.lies_in_spam:
            return None
        return self.due_on_text or NO_DAY_YET

    @property
    def is_open(self) -> int | None:
        """0 when it is closed, 1 otherwise: an order that is not by the day due begins with it.

        None for what lies in the tray of spam, and for mail that was set aside: they would bury
        the complaints.
        """
        if self.lies_in_spam:
            return None
        if self.state != "closed":
            return 1
        return None if self.set_aside and self.tray in ("spam", "automatic") else 0

    @property
    def waits(self) -> int:
        """1 while its clock stands, 0 otherwise."""
        return 1 if running_pause(self.pauses) else 0

    @property
    def words(self) -> tuple[str, ...]:
        """Who complains, and how it begins; what they wrote is given when a message is kept."""
        who = self.complainant
        return search_words(who.name, who.organisation, self.subject, self.summary)

    @property
    def flag_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(flag.name for flag in self.flags))
