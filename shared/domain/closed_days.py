"""Rules for closed days, and the days they give: fixed, counted in a month, or around Easter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from shared.domain.document import Value

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class MonthDay(Value):
    """A day of any year."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)


class ClosedDay(Value):
    """One rule: exactly one of `month`+`day`, `easter`, `weekday`+`nth`+`month`,
    `weekday`+`before`, or a single day `on`. `valid_from` and `valid_to` are inclusive."""

    name_fr: str
    name_en: str
    month: int | None = Field(default=None, ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)
    easter: int | None = None
    weekday: Weekday | None = None
    nth: int | None = Field(default=None, ge=1, le=4)
    before: MonthDay | None = None
    on: date | None = None
    sunday_moves_on: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        kinds = (
            self.month is not None and self.day is not None,
            self.easter is not None,
            None not in (self.weekday, self.nth, self.month),
            self.weekday is not None and self.before is not None,
            self.on is not None,
        )
        if sum(kinds) != 1:
            raise ValueError("a closed day is fixed, counted, around Easter or a single date")
        return self

    def in_year(self, year: int) -> date | None:
        """Return the day that the rule closes in `year`, or None."""
        day = self._plain(year)
        if day is None:
            return None
        if self.sunday_moves_on and day.weekday() == 6:
            day += timedelta(days=1)
        begun = self.valid_from is None or self.valid_from <= day
        return day if begun and (self.valid_to is None or day <= self.valid_to) else None

    def _plain(self, year: int) -> date | None:
        if self.on is not None:
            return self.on if self.on.year == year else None
        if self.easter is not None:
            return easter(year) + timedelta(days=self.easter)
        if self.weekday is not None:
            return self._counted(year, _WEEKDAYS.index(self.weekday))
        return date(year, self.month or 1, self.day or 1)

    def _counted(self, year: int, weekday: int) -> date:
        if self.before is not None:
            limit = date(year, self.before.month, self.before.day)
            return limit - timedelta(days=(limit.weekday() - weekday - 1) % 7 + 1)
        first = date(year, self.month or 1, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * ((self.nth or 1) - 1))


def closed_days(rules: Iterable[ClosedDay], first_year: int, last_year: int) -> frozenset[date]:
    """Return every day that the rules close in these years, both counted."""
    return frozenset(_all(rules, range(first_year, last_year + 1)))


def _all(rules: Iterable[ClosedDay], years: range) -> Iterator[date]:
    for rule in rules:
        yield from filter(None, map(rule.in_year, years))


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the algorithm printed in Nature in 1876)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, over = divmod(century, 4)
    moon = (19 * golden + century - leaps - (8 * century + 13) // 25 + 15) % 30
    fours, odd = divmod(rest, 4)
    sunday = (32 + 2 * over + 2 * fours - moon - odd) % 7
    late = (golden + 11 * moon + 19 * sunday) // 433
    month = (moon + sunday - 7 * late + 90) // 25
    return date(year, month, (moon + sunday - 7 * late + 33 * month + 19) % 32)
