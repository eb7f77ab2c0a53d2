"""The line of days: one mark a business day, a gap at each closed stretch."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from shared.domain.calendar import Calendar

#: A line stays one line on a screen of 320 px: late days beyond this number are told in words.
MOST_LATE_MARKS = 12


class Mark(NamedTuple):
    """One day of the line. `kind` is a list of class names of the style sheet:

    w a gap before it · z day 0 · p past · k contact due · t today · e answer due · l late
    """

    day: date
    kind: str


class Line(NamedTuple):
    """A line and the numbers its sentence needs, in business days.

    `number` is today's, day 0 being the day of receipt; `left` is negative when it is late.
    """

    marks: tuple[Mark, ...]
    start: date
    due: date
    today: date
    contact: date | None
    number: int
    total: int
    left: int

    @property
    def late(self) -> bool:
        return self.today > self.due


def line_of_days(
    calendar: Calendar, *, start: date, due: date, today: date, contact: date | None = None
) -> Line:
    """Return the line from the day of receipt to the due day, and on to today when it is late."""
    days = [start, *(day for day in calendar.business_days(start, due) if day != start)]
    if due not in days:
        days.append(due)
    days += [day for day in calendar.business_days(due, today) if day > due][:MOST_LATE_MARKS]
    marks: list[Mark] = []
    for day in days:
        gap = bool(marks) and (day - marks[-1].day).days > 1
        kinds = _kinds(day, start=start, due=due, today=today, contact=contact)
        marks.append(Mark(day, " ".join(["w", *kinds] if gap else kinds)))
    return Line(
        marks=tuple(marks),
        start=start,
        due=due,
        today=today,
        contact=contact,
        number=max(calendar.between(start, today), 0),
        total=calendar.between(start, due),
        left=calendar.between(today, due),
    )


def _kinds(day: date, *, start: date, due: date, today: date, contact: date | None) -> list[str]:
    told = (
        ("z", day == start),
        ("k", day == contact and day != due),
        ("e", day == due),
        ("l", day > due),
        ("p", start < day < today and day < due and day != contact),
        ("t", day == today),
    )
    return [kind for kind, holds in told if holds]
