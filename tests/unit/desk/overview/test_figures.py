"""Figures add up, whatever the cases; each is counted by the rule that the page tells."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.desk.overview.facts import Fact, seen_by
from services.desk.overview.figures import Figures, first_of, sum_of
from services.desk.overview.periods import Period, chosen, fiscal_year
from services.desk.overview.publishing import lines_of
from services.desk.overview.tallying import Tally, figures_of, timely
from services.desk.rights import Rights, rights_of
from services.desk.signing_in import new_account
from shared.domain.account import Mandate, Role
from shared.domain.act import Satisfied
from tests.many_cases import drawn_cases, fact_of
from tests.pages_samples import assigned_case, department

TABLES = department()
YEAR = fiscal_year(2026)
TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2026, 1, 1), date(2027, 6, 30))
FACT = Fact(
    received=date(2026, 11, 2),
    unit="MTL-NO",
    region="06",
    channel="mail",
    language="fr",
    complainant="natural",
    level=1,
    due=date(2026, 11, 30),
    done=None,
    days=0,
    closed=None,
    outcome=None,
    motive=None,
    stands=False,
    event=None,
    went_up=False,
    satisfied=None,
    satisfied_on=None,
    junk=False,
)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    received = draw(DAYS)
    closed = draw(st.none() | st.integers(0, 90).map(lambda days: received + timedelta(days=days)))
    answered = draw(st.none() | st.integers(0, 90).map(lambda d: received + timedelta(days=d)))
    done = min((day for day in (closed, answered) if day), default=None)
    answers: tuple[Satisfied | None, ...] = (None, *get_args(Satisfied))
    satisfied = draw(st.sampled_from(answers)) if closed else None
    return FACT._replace(
        received=received,
        unit=draw(st.sampled_from((None, "MTL-NO", "MO-LON", "DPRC"))),
        region=draw(st.sampled_from((None, "06", "16"))),
        channel=draw(st.sampled_from(("mail", "form"))),
        language=draw(st.sampled_from(("fr", "en"))),
        level=draw(st.sampled_from((1, 1, 2))),
        due=received + timedelta(days=draw(st.integers(0, 60))),
        complainant=draw(st.sampled_from(("natural", "legal"))),
        done=done,
        days=(done - received).days if done else 0,
        closed=closed,
        outcome="founded" if closed else None,
        motive=draw(st.sampled_from(("delays", "error"))) if closed else None,
        stands=draw(st.booleans()),
        event=draw(st.sampled_from((None, "panne"))),
        satisfied=satisfied,
        satisfied_on=closed + timedelta(days=2) if closed and satisfied else None,
        junk=draw(st.integers(0, 9)) == 0,
    )


PERIODS = st.tuples(DAYS, DAYS).map(lambda days: chosen(min(days), max(days)))


@given(st.lists(facts(), max_size=25), PERIODS, DAYS, st.sampled_from(("counted", "apart")))
@settings(max_examples=60, deadline=None)
def test_every_table_adds_up_to_what_was_received(
    drawn: list[Fact], period: Period, as_of: date, events: str
) -> None:
    f = figures_of(drawn, period, as_of, events="apart" if events == "apart" else "counted")
    for counts in (f.by_outcome, f.by_month, f.by_satisfaction):
        assert sum(counts.values()) == f.total.received
    for lines in lines_of(f).values():
        whole = sum_of(lines.values())
        assert whole[:3] == f.total[:3]
        assert {days: n for days, n in whole.delays.items() if n} == f.total.delays
    assert f.total.received == f.balance.received
    still = f.by_motive[""].received if "" in f.by_motive else 0
    assert f.by_outcome.get("", 0) == still == f.total.open
    for line in (*f.by_unit.values(), f.total, f.second):
        assert line.times.total == line.received == line.closed + line.open
    linked = sum(number for event, number in f.by_event.items() if event is not None)
    counted = f.by_event[None] + (linked if events == "counted" else 0)
    assert counted == f.total.received


@given(st.lists(facts(), max_size=25), PERIODS)
@settings(max_examples=60, deadline=None)
def test_what_moved_balances_and_the_next_period_goes_on_from_there(
    drawn: list[Fact], period: Period
) -> None:
    late = date(2028, 1, 1)
    f = figures_of(drawn, period, late)
    balance = f.balance
    assert balance.before + balance.received == balance.closed + balance.after
    after = chosen(period.last + timedelta(days=1), period.last + timedelta(days=40))
    assert figures_of(drawn, after, late).balance.before == balance.after


@given(st.lists(facts(), max_size=25), PERIODS)
@settings(max_examples=40, deadline=None)
def test_the_bars_add_up_to_the_balance_of_a_period_that_is_over(
    drawn: list[Fact], period: Period
) -> None:
    f = figures_of(drawn, period, period.last)
    assert sum(span.received for span in f.spans) == f.balance.received
    assert sum(span.closed for span in f.spans) == f.balance.closed


@pytest.mark.parametrize(
    ("done", "stands", "on", "expected"),
    [
        (date(2026, 11, 30), False, date(2026, 12, 1), "in_time"),
        (date(2026, 12, 1), False, date(2026, 12, 1), "late"),
        (None, False, date(2026, 11, 30), "not_due"),
        (None, False, date(2026, 12, 1), "late"),
        (None, True, date(2026, 12, 1), "not_due"),
        # As it stood on a day: what was done later had not been done
        (date(2026, 12, 4), False, date(2026, 12, 2), "late"),
        (date(2026, 11, 20), False, date(2026, 11, 10), "not_due"),
    ],
)
def test_an_answer_is_in_time_up_to_its_day(
    done: date | None, stands: bool, on: date, expected: str
) -> None:
    assert timely(FACT._replace(done=done, stands=stands), on) == expected


def test_a_share_is_rounded_down_so_that_it_never_claims_a_target() -> None:
    kept = [FACT._replace(done=FACT.received)] * 896
    missed = [FACT._replace(due=FACT.received)] * 104
    assert figures_of(kept + missed, YEAR, TODAY).total.times.share == 89


@pytest.mark.parametrize(
    ("days", "median"),
    [
        ([], None),
        ([7], 7),
        ([0, 30], 0),
        ([3, 4, 90], 4),
        ([1, 2, 3, 4], 2),
        ([5, 5, 5, 1, 60], 5),
    ],
)
def test_half_of_the_answers_came_within_the_median(days: list[int], median: int | None) -> None:
    answered = [FACT._replace(done=TODAY, days=each) for each in days]
    assert figures_of([*answered, FACT, FACT], YEAR, TODAY).total.median == median


def test_an_answer_that_left_later_is_in_no_median_of_an_earlier_day() -> None:
    answered = FACT._replace(done=TODAY, days=15)
    assert figures_of([answered], YEAR, TODAY - timedelta(days=1)).total.answered == 0
    assert figures_of([answered], YEAR, TODAY).total.answered == 1


def test_a_delay_counts_business_days_from_the_receipt() -> None:
    # Friday to the Wednesday after: Monday is day 1
    received = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
    answered = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
    case = assigned_case().case.changed(received_at=received, answered_at=answered)
    assert fact_of(case, TABLES).days == 3


def test_each_kind_of_person_has_a_line_of_its_own() -> None:
    natural = [FACT._replace(done=TODAY, days=4)] * 3
    legal = FACT._replace(complainant="legal", due=FACT.received, done=TODAY, days=40)
    by = figures_of([*natural, legal], YEAR, TODAY).by_complainant
    assert {kind: (line.times.share, line.median) for kind, line in by.items()} == {
        "natural": (100, 4),
        "legal": (0, 40),
    }


@given(st.lists(facts(), max_size=25), PERIODS, DAYS, st.integers(0, 25))
@settings(max_examples=60, deadline=None)
def test_how_facts_are_cut_into_pieces_changes_nothing(
    drawn: list[Fact], period: Period, as_of: date, cut: int
) -> None:
    tally = Tally(period, as_of)
    tally.add(drawn[:cut])
    tally.add(drawn[cut:])
    assert tally.figures() == figures_of(drawn, period, as_of)


def test_no_share_is_told_while_no_day_has_come() -> None:
    assert figures_of([FACT], YEAR, TODAY).total.times.share is None


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        # 03:59 UTC on 1 April is still 31 March in Québec, at summer time
        (datetime(2026, 4, 1, 3, 59, tzinfo=UTC), 2025),
        (datetime(2026, 4, 1, 4, 0, tzinfo=UTC), 2026),
        (datetime(2027, 4, 1, 3, 59, tzinfo=UTC), 2026),
        (datetime(2027, 4, 1, 4, 0, tzinfo=UTC), 2027),
    ],
)
def test_a_fiscal_year_ends_at_midnight_in_quebec(moment: datetime, year: int) -> None:
    case = assigned_case().case.changed(received_at=moment)
    fact = fact_of(case, TABLES)
    counted = {y: figures_of([fact], fiscal_year(y), date(2028, 1, 1)) for y in (2025, 2026, 2027)}
    assert [y for y, f in counted.items() if f.total.received] == [year]


def test_junk_that_nobody_confirmed_is_told_apart_and_counted_once_it_has_a_unit() -> None:
    spam = assigned_case().case.changed(tray="spam")
    f = figures_of([fact_of(spam.changed(assignment=None), TABLES)], YEAR, TODAY)
    assert (f.total.received, f.not_counted) == (0, 1)
    f = figures_of([fact_of(spam, TABLES)], YEAR, TODAY)
    assert (f.total.received, f.not_counted) == (1, 0)


def test_a_second_level_case_is_in_no_other_figure() -> None:
    second = FACT._replace(level=2, unit="DPRC", done=TODAY, closed=TODAY, outcome="founded")
    f = figures_of([FACT, second], YEAR, TODAY)
    assert f.total.received == 1
    assert (f.second.received, f.second.closed) == (1, 1)


def test_a_case_of_the_complaints_office_belongs_to_no_region_by_itself() -> None:
    case = assigned_case().case
    assert case.assignment is not None
    moved = case.assignment.model_copy(update={"unit_id": "DPRC", "region": None})
    assert fact_of(case.changed(assignment=moved), TABLES).region is None


def rights(role: Role, unit: str | None = None) -> Rights:
    account = new_account("a", "A", mandates=(Mandate(role=role, unit_id=unit),))
    return rights_of(account, TABLES, TODAY)


def figures_for(who: Rights) -> Figures:
    drawn = [fact_of(case, TABLES) for case in drawn_cases(1, 400)]
    return figures_of(seen_by(drawn, who), YEAR, TODAY)


def test_a_manager_counts_the_units_they_lead_and_no_other() -> None:
    assert set(figures_for(rights("manager", "MTL-NO")).by_unit) == {"MTL-NO"}


def test_a_manager_of_a_regional_branch_counts_its_offices_too() -> None:
    assert set(figures_for(rights("manager", "DR-16")).by_unit) == {"MO-LON"}


def test_the_complaints_office_counts_all() -> None:
    everything = figures_for(rights("complaints_office"))
    assert {"MTL-NO", "MO-LON", "DR-09", None} <= set(everything.by_unit)


@pytest.mark.parametrize("role", ["agent", "staff", "operations", "privacy", "authority"])
def test_who_makes_no_report_counts_nothing(role: Role) -> None:
    assert figures_for(rights(role, "MTL-NO")).total.received == 0


@given(st.lists(facts(), max_size=25), st.integers(0, 4))
@settings(max_examples=40, deadline=None)
def test_units_that_are_not_listed_are_summed(drawn: list[Fact], most: int) -> None:
    f = figures_of(drawn, YEAR, TODAY)
    listed, others, rest = first_of(f.by_unit, most)
    assert len(listed) + others == len(f.by_unit)
    assert sum(line.received for line in listed.values()) + rest.received == f.total.received
    assert rest.times.total == rest.received == rest.closed + rest.open
