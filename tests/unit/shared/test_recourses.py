"""Last days of recourses: computed only from what is known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.recourse import Recourse, Since, Term, last_day, told
from tests.shipped import department

HERE = department()
CALENDAR = HERE.calendar
ANY_DAY = st.dates(date(2016, 1, 1), date(2039, 6, 30))


def term(days: int, *, since: Since = "decision", presumed_after: int = 0) -> Term:
    return Term(since=since, days=days, label_fr="", label_en="", presumed_after=presumed_after)


def of_the_catalogue(since: Since) -> Term:
    return next(each for one in HERE.recourses for each in one.terms if each.since == since)


def days_told(known: dict[Since, date], *, programme: str = "") -> dict[str, date]:
    found = told(
        HERE.recourses,
        on=date(2026, 11, 20),
        known=known,
        programme=programme,
        calendar=CALENDAR,
    )
    return {last.term.since: last.day for one in found for last in one.last_days}


def test_the_worked_example_of_the_tribunal() -> None:
    # J-3 r. 3: received on Friday 2010-01-29, 30 days end on a Sunday, so on Monday 2010-03-01.
    calendar = CALENDAR.model_copy(update={"first_year": 2010})
    assert last_day(term(30), date(2010, 1, 29), calendar) == date(2010, 3, 1)


@pytest.mark.parametrize(
    ("since", "days", "expected"),
    [
        (date(2026, 6, 22), 2, date(2026, 6, 25)),  # the 24th is closed
        (date(2026, 12, 22), 2, date(2026, 12, 28)),  # 24, 25 and 26, then a Sunday
        (date(2026, 12, 30), 1, date(2027, 1, 4)),  # 31, 1 and 2, then a Sunday
        (date(2026, 3, 30), 4, date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2026, 11, 20), 5, date(2026, 11, 25)),
    ],
)
def test_a_last_day_that_is_closed_becomes_the_next_business_day(
    since: date, days: int, expected: date
) -> None:
    assert last_day(term(days), since, CALENDAR) == expected


def test_a_review_is_counted_from_the_day_a_decision_is_presumed_received() -> None:
    # 16 October and 7 days are the 23rd; 90 days later is Thursday 21 January.
    assert days_told({"decision": date(2026, 10, 16)}) == {"decision": date(2027, 1, 21)}


def test_no_day_is_told_when_nobody_recorded_what_it_counts_from() -> None:
    assert days_told({}) == {}


def test_the_delay_after_a_late_request_needs_the_programme() -> None:
    known: dict[Since, date] = {"review_refused_late": date(2026, 11, 9)}
    assert days_told(known) == {}
    assert days_told(known, programme="rqap") == {}
    assert days_told(known, programme="aide_sociale") == {"review_refused_late": date(2026, 11, 24)}


def test_a_delay_of_one_programme_is_not_told_to_another() -> None:
    only = term(10).model_copy(update={"programme": "emploi"})
    assert only.applies_to("emploi")
    assert not only.applies_to("")
    assert not only.applies_to("rqap")


def test_no_day_is_told_beyond_the_calendar() -> None:
    assert last_day(term(90), date(2040, 11, 1), CALENDAR) is None
    assert last_day(term(1), date(2040, 12, 30), CALENDAR) is None  # it would roll into 2041


@given(ANY_DAY, st.integers(1, 120))
def test_a_last_day_is_open_and_never_early(since: date, days: int) -> None:
    found = last_day(term(days), since, CALENDAR)
    assert found is not None
    assert CALENDAR.is_business_day(found)
    plain = since + timedelta(days=days)
    assert found >= plain
    between = (plain + timedelta(days=number) for number in range((found - plain).days))
    assert not any(CALENDAR.is_business_day(day) for day in between)


def test_a_recourse_out_of_force_is_not_told() -> None:
    over = Recourse(
        id="a", name_fr="", name_en="", rule_fr="", rule_en="", valid_to=date(2026, 11, 19)
    )
    on = date(2026, 11, 20)
    assert told([over], on=on, known={}, programme="", calendar=CALENDAR) == ()


def test_the_catalogue_has_the_terms_that_its_sources_give() -> None:
    review = of_the_catalogue("decision")
    assert (review.days, review.presumed_after) == (90, 7)
    assert of_the_catalogue("review_decision").days == 60
    assert of_the_catalogue("review_refused_late").days == 15
    assert all(one.source for one in HERE.recourses)
