"""What a card of the sorting queue tells, worked out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.desk.office.card import MOST_CANDIDATES, Age, age_of, card_of
from services.desk.office.naming import unit_typed
from shared.domain.assignment import Candidate, Held
from shared.errors import Refused
from tests.desk_people import maybe_disclosing
from tests.pages_samples import EVIDENCE, NOW, RECEIVED, department, held_case

DEPARTMENT = department()
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("passed", "age"),
    [
        (timedelta(minutes=-5), Age("minutes", 0)),
        (timedelta(minutes=59), Age("minutes", 59)),
        (timedelta(hours=1), Age("hours", 1)),
        (timedelta(hours=47, minutes=59), Age("hours", 47)),
        (timedelta(days=2), Age("days", 2)),
    ],
)
def test_an_age_is_told_in_its_shortest_measure(passed: timedelta, age: Age) -> None:
    assert age_of(passed) == age


def test_a_case_is_to_be_sorted_one_business_day_after_it_was_held() -> None:
    card = card_of(held_case().case, None, DEPARTMENT, NOW)
    assert (card.sort_on, card.left) == (date(2026, 11, 23), -1)


def test_candidates_keep_their_order_and_the_numbers_of_their_clues() -> None:
    card = card_of(held_case().case, None, DEPARTMENT, NOW)
    assert [(one.number, one.unit.id) for one in card.choices] == [(1, "MTL-NO"), (2, "DR-16")]
    assert [clue.number for clue in card.choices[0].clues] == [2]
    assert card.regions == ("06", "16")


def test_a_unit_that_takes_no_cases_is_no_choice() -> None:
    held = Held(reason="no_rule", at=RECEIVED, candidates=(Candidate(unit_id="GONE"),))
    assert card_of(held_case().case.changed(held=held), None, DEPARTMENT, NOW).choices == ()


def test_more_candidates_than_fit_are_counted() -> None:
    units = [Candidate(unit_id=f"DR-{number:02}", evidence=EVIDENCE[:1]) for number in range(1, 10)]
    held = Held(reason="several_units", at=RECEIVED, candidates=tuple(units))
    card = card_of(held_case().case.changed(held=held), None, DEPARTMENT, NOW)
    assert (len(card.choices), card.more) == (MOST_CANDIDATES, 4)


def test_what_may_disclose_wrongdoing_is_guarded() -> None:
    case = maybe_disclosing(1).case
    only_held = case.changed(flags=())
    only_flag = case.changed(held=held_case().case.held)
    guarded = [
        card_of(one, None, DEPARTMENT, NOW).guarded
        for one in (case, only_held, only_flag, held_case().case)
    ]
    assert guarded == [True, True, True, False]


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("Bureau de Services Québec de Parc-Extension", "MTL-PX"),
        ("parc extension", "MTL-PX"),
        ("East Angus", "ES-EAN"),
        ("mtl-s", "MTL-S"),
        ("Montérégie", "DR-16"),
    ],
)
def test_a_unit_is_found_by_what_people_type(typed: str, unit: str) -> None:
    assert unit_typed(typed, DEPARTMENT.units.values(), TODAY) == unit


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "no_such_unit"), ("Atlantide", "no_such_unit"), ("Québec", "several_units")],
)
def test_a_name_of_none_or_of_several_units_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        unit_typed(typed, DEPARTMENT.units.values(), TODAY)
    assert refused.value.code == code
