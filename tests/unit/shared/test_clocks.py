"""The clocks of a case: due days, lateness, pauses, more time. Counted by hand where it matters."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.sample import sample_case, sample_department
from shared.domain.assignment import Held
from shared.domain.calendar import Calendar
from shared.domain.case import Case
from shared.domain.clocks import (
    clocks_of,
    due_days,
    due_days_of,
    extended,
    last_act,
    paused,
    resumed,
    sort_by,
)
from shared.errors import Refused
from tests.shipped import department

DEPARTMENT = department()
SAMPLE = sample_department()
CALENDAR, STANDARDS = DEPARTMENT.calendar, DEPARTMENT.standards
TORONTO = ZoneInfo("America/Toronto")
FIRST, LAST = date(2016, 1, 1), date(2038, 12, 31)
days = st.dates(FIRST, LAST)
steps = st.integers(0, 120)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), TORONTO).astimezone(UTC)


def a_case(received: date, **fields: object) -> Case:
    case = sample_case("fr", SAMPLE)
    assert case.assignment is not None
    moment = at(received)
    return case.changed(
        opened_at=moment,
        received_at=moment,
        assignment=case.assignment.model_copy(update={"at": moment}),
        **fields,
    )


@pytest.mark.parametrize(
    ("received", "contact", "answer"),
    [
        # 24 June: the National Holiday is a Wednesday, and 1 July the next one
        (date(2026, 6, 22), date(2026, 6, 25), date(2026, 7, 22)),
        # 24, 25, 31 December, 1 January close weekdays; 26 December and 2 January are Saturdays
        (date(2026, 12, 22), date(2026, 12, 28), date(2027, 1, 25)),
        (date(2026, 12, 23), date(2026, 12, 29), date(2027, 1, 26)),
        (date(2026, 12, 30), date(2027, 1, 5), date(2027, 1, 29)),
        # A year in which 26 December and 2 January are weekdays
        (date(2024, 12, 20), date(2024, 12, 27), date(2025, 1, 27)),
    ],
)
def test_due_days_pass_over_closed_days(received: date, contact: date, answer: date) -> None:
    assert due_days(CALENDAR, STANDARDS, at(received)) == (contact, answer)


@pytest.mark.parametrize(
    "closed",
    [
        date(2026, month, day)
        for month, day in [
            (1, 1), (1, 2), (4, 3), (4, 6), (5, 18), (6, 24), (7, 1), (9, 7), (10, 12),
            (12, 24), (12, 25), (12, 26), (12, 31),
        ]
    ],
)  # fmt: skip
def test_nothing_is_due_on_a_closed_day_of_2026(closed: date) -> None:
    """For every day of receipt in the seven weeks before."""
    for number in range(50):
        assert closed not in due_days(CALENDAR, STANDARDS, at(closed - timedelta(days=number)))


def test_the_example_of_the_tribunal() -> None:
    """Received Friday 2010-01-29, 30 days: the last one is a Sunday, so Monday 2010-03-01."""
    old = Calendar(time_zone="America/Toronto", closed=frozenset(), first_year=2010, last_year=2010)
    received = old.day_of(datetime(2010, 1, 29, 16, tzinfo=UTC))
    assert (received + timedelta(days=30)).weekday() == 6
    assert old.next_business_day(received + timedelta(days=30)) == date(2010, 3, 1)


@pytest.mark.parametrize(
    ("moment", "contact"),
    [
        (datetime(2026, 11, 19, 23, 59, 59, tzinfo=TORONTO), date(2026, 11, 23)),
        (datetime(2026, 11, 20, 0, 0, tzinfo=TORONTO), date(2026, 11, 24)),
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=TORONTO), date(2026, 11, 24)),
        (datetime(2026, 11, 21, 0, 0, tzinfo=TORONTO), date(2026, 11, 24)),
        # The hour that does not exist, and both of the one that comes twice
        (datetime(2026, 3, 8, 1, 59, tzinfo=TORONTO), date(2026, 3, 10)),
        (datetime(2026, 3, 8, 3, 0, tzinfo=TORONTO), date(2026, 3, 10)),
        (datetime(2026, 11, 1, 1, 30, fold=0, tzinfo=TORONTO), date(2026, 11, 3)),
        (datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=TORONTO), date(2026, 11, 3)),
        (datetime(2026, 11, 1, 23, 59, tzinfo=TORONTO), date(2026, 11, 3)),
        (datetime(2026, 11, 2, 0, 0, tzinfo=TORONTO), date(2026, 11, 4)),
    ],
)
def test_the_local_day_of_receipt_counts(moment: datetime, contact: date) -> None:
    received = moment.astimezone(UTC)
    assert due_days(CALENDAR, STANDARDS, received).contact_on == contact


@given(start=days, first=steps, second=steps)
def test_days_add_up(start: date, first: int, second: int) -> None:
    start = CALENDAR.next_business_day(start)
    assert CALENDAR.after(CALENDAR.after(start, first), second) == CALENDAR.after(
        start, first + second
    )


@given(start=days, number=st.integers(1, 120))
def test_a_due_day_is_open_and_so_many_open_days_away(start: date, number: int) -> None:
    due = CALENDAR.after(start, number)
    assert CALENDAR.is_business_day(due)
    assert CALENDAR.between(start, due) == number
    assert CALENDAR.between(start, due - timedelta(days=1)) == number - 1


@given(received=days, later=st.integers(0, 90))
def test_who_writes_later_is_never_due_sooner(received: date, later: int) -> None:
    one = due_days(CALENDAR, STANDARDS, at(received))
    two = due_days(CALENDAR, STANDARDS, at(received + timedelta(days=later)))
    assert two.contact_on >= one.contact_on
    assert two.answer_on >= one.answer_on


@given(received=days, look=st.integers(0, 90))
def test_a_clock_is_late_exactly_from_the_day_after(received: date, look: int) -> None:
    today = received + timedelta(days=look)
    clock = clocks_of(a_case(received), CALENDAR, STANDARDS, today)["answer"]
    assert (clock.state == "late") == (today > clock.due) == (clock.left < 0)


@given(received=days, begin=st.integers(0, 40), length=st.integers(0, 60), cut=st.integers(0, 60))
def test_paused_days_do_not_count(received: date, begin: int, length: int, cut: int) -> None:
    """What was left when the pause began is left when it ends, in one pause or in two."""
    start = CALENDAR.next_business_day(received + timedelta(days=begin))
    end = CALENDAR.next_business_day(start + timedelta(days=length))
    between = start + timedelta(days=min(cut, length))
    case = a_case(received)
    before = clocks_of(case, CALENDAR, STANDARDS, start)["answer"]
    stopped = paused(case, reason="pièce demandée", by="Unité", at=at(start))
    running = clocks_of(stopped, CALENDAR, STANDARDS, end)["answer"]
    going = resumed(stopped, CALENDAR, STANDARDS, at=at(end), how="reply")
    after = clocks_of(going, CALENDAR, STANDARDS, end)["answer"]
    assert (running.state, running.due) == ("paused", after.due)
    if before.state != "late":
        assert after.left == before.left == CALENDAR.between(end, after.due)
    assert (after.state == "late") == (before.state == "late")
    twice = resumed(stopped, CALENDAR, STANDARDS, at=at(between), how="person", by="Unité")
    twice = paused(twice, reason="encore", by="Unité", at=at(between, 11))
    twice = resumed(twice, CALENDAR, STANDARDS, at=at(end, 12), how="reply")
    assert twice.due_on == going.due_on


def test_a_pause_over_a_weekend_takes_business_days_only() -> None:
    case = paused(a_case(date(2026, 11, 16)), reason="x", by="a", at=at(date(2026, 11, 20)))
    case = resumed(case, CALENDAR, STANDARDS, at=at(date(2026, 11, 24)), how="reply")
    assert due_days_of(case, CALENDAR, STANDARDS) == (date(2026, 11, 18), date(2026, 12, 16))
    assert case.pauses[0].ended_how == "reply"


def test_a_reply_on_a_saturday_leaves_what_one_on_the_monday_does() -> None:
    """Paused on the day due itself, with no day left."""
    case = paused(a_case(date(2026, 11, 20)), reason="x", by="a", at=at(date(2026, 12, 18)))
    saturday = resumed(case, CALENDAR, STANDARDS, at=at(date(2026, 12, 19)), how="reply")
    monday = resumed(case, CALENDAR, STANDARDS, at=at(date(2026, 12, 21)), how="reply")
    assert saturday.due_on == monday.due_on == date(2026, 12, 21)


def test_a_pause_does_not_make_a_broken_promise_good() -> None:
    case = paused(a_case(date(2026, 11, 20)), reason="x", by="a", at=at(date(2026, 12, 19)))
    case = resumed(case, CALENDAR, STANDARDS, at=at(date(2027, 1, 11)), how="reply")
    assert case.due_on == date(2026, 12, 18)
    assert clocks_of(case, CALENDAR, STANDARDS, date(2027, 1, 11))["answer"].left == -12


def test_a_clock_that_went_back_ends_a_pause_without_taking_days() -> None:
    case = paused(a_case(date(2026, 11, 16)), reason="x", by="a", at=at(date(2026, 11, 20)))
    case = resumed(case, CALENDAR, STANDARDS, at=at(date(2026, 11, 2)), how="person", by="a")
    assert case.due_on == date(2026, 12, 14)


def test_a_pause_needs_a_reason_and_a_case_that_runs() -> None:
    case = a_case(date(2026, 11, 20))
    now = at(date(2026, 11, 23))
    with pytest.raises(Refused, match="needs a reason"):
        paused(case, reason="  ", by="a", at=now)
    with pytest.raises(Refused, match="is not paused"):
        resumed(case, CALENDAR, STANDARDS, at=now, how="person")
    with pytest.raises(Refused, match="is closed"):
        paused(case.changed(state="closed"), reason="x", by="a", at=now)
    with pytest.raises(Refused, match="paused already"):
        paused(paused(case, reason="x", by="a", at=now), reason="x", by="a", at=now)


def longer(case: Case, told: date | None, to_day: date, *, because: str = "expertise") -> Case:
    return extended(
        case, CALENDAR, STANDARDS, to_day=to_day, told_at=at(told, 23, 59) if told else None,
        because=because, by="Unité", at=at(date(2026, 12, 17)), notice_id="n",
    )  # fmt: skip


def test_more_time_counts_from_a_notice_that_left_before_the_day_due() -> None:
    case = longer(a_case(date(2026, 11, 20)), date(2026, 12, 17), date(2027, 1, 15))
    assert case.due_on == date(2027, 1, 15)
    assert case.extensions[0].from_day == date(2026, 12, 18)
    clock = clocks_of(case, CALENDAR, STANDARDS, date(2027, 1, 15))["answer"]
    assert (clock.state, clock.left) == ("running", 0)


@pytest.mark.parametrize(
    ("told", "to_day", "words"),
    [
        (None, date(2027, 1, 15), "written notice"),
        (date(2026, 12, 18), date(2027, 1, 15), "before the day due, 2026-12-18"),
        (date(2026, 12, 17), date(2026, 12, 18), "must come after"),
        (date(2026, 12, 17), date(2026, 12, 25), "closed on 2026-12-25"),
    ],
)
def test_more_time_is_refused_in_words(told: date | None, to_day: date, words: str) -> None:
    with pytest.raises(Refused, match=words):
        longer(a_case(date(2026, 11, 20)), told, to_day)


def test_a_paused_case_gets_no_more_time_before_its_pause_ends() -> None:
    case = paused(a_case(date(2026, 11, 20)), reason="x", by="a", at=at(date(2026, 12, 1)))
    with pytest.raises(Refused, match="end the pause first"):
        longer(case, date(2026, 12, 10), date(2027, 1, 15))
    with pytest.raises(Refused, match="needs a reason"):
        longer(a_case(date(2026, 11, 20)), date(2026, 12, 10), date(2027, 1, 15), because=" ")


@given(received=days, answered=st.integers(0, 60), look=st.integers(0, 400))
def test_what_is_done_stays_met_or_late_for_ever(received: date, answered: int, look: int) -> None:
    done = received + timedelta(days=answered)
    case = a_case(received, answered_at=at(done), state="closed")
    clock = clocks_of(case, CALENDAR, STANDARDS, done + timedelta(days=look))["answer"]
    assert clock.state == ("met" if done <= clock.due else "late")
    assert clock.done == done


def test_each_clock_stands_on_its_own() -> None:
    case = a_case(date(2026, 11, 20), contacted_at=at(date(2026, 11, 25)))
    today = date(2026, 11, 30)
    clocks = clocks_of(case, CALENDAR, STANDARDS, today, acknowledged_at=case.received_at)
    assert {name: clock.state for name, clock in clocks.items()} == {
        "sorting": "met", "contact": "late", "answer": "running", "acknowledge": "met",
        "idle": "running",
    }  # fmt: skip
    assert clocks["contact"].left == -1
    assert clocks["answer"].left == 14
    assert (clocks["idle"].start, clocks["idle"].due) == (date(2026, 11, 25), date(2026, 12, 2))


def test_a_case_that_may_not_be_acknowledged_or_has_no_unit_lacks_those_clocks() -> None:
    held = Held(reason="no_place", at=at(date(2026, 11, 24)))
    case = a_case(date(2026, 11, 20), acknowledge_to=None).changed(
        state="held", held=held, assignment=None
    )
    assert set(clocks_of(case, CALENDAR, STANDARDS, date(2026, 11, 26))) == {
        "sorting", "contact", "answer",
    }  # fmt: skip
    assert sort_by(case, CALENDAR, STANDARDS) == date(2026, 11, 25)
    assert clocks_of(case, CALENDAR, STANDARDS, date(2026, 11, 26))["sorting"].state == "late"


def test_the_last_act_is_the_newest_of_all_that_people_did() -> None:
    case = a_case(date(2026, 11, 20))
    assert last_act(case, CALENDAR) == date(2026, 11, 20)
    stopped = paused(case, reason="x", by="a", at=at(date(2026, 11, 24)))
    assert last_act(stopped, CALENDAR) == date(2026, 11, 24)
    assert last_act(case.changed(acted_at=at(date(2026, 11, 26))), CALENDAR) == date(2026, 11, 26)
