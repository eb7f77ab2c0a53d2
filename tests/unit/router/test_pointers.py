"""Units that are pointed at: by name, by the number of a case, by an address, as a partner."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import pytest

from services.router.locating.gazetteer import Gazetteer
from services.router.pointers import Beside
from services.router.routing import route
from shared.department import Department
from shared.domain.assignment import Assignment, Candidate, Held
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.unit import Rule, Unit
from tests.unit.router.conftest import NOW

PERSON = "julie@courriel.example"
LONGUEUIL, SHAWINIGAN, SAINT_GEORGES = (
    f"plaintes.{town}@ministere.example" for town in ("longueuil", "shawinigan", "saint-georges")
)
Routing = Callable[..., Assignment | Held]


@pytest.fixture
def routing(department: Department, gazetteer: Gazetteer, a_case: Callable[..., Case]) -> Routing:
    def routing(
        text: str,
        *,
        beside: Beside | None = None,
        units: Iterable[Unit] = (),
        rules: Iterable[Rule] = (),
        **fields: object,
    ) -> Assignment | Held:
        here = department.model_copy(
            update={
                "units": {**department.units, **{unit.id: unit for unit in units}},
                "rules": (*department.rules, *rules),
            }
        )
        case = a_case(complainant=Complainant(address="Julie@courriel.example"), **fields)
        return route(
            case, text, department=here, gazetteer=gazetteer, at=NOW, beside=beside or Beside()
        )

    return routing


@pytest.fixture
def quoted(a_case: Callable[..., Case]) -> Callable[..., Case]:
    def quoted(unit: str, *participants: str) -> Case:
        assignment = Assignment(unit_id=unit, rule_id="R", at=NOW)
        return a_case(
            id="5b1f0c0e-0000-5000-8000-000000000002",
            reference="26-0000-0000-0",
            assignment=assignment,
            participants=participants,
        )

    return quoted


def result(decision: Assignment | Held) -> tuple[str, str]:
    if isinstance(decision, Held):
        return "held", decision.reason
    return decision.unit_id, decision.rule_id


def units(candidates: Iterable[Candidate]) -> list[str]:
    return [one.unit_id for one in candidates]


def test_the_number_of_an_own_case_leads_to_its_unit_before_any_place(
    routing: Routing, quoted: Callable[..., Case]
) -> None:
    beside = Beside(quoted=(quoted("DR-07", PERSON),))
    decision = routing("J’habite à Laval.", beside=beside)
    assert result(decision) == ("DR-07", "case_reference")
    assert isinstance(decision, Assignment)
    assert [(one.unit_id, one.why_not) for one in decision.alternatives] == [
        ("DR-13", "unit_before_place")
    ]


def test_the_number_of_a_case_of_others_is_only_a_candidate(
    routing: Routing, quoted: Callable[..., Case]
) -> None:
    beside = Beside(quoted=(quoted("DR-07", "autre@courriel.example"),))
    assert result(routing("à Laval", beside=beside)) == ("DR-13", "R-13")
    held = routing("Bonjour", beside=beside)
    assert isinstance(held, Held)
    assert (held.reason, units(held.candidates)) == ("no_place", ["DR-07"])
    assert held.candidates[0].evidence[0].strength == "weak"


def test_the_number_of_a_case_at_the_complaints_office_is_only_a_candidate(
    routing: Routing, quoted: Callable[..., Case]
) -> None:
    beside = Beside(quoted=(quoted("DPRC", PERSON),))
    assert result(routing("à Laval", beside=beside)) == ("DR-13", "R-13")
    held = routing("Bonjour", beside=beside)
    assert isinstance(held, Held)
    assert units(held.candidates) == ["DPRC"]


def test_a_case_that_nobody_has_yet_leads_nowhere(
    routing: Routing, a_case: Callable[..., Case]
) -> None:
    waiting = a_case(id="5b1f0c0e-0000-5000-8000-000000000003", participants=(PERSON,))
    assert result(routing("Bonjour", beside=Beside(quoted=(waiting,)))) == ("held", "no_place")


def test_a_named_unit_comes_before_the_number_of_a_case(
    routing: Routing, quoted: Callable[..., Case]
) -> None:
    beside = Beside(quoted=(quoted("DR-07", PERSON),))
    decision = routing("au bureau de Longueuil", beside=beside)
    assert result(decision) == ("MO-LON", "unit_named")
    assert isinstance(decision, Assignment)
    assert [one.why_not for one in decision.alternatives] == ["stronger_claim"]


def test_the_number_of_a_case_comes_before_an_address_and_follows_a_closed_unit(
    routing: Routing, quoted: Callable[..., Case]
) -> None:
    beside = Beside(quoted=(quoted("CA-BEA", PERSON),))
    found = routing("Bonjour", beside=beside, addressees=(LONGUEUIL,))
    assert result(found) == ("CA-STG", "case_reference")


@pytest.mark.parametrize(
    ("addressees", "to", "cc", "found"),
    [
        ((), (LONGUEUIL,), (), "MO-LON"),
        ((), ("equipe.longueuil@ministere.example",), (), "MO-LON"),
        ((), (), (LONGUEUIL,), "MO-LON"),
        ((SHAWINIGAN, LONGUEUIL), (LONGUEUIL,), (SHAWINIGAN,), "MO-LON"),
        ((SHAWINIGAN,), (), (), "MAU-SH"),
        ((SHAWINIGAN, LONGUEUIL), (), (LONGUEUIL,), "MAU-SH"),
        ((), (LONGUEUIL, SHAWINIGAN), (), "held"),
        ((), ("direction.plaintes@ministere.example",), (LONGUEUIL,), "MO-LON"),
        ((), ("quelqu-un@ailleurs.example",), (), "DR-13"),
    ],
)
def test_to_comes_before_the_envelope_and_the_envelope_before_a_copy(
    routing: Routing,
    addressees: tuple[str, ...],
    to: tuple[str, ...],
    cc: tuple[str, ...],
    found: str,
) -> None:
    decision = routing("à Laval", beside=Beside(to=to, cc=cc), addressees=addressees)
    assert result(decision)[0] == found


def test_a_text_that_names_another_unit_than_the_address_is_held(routing: Routing) -> None:
    decision = routing("au bureau de Longueuil", beside=Beside(to=(SAINT_GEORGES,)))
    assert result(decision) == ("held", "conflicting_places")


def a_partner(**fields: object) -> Unit:
    basis: dict[str, object] = {
        "id": "PART",
        "kind": "partner",
        "name_fr": "Service d’accueil Zéphyr",
        "name_en": "Zephyr welcome service",
        "address": "plaintes.zephyr@ministere.example",
        "mailbox": "equipe@zephyr.example",
        "municipality_code": "66023",
        "valid_from": date(2016, 1, 1),
    }
    return Unit.model_validate({**basis, **fields})


MANDATE = Rule(
    id="P-1",
    scope_kind="municipality",
    scope_value="66023",
    unit_id="PART",
    valid_from=date(2016, 1, 1),
)


def test_a_partner_serves_its_municipality_and_no_other(routing: Routing) -> None:
    given = {"units": [a_partner()], "rules": [MANDATE]}
    assert result(routing("J’habite à Montréal.", **given)) == ("PART", "P-1")
    assert result(routing("J’habite à Westmount.", **given)) == ("DR-06", "R-06")


def test_a_partner_serves_only_on_the_days_of_its_mandate(routing: Routing) -> None:
    given = {"units": [a_partner()], "rules": [MANDATE]}
    before = {"happened_on": date(2015, 12, 31)}
    assert result(routing("J’habite à Montréal.", **given, **before)) == ("DR-06", "R-06")
    text = "le Service d’accueil Zéphyr de Montréal"
    assert result(routing(text, **given)) == ("PART", "unit_named")
    assert result(routing(text, **given, **before)) == ("DR-06", "R-06")


def test_when_a_mandate_has_ended_the_department_answers(routing: Routing) -> None:
    given = {"units": [a_partner(valid_to=date(2020, 1, 1))], "rules": [MANDATE]}
    facts = {"happened_on": date(2018, 5, 1)}
    assert result(routing("J’habite à Montréal.", **given, **facts)) == ("DR-06", "R-06")


def test_a_partner_named_for_another_town_is_held(routing: Routing) -> None:
    decision = routing("le Service d’accueil Zéphyr, à Westmount", units=[a_partner()])
    assert result(decision) == ("held", "conflicting_places")
    assert isinstance(decision, Held)
    assert units(decision.candidates) == ["PART", "DR-06"]


def a_rule(rule: str, kind: str, value: str, unit: str) -> Rule:
    return Rule.model_validate(
        {"id": rule, "scope_kind": kind, "scope_value": value, "unit_id": unit}
    )


def test_a_borough_is_narrower_than_its_municipality(routing: Routing) -> None:
    rules = [
        a_rule("A", "municipality", "66023", "MTL-E"),
        a_rule("B", "borough", "REM12", "MTL-S"),
    ]
    assert result(routing("à Verdun, Montréal", rules=rules)) == ("MTL-S", "B")
    assert result(routing("à Lachine, Montréal", rules=rules)) == ("MTL-E", "A")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (a_rule("B", "borough", "REM12", "MTL-S"), "entre Verdun et Lachine"),
        (a_rule("B", "fsa", "H7N", "MTL-S"), "H7N 1A1 ou H7A 1A1"),
        (a_rule("B", "postal6", "H7N1A1", "MTL-S"), "H7N 1A1 ou H7A 1A1"),
    ],
)
def test_two_places_of_which_one_has_a_rule_are_not_decided_by_it(
    routing: Routing, rule: Rule, text: str
) -> None:
    assert result(routing(text, rules=[rule])) == ("held", "several_units")
