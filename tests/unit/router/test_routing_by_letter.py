"""What came with a person's words is asked when they lead nowhere, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.router.assigning import LONGEST, decide, letters_of, text_of
from services.router.locating.gazetteer import Gazetteer
from shared.department import Department
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.reading import DocumentText, Forwarded, Reading
from tests.unit.router.conftest import NOW

LAVAL, GATINEAU = "J’habite à Laval, H7N 1A1.", "J’habite à Gatineau, J8X 2A1."


def document(text: str, name: str = "lettre.pdf") -> DocumentText:
    return DocumentText(part="2", name=name, type="application/pdf", state="read", text=text)


@pytest.fixture
def deciding(
    department: Department, gazetteer: Gazetteer, a_case: Callable[..., Case]
) -> Callable[..., Assignment | Held]:
    def deciding(reading: Reading, *letters: str, **fields: object) -> Assignment | Held:
        return decide(
            a_case(**fields), reading, [document(text) for text in letters],
            department=department, gazetteer=gazetteer, at=NOW,
        )  # fmt: skip

    return deciding


def wrote(own_text: str, **more: object) -> Reading:
    return Reading(own_text=own_text, text=own_text).model_copy(update=more)


def unit_of(decision: Assignment | Held) -> str:
    return decision.unit_id if isinstance(decision, Assignment) else decision.reason


Deciding = Callable[..., Assignment | Held]


def test_see_attached_letter_goes_where_the_letter_says(deciding: Deciding) -> None:
    assert unit_of(deciding(wrote("Voir lettre jointe."), LAVAL)) == "DR-13"
    assert unit_of(deciding(wrote("See attached letter."), "I live in Laval, H7N 1A1.")) == "DR-13"


def test_own_words_with_a_place_are_not_mixed_with_the_letter(deciding: Deciding) -> None:
    assert unit_of(deciding(wrote(LAVAL), GATINEAU)) == "DR-13"


def test_two_letters_that_contradict_are_for_a_person(deciding: Deciding) -> None:
    assert unit_of(deciding(wrote("Voir pièces."), LAVAL, GATINEAU)) == "conflicting_places"


def test_a_letter_without_a_place_changes_nothing(deciding: Deciding) -> None:
    assert unit_of(deciding(wrote("Voir pièces."), "Personne ne répond.")) == "no_place"


@pytest.mark.parametrize("tray", ["automatic", "spam", "unreadable"])
def test_no_letter_leads_a_case_out_of_another_tray(deciding: Deciding, tray: str) -> None:
    decision = deciding(wrote("Voir lettre jointe."), LAVAL, tray=tray)
    assert isinstance(decision, Held)


def test_a_signature_is_read_with_the_words(deciding: Deciding) -> None:
    signed = wrote("Personne ne répond.", signature="Ana Modele\n12, rue X, Laval H7N 1A1")
    assert unit_of(deciding(signed)) == "DR-13"


def test_a_complaint_that_a_colleague_hands_in_is_routed_by_what_the_person_wrote(
    deciding: Deciding,
) -> None:
    handed_in = wrote(
        "Pour traitement.",
        signature="Bureau de Gatineau, J8X 2A1",
        forwarded=Forwarded(from_address="ana@courriel.example", text=LAVAL),
    )
    assert unit_of(deciding(handed_in, forwarded_by="agent@ministere.example")) == "DR-13"


def test_a_mail_that_a_person_passes_on_is_asked_like_a_letter(deciding: Deciding) -> None:
    passed_on = Forwarded(from_address="ana@courriel.example", text=LAVAL)
    assert unit_of(deciding(wrote("Voir ci-dessous.", forwarded=passed_on))) == "DR-13"
    assert unit_of(deciding(wrote(GATINEAU, forwarded=passed_on))) == "DR-07"


def test_the_own_words_come_first_so_that_evidence_can_be_marked(
    a_case: Callable[..., Case],
) -> None:
    case = a_case(subject="Sujet", complainant=Complainant(postal_address="Adresse"))
    reading = wrote("Les mots", signature="La fin")
    assert text_of(case, reading) == "Les mots\n\nLa fin\n\nSujet\n\nAdresse"


def test_a_long_document_leaves_room_for_the_next() -> None:
    found = letters_of(Reading(), [document("mot " * LONGEST), document(LAVAL)])
    assert len(found) <= LONGEST + 2
    assert found.endswith(LAVAL)


def test_what_looks_like_history_in_a_first_mail_may_name_the_place(deciding: Deciding) -> None:
    told = wrote("Bonjour,", quoted_text=f"Le 3 mars, l’agent a écrit : non.\n{LAVAL}")
    assert unit_of(deciding(told)) == "DR-13"
    answer = told.model_copy(update={"references": ("avis@ministere.example",)})
    assert unit_of(deciding(answer)) == "no_place"


def test_the_unit_in_to_counts_and_not_that_of_a_colleague_who_passes_it_on(
    deciding: Deciding,
) -> None:
    reading = wrote("Personne ne répond.", to=("equipe.longueuil@ministere.example",))
    assert unit_of(deciding(reading)) == "MO-LON"
    assert unit_of(deciding(reading, forwarded_by="agent@ministere.example")) == "no_place"
