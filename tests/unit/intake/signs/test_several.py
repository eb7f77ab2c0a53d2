"""Several complaints in one message; in doubt, one."""

from __future__ import annotations

import pytest

from services.intake.signs.several import several_in
from services.intake.signs.terms import find


def words(text: str) -> list[str]:
    return [text[one.start : one.end] for one in several_in(text, find(text))]


def test_a_list_of_grievances_is_shown_by_its_items() -> None:
    text = "Voici :\n1. Le bureau a perdu mon bail.\n2. La ligne a raccroché.\nMerci."
    assert words(text) == ["2. La ligne a raccroché."]


@pytest.mark.parametrize(
    "text",
    [
        "J'ai apporté :\n1. mon bail\n2. mon relevé\nOn a refusé.",
        "On m'a fait attendre 1. heure et perdu 2. fois",
        "Premièrement, merci. Mon dossier est perdu.",
        "Le point 2) de votre lettre est une erreur, le point 1) aussi.",
        "Ce n'est pas ma deuxième plainte.",
    ],
)
def test_other_lists_and_numbers_are_one_complaint(text: str) -> None:
    assert words(text) == []


def test_ordinals_need_a_grievance_each() -> None:
    assert words("Premièrement, on a perdu mon bail. Deuxièmement, on m'a insulté.") == [
        "Deuxièmement"
    ]
    assert words("Premièrement, bonjour. Deuxièmement, on m'a insulté.") == []
