"""A case with all that belongs to it, and what its page tells: clock, flags, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from services.desk.marking import Piece, marked, numbers_in
from services.intake.standing import due_days
from shared.department import Department
from shared.domain.assignment import Candidate
from shared.domain.case import Case
from shared.domain.notice import Notice
from shared.domain.place import Evidence
from shared.domain.reading import Attachment, DocumentText, Flag, FlagName, Message
from shared.domain.remark import Remark
from shared.domain.unit import Unit
from shared.pages.days import Line, line_of_days

#: A case never grows without bound, and neither does its page; the rest is told as a number.
MOST_MESSAGES = 50
MOST_NOTICES = 50
MOST_REMARKS = 100
MOST_RELATED = 11
#: Words shown for one sign; the rest stand in the text.
MOST_WORDS = 5

MarkKind = Literal["", "late", "soon", "good"]


class Mark(NamedTuple):
    """A word about the case: its key, what stands in it, and how loud it is."""

    key: str
    kind: MarkKind = ""
    number: int = 0


class Happening(NamedTuple):
    """One line of the history: when, which sentence, and what stands in it."""

    at: datetime
    key: str
    about: str = ""


class Document(NamedTuple):
    """An attachment with the message that carries it, and what was understood of it."""

    message_id: str
    attachment: Attachment
    found: DocumentText | None

    @property
    def may_be_given(self) -> bool:
        """A document in which a virus was found is never handed on."""
        return self.found is None or self.found.state != "infected"


class Sign(NamedTuple):
    """A flag of the triage with all the words that led to it."""

    name: FlagName
    about: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything the page of a case shows. `reads` counts how often it was opened before."""

    case: Case
    messages: Sequence[Message]
    notices: Sequence[Notice]
    reads: int
    department: Department
    now: datetime
    remarks: Sequence[Remark] = ()
    related: Sequence[Case] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        decided = self.case.assignment or self.case.held
        return decided.evidence if decided else ()

    @property
    def pieces(self) -> list[Piece]:
        """The first message's own words, with the clues marked in them."""
        text = self.messages[0].reading.own_text if self.messages else ""
        return marked(text, self.evidence)

    @property
    def marked_numbers(self) -> frozenset[int]:
        return numbers_in(self.pieces)

    @property
    def unit(self) -> Unit | None:
        return self.department.units.get(self.case.unit_id or "")

    def _name_of(self, unit_id: str) -> str:
        unit = self.department.units.get(unit_id)
        return unit.name_fr if unit else unit_id

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions to light on the map: the one that was found, or those of the candidates."""
        assignment = self.case.assignment
        if assignment:
            region = assignment.region or (self.unit.region if self.unit else None)
            return (region,) if region else ()
        units = (self.department.units.get(each.unit_id) for each in self.candidates)
        return tuple(dict.fromkeys(unit.region for unit in units if unit and unit.region))

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.case.held.candidates if self.case.held and not self.case.assignment else ()

    @property
    def documents(self) -> list[Document]:
        return self._attachments(inline=False)

    @property
    def pictures(self) -> list[Document]:
        """Pictures inside the words, most of them logos: shown after the documents, folded."""
        return self._attachments(inline=True)

    def _attachments(self, *, inline: bool) -> list[Document]:
        return [
            Document(message.id, attachment, found.get(attachment.part))
            for message in self.messages
            for found in ({each.part: each for each in message.documents},)
            for attachment in message.reading.attachments
            if attachment.inline == inline
        ]

    @property
    def signs(self) -> list[Sign]:
        """What the words of the complaint point to, each once, with the words."""
        found: dict[FlagName, list[Flag]] = {}
        for each in self.case.flags:
            found.setdefault(each.name, []).append(each)
        return [
            Sign(
                name,
                about=tuple(dict.fromkeys(each.because for each in flags)),
                # Without words it is a person's own mark
                words=tuple(dict.fromkeys(each.words for each in flags if each.words))[:MOST_WORDS],
            )
            for name, flags in found.items()
        ]

    @property
    def contact_due(self) -> date | None:
        promised = due_days(self.department, self.case.received_at)
        return self.case.contact_due_on or (promised.contact_on if promised else None)

    @property
    def line(self) -> Line | None:
        """The clock of the case; none when it is closed."""
        promised = due_days(self.department, self.case.received_at)
        due = self.case.due_on or (promised.answer_on if promised else None)
        if due is None or self.case.state == "closed":
            return None
        calendar = self.department.calendar
        return line_of_days(
            calendar,
            start=calendar.day_of(self.case.received_at),
            due=due,
            today=calendar.day_of(self.now),
            contact=self.contact_due,
        )

    @property
    def acknowledged_at(self) -> datetime | None:
        sent = [
            notice.sent_at
            for notice in self.notices
            if notice.role == "complainant" and notice.arrived and notice.sent_at
        ]
        return min(sent, default=None)

    @property
    def flags(self) -> list[Mark]:
        """What a reader should know before anything else, loudest first."""
        flags = [*_clock_flags(self.line)]
        if self.case.tray != "ordinary":
            flags.append(Mark(f"tray_{self.case.tray}", "soon"))
        if any("encrypted_mail" in message.reading.defects for message in self.messages):
            flags.append(Mark("encrypted", "soon"))
        if any(notice.failure for notice in self.notices):
            flags.append(Mark("undelivered", "late"))
        if any(notice.state == "to_print" for notice in self.notices):
            flags.append(Mark("to_print", "soon"))
        if open_questions := sum(1 for one in self.remarks if one.waits_for):
            flags.append(Mark("asked", "soon", open_questions))
        flags += [Mark(f"sign_{sign.name}", "soon") for sign in self.signs]
        if self.case.complainant.kind == "legal":
            flags.append(Mark("legal"))
        if self.documents:
            flags.append(Mark("documents", "", len(self.documents)))
        return flags

    @property
    def history(self) -> list[Happening]:
        """What happened, newest first."""
        case = self.case
        told = [Happening(case.received_at, f"received_{case.channel}")]
        if case.held and not case.assignment:
            told.append(Happening(case.held.at, "held"))
        if case.assignment:
            unit = self._name_of(case.assignment.unit_id)
            told.append(Happening(case.assignment.at, "assigned", unit))
        told += [Happening(message.at, f"added_{message.channel}") for message in self.messages[1:]]
        told += [
            Happening(notice.sent_at, f"sent_{notice.kind}", notice.recipient)
            for notice in self.notices
            if notice.arrived and notice.sent_at and notice.way == "mail"
        ]
        told += [
            Happening(notice.created_at, "in_digest", notice.recipient)
            for notice in self.notices
            if notice.state == "in_digest"
        ]
        told += [
            Happening(refusal.at, "refused", self._name_of(refusal.unit_id))
            for refusal in case.refusals
        ]
        if case.contacted_by and case.contacted_at:
            told.append(Happening(case.contacted_at, "contacted"))
        told += [
            Happening(act.at, f"carried_{act.what}")
            for notice in self.notices
            for act in notice.acts
            if act.what in ("posted", "told")
        ]
        told += [
            Happening(notice.reported_at, f"report_{notice.report}", notice.recipient)
            for notice in self.notices
            if notice.reported_at and notice.report
        ]
        told += [Happening(act.at, f"act_{act.kind}", act.by) for act in case.acts]
        told += [Happening(one.at, f"remark_{one.kind}", one.by) for one in self.remarks]
        told += [Happening(move.at, f"moved_{move.how}", move.by) for move in case.moves]
        if case.set_aside:
            told.append(Happening(case.set_aside.at, "set_aside", case.set_aside.by))
        return sorted(told, key=lambda happening: happening.at, reverse=True)


def _clock_flags(line: Line | None) -> list[Mark]:
    if line is None:
        return []
    if line.late:
        return [Mark("late", "late", -line.left)]
    if line.left <= 3:
        return [Mark("soon", "soon", line.left)]
    if line.contact == line.today:
        return [Mark("contact_today", "soon")]
    return []
