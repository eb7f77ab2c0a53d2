"""Which unit a case goes to, what comes before what, and when a person must choose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from services.router.locating.gazetteer import Gazetteer
from services.router.routing import route
from shared.department import Department
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from shared.domain.unit import Rule
from tests.unit.router.conftest import NOW

Routing = Callable[..., Assignment | Held]


@pytest.fixture
def routing(department: Department, gazetteer: Gazetteer, a_case: Callable[..., Case]) -> Routing:
    def routing(text: str, *, rules: tuple[Rule, ...] = (), **fields: object) -> Assignment | Held:
        here = department.model_copy(update={"rules": (*department.rules, *rules)})
        return route(a_case(**fields), text, department=here, gazetteer=gazetteer, at=NOW)

    return routing


def a_rule(kind: str, value: str, unit: str = "MO-LON") -> Rule:
    return Rule.model_validate(
        {"id": "R-X", "scope_kind": kind, "scope_value": value, "unit_id": unit}
    )


def assigned(decision: Assignment | Held) -> tuple[str, str]:
    assert isinstance(decision, Assignment)
    return decision.unit_id, decision.rule_id


def held(decision: Assignment | Held) -> tuple[str, list[str]]:
    assert isinstance(decision, Held)
    return decision.reason, [candidate.unit_id for candidate in decision.candidates]


@pytest.mark.parametrize(
    ("text", "fields", "unit", "because"),
    [
        ("à Laval", {"office_chosen": "CA-STG"}, "CA-STG", "unit_chosen"),
        ("à Laval", {"office_chosen": "CA-STG", "channel": "phone"}, "CA-STG", "unit_named"),
        ("à Laval", {"office_chosen": "CA-STG", "channel": "counter"}, "CA-STG", "unit_named"),
        (
            "à Laval",
            {"office_chosen": "CA-STG", "addressees": ("plaintes.longueuil@ministere.example",)},
            "CA-STG",
            "unit_chosen",
        ),
        ("le bureau de Longueuil, j’habite à Laval", {}, "MO-LON", "unit_named"),
        (
            "à Laval",
            {"addressees": ("Plaintes.Longueuil+x@ministere.example",)},
            "MO-LON",
            "unit_address",
        ),
        ("à Boucherville J4B 1A1", {}, "MO-LON", "R-102B"),
        ("à Forestville", {}, "CN-ESC", "R-101"),
        ("MRC de La Haute-Côte-Nord", {}, "CN-ESC", "R-101"),
        ("J’habite à Laval, H7N 1A1", {}, "DR-13", "R-13"),
        ("en Gaspésie", {}, "DR-11", "R-11"),
    ],
)
def test_the_strongest_clue_decides(
    routing: Routing, text: str, fields: dict[str, object], unit: str, because: str
) -> None:
    assert assigned(routing(text, **fields)) == (unit, because)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("postal6", "H7N1A1", "à Laval H7N 1A1"),
        ("postal6", "J0J1A0", "J0J 1A0"),
        ("municipality", "65005", "à Laval H7N 1A1"),
        ("borough", "REM12", "à Verdun"),
        ("locality", "Côte-des-Neiges", "à Côte-des-Neiges"),
        ("mrc", "750", "à Saint-Jérôme"),
        ("fsa", "H7N", "H7N 1A1"),
        ("fsa", "J0J", "J0J 1A0"),
    ],
)
def test_a_narrower_rule_comes_before_the_region(
    routing: Routing, kind: str, value: str, text: str
) -> None:
    assert assigned(routing(text, rules=(a_rule(kind, value),))) == ("MO-LON", "R-X")


def test_a_closed_office_leads_to_its_successor(routing: Routing) -> None:
    text = "Le CLE de Pointe-aux-Trembles m’a refusé."
    assert assigned(routing(text, happened_on=date(2014, 3, 2)))[0] == "MTL-E"
    assert assigned(routing("", office_chosen="CA-BEA"))[0] == "CA-STG"


def test_the_day_of_the_facts_decides_which_rule_applies(routing: Routing) -> None:
    assert assigned(routing("à Granby"))[0] == "DR-05"
    assert assigned(routing("à Granby", happened_on=date(2021, 7, 7)))[0] == "DR-16"
    assert assigned(routing("à Boucherville", happened_on=date(2019, 1, 1)))[1] == "R-102A"


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({"office_chosen": "CA-STG"}, "CA-STG"),
        ({"addressees": ("plaintes.saint-georges@ministere.example",)}, "MO-LON"),
    ],
)
def test_a_text_that_names_another_unit_is_held_with_both(
    routing: Routing, fields: dict[str, object], first: str
) -> None:
    reason, candidates = held(routing("le bureau de Longueuil", **fields))
    assert reason == "conflicting_places"
    assert candidates[0] == first
    assert set(candidates) == {"CA-STG", "MO-LON"}


def test_two_units_named_are_held(routing: Routing) -> None:
    decision = routing("du bureau de Longueuil au bureau de Shawinigan")
    assert held(decision) == ("several_units", ["MO-LON", "MAU-SH"])


def test_an_old_and_a_new_name_of_one_unit_are_one_unit(routing: Routing) -> None:
    text = "le CLE d’Ahuntsic, devenu bureau de Services Québec du nord-ouest de Montréal"
    assert assigned(routing(text)) == ("MTL-NO", "unit_named")


@pytest.mark.parametrize(
    ("text", "reason", "candidates"),
    [
        ("Bonjour", "no_place", []),
        ("J0J 1A0", "ambiguous_place", ["DR-16", "DR-05"]),
        ("Laval J4H 1A1", "conflicting_places", ["DR-13", "DR-16"]),
        ("Windsor, Ontario", "outside_quebec", []),
        ("Boucherville ou Longueuil", "several_units", ["MO-LON", "DR-16"]),
        ("ma caisse Desjardins", "ambiguous_place", ["DR-12"]),
    ],
)
def test_what_the_rules_cannot_decide_is_held_with_candidates(
    routing: Routing, text: str, reason: str, candidates: list[str]
) -> None:
    assert held(routing(text)) == (reason, candidates)


def test_a_place_no_rule_claims_is_held(
    department: Department, gazetteer: Gazetteer, a_case: Callable[..., Case]
) -> None:
    bare = department.model_copy(update={"rules": ()})
    decision = route(a_case(), "à Laval", department=bare, gazetteer=gazetteer, at=NOW)
    assert held(decision) == ("no_rule", [])


def test_two_rules_of_one_level_are_never_a_coin_toss(routing: Routing) -> None:
    decision = routing("à Laval", rules=(a_rule("region", "13"),))
    assert held(decision) == ("several_units", ["DR-13", "MO-LON"])


def test_a_default_rule_proposes_and_does_not_assign(routing: Routing) -> None:
    decision = routing("Laval J4H 1A1", rules=(a_rule("default", ""),))
    assert held(decision) == ("conflicting_places", ["DR-13", "DR-16", "MO-LON"])


def test_writing_to_the_complaints_office_says_nothing_of_who_served(routing: Routing) -> None:
    to = ("direction.plaintes@ministere.example", "plaintes@ministere.example")
    assert assigned(routing("à Laval", addressees=to)) == ("DR-13", "R-13")


def test_an_office_that_does_not_exist_is_no_choice(routing: Routing) -> None:
    assert assigned(routing("à Laval", office_chosen="NOWHERE"))[0] == "DR-13"


def test_every_answer_names_the_tables_it_was_made_with(
    routing: Routing, department: Department
) -> None:
    for text in ("à Laval", "Bonjour"):
        assert routing(text).rules_version == department.version
