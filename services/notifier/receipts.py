"""A sensitive case is told again and again until somebody confirms that they received it. Pure.

The first notice follows from the case's event (`notices.py`). Which moment a repetition is owed
for follows from the case and the table alone, so whoever looks finds the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from services.notifier.notices import Owed, authorities_for
from shared.department import Department
from shared.domain.case import Case
from shared.domain.document import derived_id, instant


def repetitions(case: Case, department: Department, now: datetime) -> tuple[Owed, ...]:
    """Return what is owed at `now`, to each authority: the newest repetition, and no other.

    Hours are those of the clock: a sensitive case waits for no morning and no Monday.
    """
    day = department.calendar.day_of(case.received_at)
    repeat = department.standards.repeat(day)
    if repeat is None or not case.awaits_receipt:
        return ()
    every = timedelta(hours=repeat.hours)
    times = (now - case.opened_at) // every
    if times < 1:
        return ()
    moment = instant(case.opened_at + times * every)
    return tuple(
        Owed("unconfirmed", derived_id("notice", case.id, "unconfirmed", moment, to), recipient=to)
        for to in authorities_for(case, department)
    )


def youngest(department: Department, now: datetime) -> datetime:
    """Return the moment since which no case can have been opened that is told again."""
    hours = (repeat.hours for repeat in department.standards.repeats)
    return now - timedelta(hours=min(hours, default=24))
