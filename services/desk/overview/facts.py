"""What figures need to know of a case: nothing of a person, and small enough to keep. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from sys import intern
from typing import NamedTuple

from services.desk.rights import Rights
from shared.department import Department
from shared.domain.clocks import due_days


class Values(NamedTuple):
    """What a store tells of a case: attributes of `Case` by their names, moments as text."""

    id: str
    opened_at: str
    acted_at: str | None
    received_at: str
    unit_id: str | None
    region: str | None
    channel: str
    language: str
    complainant_kind: str
    level: int
    due_on_text: str | None
    answered_at: str | None
    closed_at: str | None
    outcome: str | None
    motive: str | None
    waits: int
    event: str | None
    second_level: str | None
    satisfied: str | None
    satisfied_at: str | None
    tray: str


class Fact(NamedTuple):
    """One case. Days are local ones.

    `done` is when the answer left, or when the case was closed, whichever came first, and `days`
    how many business days after the receipt that was. `region` is where the person was served.
    `junk` is a mail that nobody has confirmed to be a complaint.
    """

    received: date
    unit: str | None
    region: str | None
    channel: str
    language: str
    complainant: str
    level: int
    due: date
    done: date | None
    days: int
    closed: date | None
    outcome: str | None
    motive: str | None
    stands: bool
    event: str | None
    went_up: bool
    satisfied: str | None
    satisfied_on: date | None
    junk: bool

    def closed_by(self, day: date) -> bool:
        return self.closed is not None and self.closed <= day

    def done_by(self, day: date) -> bool:
        return self.done is not None and self.done <= day


@dataclass(frozen=True, slots=True)
class Facts:
    """Makes facts. Days and words that many cases share are kept once: a third of the room."""

    department: Department
    _days: dict[date, date] = field(default_factory=dict)
    _words: dict[str | None, str | None] = field(default_factory=dict)

    def fact(self, told: Values) -> Fact:
        """Return what is counted of a case."""
        day, word = self._day, self._words.setdefault
        received = day(told.received_at)
        closed = max(day(told.closed_at), received) if told.closed_at else None
        answered = max(day(told.answered_at), received) if told.answered_at else None
        done = min(answered, closed) if answered and closed else answered or closed
        region = self._region(told)
        return Fact(
            received=received,
            unit=word(told.unit_id, told.unit_id),
            region=word(region, region),
            channel=intern(told.channel),
            language=intern(told.language),
            complainant=intern(told.complainant_kind),
            level=told.level,
            due=self._due(told),
            done=done,
            days=self.department.calendar.between(received, done) if done else 0,
            closed=closed,
            outcome=word(told.outcome, told.outcome),
            motive=word(told.motive, told.motive),
            stands=bool(told.waits),
            event=word(told.event or None, told.event or None),
            went_up=told.second_level is not None,
            satisfied=word(told.satisfied, told.satisfied),
            satisfied_on=day(told.satisfied_at) if told.satisfied_at else None,
            junk=told.tray in ("spam", "automatic") and told.unit_id is None,
        )

    def _day(self, moment: str) -> date:
        return self._shared(self.department.calendar.day_of(datetime.fromisoformat(moment)))

    def _due(self, told: Values) -> date:
        if told.due_on_text:
            return self._shared(date.fromisoformat(told.due_on_text))
        calendar, standards = self.department.calendar, self.department.standards
        received = datetime.fromisoformat(told.received_at)
        return self._shared(due_days(calendar, standards, received).answer_on)

    def _region(self, told: Values) -> str | None:
        if told.region:
            return told.region
        unit = self.department.units.get(told.unit_id or "")
        # The complaints office stands in one region and serves all of them
        return unit.region if unit and unit.kind != "complaints_office" else None

    def _shared(self, day: date) -> date:
        return self._days.setdefault(day, day)


def seen_by(facts: Iterable[Fact], rights: Rights) -> list[Fact]:
    """Return the facts that somebody may count: all for the complaints office, those that their
    units must answer for a manager, none for anybody else."""
    if not rights.may("report"):
        return []
    if rights.everywhere:
        return list(facts)
    return [fact for fact in facts if fact.unit in rights.led]
