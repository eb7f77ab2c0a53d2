"""Whole business days in one time zone. Days are counted, never hours.

The day of receipt is day 0 (J-3 r. 3 section 3: the first day does not count, the last does).
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.domain.document import Value


class Calendar(Value):
    """Closed days of the department, worked out for the years that the data covers."""

    time_zone: str
    closed: frozenset[date]
    first_year: int
    last_year: int

    def day_of(self, moment: datetime) -> date:
        """Return the local day of an aware moment."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the department's own time."""
        return moment.astimezone(ZoneInfo(self.time_zone))

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.closed

    def next_business_day(self, day: date) -> date:
        """Return `day` itself when it is open, else the next one that is."""
        while not self.is_business_day(day):
            day += timedelta(days=1)
        return day

    def after(self, day: date, business_days: int) -> date:
        """Return the day that is `business_days` open days after `day` (day 0)."""
        for _ in range(business_days):
            day = self.next_business_day(day + timedelta(days=1))
        return day

    def between(self, start: date, end: date) -> int:
        """Return how many open days lie after `start` up to and with `end`; negative if before."""
        if end < start:
            return -self.between(end, start)
        closed = _closed_weekdays(self.closed)
        shut = bisect_right(closed, end) - bisect_right(closed, start)
        return _weekdays_up_to(end) - _weekdays_up_to(start) - shut

    def business_days(self, start: date, end: date) -> list[date]:
        """Return the open days from `start` to `end`, both counted when open."""
        days = (start + timedelta(days=number) for number in range((end - start).days + 1))
        return [day for day in days if self.is_business_day(day)]


@lru_cache(maxsize=8)
def _closed_weekdays(closed: frozenset[date]) -> tuple[date, ...]:
    return tuple(sorted(day for day in closed if day.weekday() < 5))


def _weekdays_up_to(day: date) -> int:
    """Count Mondays to Fridays: day 1 of the proleptic calendar is a Monday."""
    weeks, rest = divmod(day.toordinal(), 7)
    return 5 * weeks + min(rest, 5)


def utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC; a naive one is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
