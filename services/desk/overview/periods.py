"""The days that figures are counted over: a fiscal year, a quarter, a month, or chosen days. Pure.

The fiscal year of the Gouvernement du Québec goes from 1 April to 31 March. Days are local ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

PeriodKind = Literal["year", "quarter", "month", "days"]
Fault = Literal["", "not_days", "turned", "long"]

FIRST_MONTH = 4
#: Earlier years to choose from; older ones are asked for as chosen days.
YEARS_BACK = 4
LONGEST_DAYS = 3660
EARLIEST, LATEST = 2000, 2100


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both counted. `key` is how an address names it."""

    kind: PeriodKind
    key: str
    first: date
    last: date

    @property
    def year(self) -> int:
        """The calendar year in which its fiscal year began."""
        return fiscal_year_of(self.first)

    @property
    def number(self) -> int:
        """Which quarter of the fiscal year, from 1 on."""
        return (self.first.month - FIRST_MONTH) % 12 // 3 + 1

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def over_by(self, day: date) -> bool:
        return self.last < day


def fiscal_year_of(day: date) -> int:
    """Return the year in which the fiscal year of `day` began."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def fiscal_year(year: int) -> Period:
    first = date(year, FIRST_MONTH, 1)
    return Period("year", str(year), first, date(year + 1, FIRST_MONTH, 1) - timedelta(days=1))


def quarter(year: int, number: int) -> Period:
    """Return a quarter, 1 to 4, of the fiscal year that begins in `year`."""
    first = _months_on(date(year, FIRST_MONTH, 1), 3 * (number - 1))
    last = _months_on(first, 3) - timedelta(days=1)
    return Period("quarter", f"{year}-T{number}", first, last)


def month(year: int, number: int) -> Period:
    first = date(year, number, 1)
    last = _months_on(first, 1) - timedelta(days=1)
    return Period("month", f"{year}-{number:02d}", first, last)


def chosen(first: date, last: date) -> Period:
    return Period("days", f"{first.isoformat()}_{last.isoformat()}", first, last)


def choices(today: date) -> dict[PeriodKind, list[Period]]:
    """Return what a page offers: years, newest first; quarters and months of two years."""
    this = fiscal_year_of(today)
    years = [fiscal_year(year) for year in range(this, this - YEARS_BACK - 1, -1)]
    quarters = [quarter(year, one) for year in (this, this - 1) for one in (4, 3, 2, 1)]
    first = date(this - 1, FIRST_MONTH, 1)
    firsts = [_months_on(first, number) for number in range(23, -1, -1)]
    return {
        "year": years,
        "quarter": [one for one in quarters if one.first <= today],
        "month": [month(day.year, day.month) for day in firsts if day <= today],
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """The period of an address, and what was wrong with the days typed there."""

    period: Period
    fault: Fault = ""


def asked(given: Mapping[str, str], today: date) -> Asked:
    """Return the period that an address asks for; this fiscal year when it names none."""
    usual = fiscal_year(fiscal_year_of(today))
    first, last = given.get("du", "").strip(), given.get("au", "").strip()
    if not first and not last:
        return Asked(_named(given.get("periode", "")) or usual)
    days = _day(first), _day(last)
    if days[0] is None or days[1] is None:
        return Asked(usual, "not_days")
    if days[1] < days[0]:
        return Asked(usual, "turned")
    if (days[1] - days[0]).days > LONGEST_DAYS:
        return Asked(usual, "long")
    return Asked(chosen(days[0], days[1]))


def weeks(period: Period, until: date) -> list[Period]:
    """Return the weeks from Monday to Sunday that a period has up to a day, cut at its ends."""
    last = min(period.last, until)
    found, first = [], period.first
    while first <= last:
        end = min(first + timedelta(days=6 - first.weekday()), last)
        found.append(chosen(first, end))
        first = end + timedelta(days=1)
    return found


def months(period: Period, until: date) -> list[Period]:
    """Return the months of a period up to a day, cut at its ends."""
    last = min(period.last, until)
    found, first = [], period.first
    while first <= last:
        end = min(_months_on(first.replace(day=1), 1) - timedelta(days=1), last)
        found.append(chosen(first, end))
        first = end + timedelta(days=1)
    return found


def _named(key: str) -> Period | None:
    if not (match := re.fullmatch(r"(\d{4})(?:-(?:T([1-4])|(0[1-9]|1[0-2])))?", key, re.ASCII)):
        return None
    year = int(match[1])
    if not EARLIEST <= year <= LATEST:
        return None
    if match[2]:
        return quarter(year, int(match[2]))
    return month(year, int(match[3])) if match[3] else fiscal_year(year)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day.year <= LATEST else None


def _months_on(first: date, number: int) -> date:
    """Return the first day of the month that is `number` months after that of `first`."""
    year, before = divmod(first.year * 12 + first.month - 1 + number, 12)
    return date(year, before + 1, 1)
