"""Where a complaint stands, told without a name or a word that the person wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from shared.department import Department
from shared.domain import clocks
from shared.domain.calendar import Calendar
from shared.domain.case import Case
from shared.domain.clocks import Due
from shared.domain.notice import Notice
from shared.domain.unit import Unit
from shared.pages.days import Line, line_of_days

Where = Literal["reading", "sorting", "with_unit", "closed"]


class Step(NamedTuple):
    """One thing that happened, or that will: `at` is a past moment, a last day, or not known."""

    key: str
    at: datetime | date | None
    done: bool = True


class Standing(NamedTuple):
    """What the status page says. `line` is missing when no due date is known."""

    where: Where
    unit: Unit | None = None
    due_on: date | None = None
    line: Line | None = None
    steps: tuple[Step, ...] = ()


def due_days(department: Department | None, received: datetime) -> Due | None:
    """Return contact and answer day of a complaint received then; None without a calendar."""
    if department is None:
        return None
    return clocks.due_days(department.calendar, department.standards, received)


def standing_of(
    case: Case | None, notices: Sequence[Notice], department: Department | None, now: datetime
) -> Standing:
    """Return where a case stands; one that is not in the store yet is being read."""
    if case is None:
        return Standing("reading")
    promised = due_days(department, case.received_at)
    contact = case.contact_due_on or (promised.contact_on if promised else None)
    due = case.due_on or (promised.answer_on if promised else None)
    calendar = department.calendar if department else None
    return Standing(
        where=_where(case),
        unit=department.units.get(case.unit_id) if department and case.unit_id else None,
        due_on=due,
        line=_line(calendar, case, contact, due, now) if case.state != "closed" else None,
        steps=_steps(case, notices, contact, due),
    )


def _where(case: Case) -> Where:
    if case.state == "closed":
        return "closed"
    return "with_unit" if case.state == "assigned" else "sorting"


def _line(
    calendar: Calendar | None, case: Case, contact: date | None, due: date | None, now: datetime
) -> Line | None:
    if calendar is None or due is None:
        return None
    start = calendar.day_of(case.received_at)
    return line_of_days(calendar, start=start, due=due, today=calendar.day_of(now), contact=contact)


def _steps(
    case: Case, notices: Sequence[Notice], contact: date | None, due: date | None
) -> tuple[Step, ...]:
    past = [Step("received", case.received_at)]
    told = [
        notice.sent_at
        for notice in notices
        if notice.role == "complainant" and notice.state == "sent" and notice.sent_at
    ]
    if told:
        past.append(Step("acknowledged", min(told)))
    if case.assignment:
        past.append(Step("assigned", case.assignment.at))
    past.sort(key=lambda step: str(step.at))
    if case.state == "closed":
        return tuple(past)
    choice = [] if case.assignment else [Step("to_assign", None, done=False)]
    coming = [*choice, Step("contact", contact, done=False), Step("answer", due, done=False)]
    return (*past, *coming)
