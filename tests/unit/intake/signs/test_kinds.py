"""Kinds and complainants: in doubt a complaint, and by a person."""

from __future__ import annotations

from datetime import date

import pytest

from services.intake.signs.proposal import triage

TODAY = date(2026, 11, 20)


def kind(text: str, subject: str = "") -> str:
    return triage(text, subject=subject, received_on=TODAY).kind


@pytest.mark.parametrize("text", ["", "?", "voir pièce jointe", "bof", "x" * 5000, "你好"])
def test_in_doubt_it_is_a_complaint(text: str) -> None:
    assert kind(text) == "complaint"


def test_thanks_that_also_complain_are_a_complaint() -> None:
    assert kind("Merci pour votre aide.") == "thanks"
    assert kind("Merci pour votre aide.", subject="Plainte") == "complaint"
    assert kind("Merci pour votre aide, mais c'est long.") == "complaint"


def test_closing_with_thanks_is_no_thank_you() -> None:
    assert kind("Il manque une chaise. Merci de votre attention.") == "complaint"


def test_another_body_counts_only_where_nothing_is_ours() -> None:
    assert kind("Ma facture d'Hydro-Québec est fausse.") == "out_of_scope"
    assert kind("Ma facture d'Hydro-Québec est due et mon chèque n'arrive pas.") == "complaint"
    assert kind("Hydro-Québec!") == "complaint"


def test_a_long_story_with_a_question_in_it_is_a_complaint() -> None:
    story = "Je suis venu au bureau avec mes papiers et la dame les a pris sans les regarder. " * 10
    assert kind(f"{story} Pouvez-vous me dire quoi faire?") == "complaint"


@pytest.mark.parametrize(
    ("text", "signature", "sender", "expected"),
    [
        ("Notre entreprise attend.", "", "", "legal"),
        ("On attend.", "Ateliers Fictifs inc.", "", "legal"),
        ("On attend.", "", "Fondation du Gabarit", "legal"),
        ("On attend.\n\nLes Ateliers Fictifs ltée", "", "", "legal"),
        ("Mon employeur est Ateliers Fictifs inc.", "", "", "natural"),
        ("J'attends.\n\nAnne Gabarit", "Anne Gabarit\n418 555-0101", "Anne Gabarit", "natural"),
        ("Je travaille dans notre entreprise familiale.", "", "", "natural"),
    ],
)
def test_a_body_that_writes_for_itself_is_a_legal_person(
    text: str, signature: str, sender: str, expected: str
) -> None:
    found = triage(text, signature=signature, sender_name=sender, received_on=TODAY)
    assert found.complainant_kind == expected
