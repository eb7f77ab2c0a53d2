"""What moves a due day: a pause with a reason, or more time with a written notice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from shared.domain.calendar import Calendar
from shared.domain.document import Value

EndOfPause = Literal["reply", "person"]


class Pause(Value):
    """The department waits for something that only others can give.

    `ended_how`: the person's reply came, or somebody ended it; `ended_by` is who that was, as the
    service names people, empty for a reply.
    """

    began_at: datetime
    reason: str = Field(min_length=1)
    by: str
    ended_at: datetime | None = None
    ended_how: EndOfPause | None = None
    ended_by: str = ""


class Extension(Value):
    """More time, told to the person in writing (`notice_id`) before the day that was due."""

    at: datetime
    by: str
    because: str = Field(min_length=1)
    from_day: date
    to_day: date
    told_at: datetime
    notice_id: str = ""


def running_pause(pauses: Iterable[Pause]) -> Pause | None:
    """Return the pause that has not ended, or None."""
    return next((pause for pause in pauses if pause.ended_at is None), None)


def days_paused(calendar: Calendar, pause: Pause, today: date) -> int:
    """Return how many business days a pause takes out of the count, up to `today` while it runs.

    Its first day counts still, its last does not: pauses that follow each other add up, and one
    that begins and ends on one day takes nothing. A closed day stands for the next open one: a
    reply that comes on a Saturday leaves what a reply on the Monday would.
    """
    start = calendar.next_business_day(calendar.day_of(pause.began_at))
    end = calendar.day_of(pause.ended_at) if pause.ended_at else today
    return max(calendar.between(start, calendar.next_business_day(end)), 0)


def moved(calendar: Calendar, due: date, pause: Pause, today: date) -> date:
    """Return a due day later by the days paused. One that had passed when the pause began stays:
    no pause makes a broken promise good."""
    if calendar.day_of(pause.began_at) > due:
        return due
    return calendar.after(due, days_paused(calendar, pause, today))
