"""Reasons in words a person can read, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from services.router.explaining import explain, report
from services.router.locating.gazetteer import Gazetteer, locate
from services.router.routing import route
from shared.department import Department
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from tests.unit.router.conftest import NOW

Deciding = Callable[[str], Assignment | Held]


@pytest.fixture
def deciding(department: Department, gazetteer: Gazetteer, a_case: Callable[..., Case]) -> Deciding:
    def deciding(text: str) -> Assignment | Held:
        return route(a_case(), text, department=department, gazetteer=gazetteer, at=NOW)

    return deciding


def test_an_assignment_names_clues_rule_and_day(deciding: Deciding, department: Department) -> None:
    assert explain(deciding("à Boucherville J4B 1A1"), department, "fr") == (
        "Confiée à\u00a0: Bureau de Services Québec de Longueuil, parce que le nom "
        "«\u00a0Boucherville\u00a0» et le code postal J4B 1A1 s’accordent\u00a0; "
        "règle R-102B, valable depuis le 5\u00a0novembre 2020. Pesé aussi\u00a0: Direction "
        "régionale de Services Québec – Montérégie, pour le code postal J4B 1A1 (une règle plus "
        "précise passe avant)."
    )
    assert explain(deciding("à Boucherville J4B 1A1"), department, "en") == (
        "Assigned to: Longueuil Services Québec office, because the name “Boucherville” and the "
        "postal code J4B 1A1 agree; rule R-102B, valid since November 5, 2020. Weighed too: "
        "Services Québec Regional Branch – Montérégie, for the postal code J4B 1A1 (a narrower "
        "rule comes first)."
    )


def test_a_named_unit_needs_no_rule(deciding: Deciding, department: Department) -> None:
    text = explain(deciding("au bureau de Longueuil"), department, "fr")
    assert "l’unité nommée «\u00a0bureau de Longueuil\u00a0» y mène" in text
    assert text.endswith("l’unité qui a servi la personne répond.")


def test_a_place_that_lost_against_a_named_unit_is_told(
    deciding: Deciding, department: Department
) -> None:
    text = explain(deciding("au bureau de Longueuil. J’habite à Laval."), department, "en")
    assert text.endswith(
        "Weighed too: Services Québec Regional Branch – Laval, for the name “Laval” "
        "(a unit that is pointed out comes before a place)."
    )


def test_a_namesake_that_the_postal_code_excludes_is_told(
    deciding: Deciding, department: Department
) -> None:
    text = explain(deciding("à Notre-Dame-de-Lourdes, J0K 1K0"), department, "en")
    assert "Assigned to: Services Québec Regional Branch – Lanaudière" in text
    assert (
        "Services Québec Regional Branch – Centre-du-Québec, for the name "
        "“Notre-Dame-de-Lourdes” (the other clues exclude it)"
    ) in text.partition("Weighed too: ")[2]


def test_a_clue_that_was_too_weak_is_told(deciding: Deciding, department: Department) -> None:
    text = explain(deciding("à Laval. Ma caisse Desjardins."), department, "en")
    assert "Chaudière-Appalaches" in text
    assert text.endswith("(the clue is too weak).")


def test_a_unit_that_a_person_chose_says_who_and_why(department: Department) -> None:
    chosen = Assignment(
        unit_id="DR-13", rule_id="person", at=NOW, by="Lise Essai", because="appel du 3 mai"
    )
    assert explain(chosen, department, "en").endswith(
        "Branch – Laval, chosen by Lise Essai: “appel du 3 mai”."
    )
    assert "choisie par Lise Essai" in explain(chosen, department, "fr")


def test_a_held_case_lists_who_it_could_be_and_why(
    deciding: Deciding, department: Department
) -> None:
    text = explain(deciding("Laval J4H 1A1"), department, "en")
    assert text.startswith("Held: the clues contradict each other (the name “Laval” and ")
    assert "Regional Branch – Montérégie, for the postal code J4H 1A1" in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_to_hold_has_its_words(department: Department, language: str) -> None:
    from shared.domain.assignment import HeldReason

    for reason in HeldReason.__args__:  # type: ignore[attr-defined] # a Literal at run time
        said = explain(Held(reason=reason, at=NOW), department, language)
        assert len(said) > 20


def test_a_report_has_its_keys_and_is_plain_json(
    deciding: Deciding, department: Department, gazetteer: Gazetteer
) -> None:
    text = "Laval J4H 1A1"
    location = locate(text, gazetteer, on=NOW.date(), units=department.units)
    found = report("a.eml", location, deciding(text), department)
    assert list(found) == [
        "file", "status", "region", "municipality_code", "unit", "held_reason", "candidates",
        "evidence",
    ]  # fmt: skip
    assert json.loads(json.dumps(found))["held_reason"] == "conflicting_places"
    sent = report("b.eml", location, deciding("à Laval"), department)
    assert (sent["unit"], sent["held_reason"], sent["candidates"]) == ("DR-13", None, [])
