"""The line of days: what a person sees of the time that runs."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calendar import Calendar
from shared.pages.days import MOST_LATE_MARKS, Line, line_of_days

CALENDAR = Calendar(
    time_zone="America/Toronto",
    closed=frozenset({date(2026, 12, 24), date(2026, 12, 25)}),
    first_year=2026,
    last_year=2027,
)
FRIDAY = date(2026, 11, 20)
DUE = date(2026, 12, 18)


def line(today: date, *, start: date = FRIDAY, due: date = DUE) -> Line:
    return line_of_days(
        CALENDAR, start=start, due=due, today=today, contact=CALENDAR.after(start, 2)
    )


def kinds(found: Line) -> list[str]:
    return [mark.kind for mark in found.marks]


def test_the_first_day_has_number_zero_and_is_today() -> None:
    found = line(FRIDAY)
    assert (found.number, found.total, found.left) == (0, 20, 20)
    assert kinds(found)[0] == "z t"


def test_there_is_one_mark_a_business_day_and_one_for_the_day_of_receipt() -> None:
    assert len(line(FRIDAY).marks) == 21


def test_each_weekend_is_a_gap() -> None:
    gaps = [mark.day for mark in line(FRIDAY).marks if "w" in mark.kind.split()]
    assert gaps == [date(2026, 11, 23) + timedelta(weeks=week) for week in range(4)]


def test_a_holiday_is_a_gap_too() -> None:
    found = line(date(2026, 12, 28), start=date(2026, 12, 21), due=date(2027, 1, 15))
    after_christmas = next(mark for mark in found.marks if mark.day == date(2026, 12, 28))
    assert after_christmas.kind == "w t"


def test_contact_is_marked_and_past_days_are_filled() -> None:
    found = line(date(2026, 11, 26))
    assert kinds(found)[:5] == ["z", "w p", "k", "p", "t"]


def test_the_due_day_ends_the_line() -> None:
    assert line(date(2026, 11, 26)).marks[-1] == (DUE, "e")


def test_on_the_due_day_nothing_is_late() -> None:
    found = line(DUE)
    assert (found.late, found.left) == (False, 0)
    assert kinds(found)[-1] == "e t"


def test_late_days_stand_after_the_due_day() -> None:
    found = line(date(2026, 12, 22))
    assert kinds(found)[-3:] == ["e", "w l", "l t"]
    assert (found.late, found.left) == (True, -2)


def test_a_very_late_line_stays_short_enough_for_a_small_screen() -> None:
    found = line(date(2027, 6, 1))
    assert sum("l" in kind.split() for kind in kinds(found)) == MOST_LATE_MARKS


def test_a_complaint_of_a_saturday_starts_on_that_saturday() -> None:
    saturday = date(2026, 11, 21)
    found = line(saturday, start=saturday)
    assert found.marks[0] == (saturday, "z t")
    assert found.marks[1].kind == "w"


@given(
    start=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    length=st.integers(1, 30),
    passed=st.integers(0, 80),
)
def test_any_line_is_in_order_and_has_one_start_and_one_end(
    start: date, length: int, passed: int
) -> None:
    due = CALENDAR.after(start, length)
    found = line_of_days(CALENDAR, start=start, due=due, today=start + timedelta(days=passed))
    days = [mark.day for mark in found.marks]
    assert days == sorted(set(days))
    assert [kind.split().count("z") for kind in kinds(found)].count(1) == 1
    assert [kind.split().count("e") for kind in kinds(found)].count(1) == 1
