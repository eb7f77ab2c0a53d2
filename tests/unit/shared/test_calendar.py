"""Business days of the department: which days are closed, and how days are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from shared.domain.calendar import Calendar
from shared.domain.closed_days import ClosedDay, closed_days, easter
from tests.shipped import department


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return department().calendar


def test_the_closed_days_of_2026_are_those_of_the_list(calendar: Calendar) -> None:
    expected = [
        (1, 1), (1, 2), (4, 3), (4, 6), (5, 18), (6, 24), (7, 1), (9, 7), (10, 12), (12, 24),
        (12, 25), (12, 26), (12, 31),
    ]  # fmt: skip
    closed = sorted((day.month, day.day) for day in calendar.closed if day.year == 2026)
    assert closed == expected


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2008, date(2008, 3, 23)),
        (2019, date(2019, 4, 21)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
        (2049, date(2049, 4, 18)),
        (2076, date(2076, 4, 19)),
    ],
)
def test_easter_falls_on_its_day(year: int, day: date) -> None:
    assert easter(year) == day


def test_patriots_day_is_the_monday_before_25_may(calendar: Calendar) -> None:
    for year in range(calendar.first_year, calendar.last_year + 1):
        mondays = [date(year, 5, day) for day in range(18, 25)]
        monday = next(day for day in mondays if day.weekday() == 0)
        assert monday in calendar.closed
        assert monday - timedelta(days=7) not in calendar.closed


def test_canada_day_on_a_sunday_closes_the_monday(calendar: Calendar) -> None:
    assert date(2029, 7, 1).weekday() == 6
    assert not calendar.is_business_day(date(2029, 7, 2))
    assert calendar.is_business_day(date(2026, 7, 2))


def test_a_delay_that_ends_on_a_sunday_ends_on_the_monday(calendar: Calendar) -> None:
    """The example of the Tribunal: received 2010-01-29, 30 days, due 2010-03-01."""
    assert calendar.next_business_day(date(2010, 1, 29) + timedelta(days=30)) == date(2010, 3, 1)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), 2, date(2026, 11, 24)),
        (date(2026, 11, 20), 20, date(2026, 12, 18)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 12, 23), 1, date(2026, 12, 28)),
        (date(2026, 12, 30), 1, date(2027, 1, 4)),
        (date(2026, 4, 2), 1, date(2026, 4, 7)),
    ],
)
def test_the_day_of_receipt_is_day_zero(
    calendar: Calendar, received: date, days: int, due: date
) -> None:
    assert calendar.after(received, days) == due
    if calendar.is_business_day(received):
        assert calendar.between(received, due) == days


def test_days_between_are_the_open_ones_counted_one_by_one(calendar: Calendar) -> None:
    first = date(2025, 12, 19)
    for length in range(40):
        for start in (first, first + timedelta(days=3), first + timedelta(days=5)):
            end = start + timedelta(days=length)
            days = calendar.business_days(start + timedelta(days=1), end)
            assert calendar.between(start, end) == len(days)


def test_days_between_count_backwards_too(calendar: Calendar) -> None:
    assert calendar.between(date(2026, 11, 24), date(2026, 11, 20)) == -2
    assert len(calendar.business_days(date(2026, 11, 20), date(2026, 11, 24))) == 3


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 21, 4, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 21, 5, 0, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 7, 2, 3, 59, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_a_moment_belongs_to_the_local_day(calendar: Calendar, moment: datetime, day: date) -> None:
    assert calendar.day_of(moment) == day


def test_a_rule_closes_only_between_its_days() -> None:
    rule = ClosedDay(
        name_fr="a", name_en="a", month=9, day=30, valid_from=date(2021, 9, 30),
        valid_to=date(2022, 12, 31),
    )  # fmt: skip
    days = closed_days([rule], 2019, 2025)
    assert days == {date(2021, 9, 30), date(2022, 9, 30)}


def test_a_single_day_closes_once() -> None:
    rule = ClosedDay(name_fr="a", name_en="a", on=date(2022, 9, 19))
    assert closed_days([rule], 2020, 2025) == {date(2022, 9, 19)}


@pytest.mark.parametrize(
    "fields",
    [{}, {"month": 1}, {"month": 1, "day": 1, "easter": 1}, {"weekday": "monday", "month": 9}],
)
def test_a_rule_of_no_kind_or_two_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="a closed day is fixed, counted"):
        ClosedDay.model_validate({"name_fr": "a", "name_en": "a", **fields})
