"""What figures need to know of a case: nothing of a person, and small enough to keep. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from services.desk.rights import Rights
from shared.department import Department
from shared.domain.act import Motive, Outcome, Satisfied
from shared.domain.case import Case
from shared.domain.clocks import due_days_of
from shared.domain.delays import running_pause


class Fact(NamedTuple):
    """One case. Days are local ones.

    `done` is when the answer left, or when the case was closed, whichever came first. `region` is
    where the person was served. `junk` is a mail that nobody has confirmed to be a complaint.
    """

    received: date
    unit: str | None
    region: str | None
    channel: str
    language: str
    level: int
    due: date
    done: date | None
    closed: date | None
    outcome: Outcome | None
    motive: Motive | None
    stands: bool
    event: str | None
    went_up: bool
    satisfied: Satisfied | None
    satisfied_on: date | None
    junk: bool

    def closed_by(self, day: date) -> bool:
        return self.closed is not None and self.closed <= day

    def done_by(self, day: date) -> bool:
        return self.done is not None and self.done <= day


def fact_of(case: Case, department: Department) -> Fact:
    """Return what is counted of a case."""
    calendar = department.calendar
    received = calendar.day_of(case.received_at)
    closing, said = case.closing, case.satisfaction
    closed = max(calendar.day_of(closing.at), received) if closing else None
    answered = max(calendar.day_of(case.answered_at), received) if case.answered_at else None
    return Fact(
        received=received,
        unit=case.unit_id,
        region=_region(case, department),
        channel=case.channel,
        language=case.language,
        level=case.level,
        due=case.due_on or due_days_of(case, calendar, department.standards).answer_on,
        done=min((day for day in (closed, answered) if day), default=None),
        closed=closed,
        outcome=closing.outcome if closing else None,
        motive=closing.motive if closing else None,
        stands=running_pause(case.pauses) is not None,
        event=case.event or None,
        went_up=case.second_level is not None,
        satisfied=said.answer if said else None,
        satisfied_on=calendar.day_of(said.at) if said else None,
        junk=case.tray in ("spam", "automatic") and case.assignment is None,
    )


def seen_by(facts: Iterable[Fact], rights: Rights) -> list[Fact]:
    """Return the facts that somebody may count: all for the complaints office, those that their
    units must answer for a manager, none for anybody else."""
    if not rights.may("report"):
        return []
    if rights.everywhere:
        return list(facts)
    return [fact for fact in facts if fact.unit in rights.led]


def _region(case: Case, department: Department) -> str | None:
    if case.assignment and case.assignment.region:
        return case.assignment.region
    unit = department.units.get(case.unit_id or "")
    # The complaints office stands in one region and serves all of them
    return unit.region if unit and unit.kind != "complaints_office" else None
