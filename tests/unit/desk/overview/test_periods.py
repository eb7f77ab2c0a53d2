"""Fiscal years, quarters, months and chosen days, and what an address may ask for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.desk.overview.periods import (
    asked,
    choices,
    chosen,
    fiscal_year,
    fiscal_year_of,
    month,
    months,
    quarter,
    weeks,
)

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def test_a_fiscal_year_goes_from_april_to_march() -> None:
    year = fiscal_year(2026)
    assert (year.first, year.last) == (date(2026, 4, 1), date(2027, 3, 31))


def test_the_last_quarter_is_in_the_next_calendar_year() -> None:
    last = quarter(2026, 4)
    assert (last.first, last.last, last.number) == (date(2027, 1, 1), date(2027, 3, 31), 4)


@given(DAYS)
def test_every_day_is_in_one_fiscal_year_quarter_and_month(day: date) -> None:
    year = fiscal_year_of(day)
    assert fiscal_year(year).holds(day)
    assert sum(quarter(year, one).holds(day) for one in (1, 2, 3, 4)) == 1
    assert month(day.year, day.month).holds(day)


@given(DAYS, st.integers(0, 800), st.integers(-10, 900))
def test_weeks_and_months_cover_a_period_without_gap_or_overlap(
    first: date, length: int, until: int
) -> None:
    period = chosen(first, min(first + timedelta(days=length), date(2099, 12, 31)))
    last = first + timedelta(days=until)
    for parts in (weeks(period, last), months(period, last)):
        days = [
            p.first + timedelta(days=n) for p in parts for n in range((p.last - p.first).days + 1)
        ]
        end = min(period.last, last)
        assert days == [first + timedelta(days=n) for n in range((end - first).days + 1)]


def test_this_fiscal_year_is_what_is_asked_for_by_default() -> None:
    assert asked({}, TODAY).period == fiscal_year(2026)


@pytest.mark.parametrize("key", ["", "2026-T5", "2026-13", "1234", "٢٠٢٦", "x", "2026-00"])
def test_nonsense_counts_as_the_usual_period(key: str) -> None:
    assert asked({"periode": key}, TODAY).period == fiscal_year(2026)


def test_every_choice_is_found_again_by_its_key() -> None:
    for periods in choices(TODAY).values():
        for period in periods:
            assert asked({"periode": period.key}, TODAY).period == period


@pytest.mark.parametrize(
    ("first", "last", "fault"),
    [
        ("2026-05-01", "", "not_days"),
        ("1 mai", "2026-05-02", "not_days"),
        ("2026-05-03", "2026-05-02", "turned"),
        ("2001-01-01", "2026-05-02", "long"),
        ("2026-05-02", "2026-05-02", ""),
    ],
)
def test_chosen_days_are_checked(first: str, last: str, fault: str) -> None:
    assert asked({"du": first, "au": last}, TODAY).fault == fault


def test_nothing_that_has_not_begun_is_offered() -> None:
    offered = [p for periods in choices(TODAY).values() for p in periods]
    assert all(period.first <= TODAY for period in offered)
    assert quarter(2026, 3) in offered
    assert month(2026, 11) in offered
