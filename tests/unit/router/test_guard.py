"""A disclosure reaches no unit, and nobody gets the complaint that names them as manager."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.router.guard import is_said
from services.router.locating.gazetteer import Gazetteer
from services.router.routing import route
from shared.department import Department
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from shared.domain.reading import Flag, FlagName
from tests.unit.router.conftest import NOW

Routing = Callable[..., Assignment | Held]


def flag(name: FlagName, words: str) -> Flag:
    return Flag(name=name, words=words, start=0, end=len(words))


@pytest.fixture
def routing(department: Department, gazetteer: Gazetteer, a_case: Callable[..., Case]) -> Routing:
    laval = department.units["DR-13"].model_copy(update={"managers": ("Anne-Marie Gabarit",)})
    managed = department.model_copy(update={"units": {**department.units, "DR-13": laval}})

    def routing(text: str, *flags: Flag, **fields: object) -> Assignment | Held:
        case = a_case(flags=flags, **fields)
        return route(case, text, department=managed, gazetteer=gazetteer, at=NOW)

    return routing


@pytest.mark.parametrize("fields", [{}, {"office_chosen": "DR-13"}])
def test_a_possible_disclosure_is_held_wherever_it_would_go(
    routing: Routing, fields: dict[str, object]
) -> None:
    decision = routing("à Laval", flag("possible_disclosure", "pot-de-vin"), **fields)
    assert isinstance(decision, Held)
    assert decision.reason == "possible_disclosure"
    assert [one.unit_id for one in decision.candidates] == ["DR-13"]


def test_a_possible_disclosure_without_a_place_has_the_same_reason(routing: Routing) -> None:
    decision = routing("Bonjour", flag("possible_disclosure", "pot-de-vin"))
    assert isinstance(decision, Held)
    assert (decision.reason, decision.candidates) == ("possible_disclosure", ())


def test_a_complaint_that_names_the_manager_is_held_with_the_unit_first(routing: Routing) -> None:
    decision = routing("à Laval, H7N 1A1", flag("names_staff", "la directrice, Mme Gabarit"))
    assert isinstance(decision, Held)
    assert decision.reason == "names_manager"
    assert decision.candidates[0].unit_id == "DR-13"
    assert decision.candidates[0].rule_id == "R-13"


@pytest.mark.parametrize("words", ["mon agent, M. Modèle", "Julie Gabarit, mon agente"])
def test_a_complaint_that_names_somebody_else_goes_to_the_serving_unit(
    routing: Routing, words: str
) -> None:
    decision = routing("à Laval", flag("names_staff", words))
    assert isinstance(decision, Assignment)
    assert decision.unit_id == "DR-13"


def test_the_manager_of_another_unit_changes_nothing(routing: Routing) -> None:
    decision = routing("à Gatineau", flag("names_staff", "Mme Gabarit"))
    assert isinstance(decision, Assignment)
    assert decision.unit_id == "DR-07"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Anne-Marie Gabarit", True),
        ("Mme GABARIT", True),
        ("directrice Gabarit", True),
        ("A. Gabarit", True),
        ("Marie Gabarit", True),
        ("Gabarit", True),
        ("Louise Gabarit", False),
        ("L. Gabarit", False),
        ("Mme Gabarite", False),
        ("Anne-Marie", False),
        ("", False),
    ],
)
def test_a_manager_is_told_by_family_name_unless_the_given_name_is_another(
    words: str, said: bool
) -> None:
    assert is_said("Anne-Marie Gabarit", words) is said


def test_a_manager_without_a_name_is_never_said() -> None:
    assert not is_said("", "Mme Gabarit")
