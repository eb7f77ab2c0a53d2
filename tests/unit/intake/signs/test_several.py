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


@pytest.mark.parametrize(
    "text",
    [
        "1. J'ai attendu en vain.\n2. Mardi, la ligne a raccroché.\n3. On a perdu mon bail.",
        "1. 3 mars : refus au comptoir.\n2. 5 mars : on a perdu mon bail.",
        "What happened:\n1. The clerk lost my form.\n2. The second one was refused.",
    ],
)
def test_a_story_told_by_numbers_is_one_complaint(text: str) -> None:
    assert words(text) == []


def test_a_list_of_which_one_item_only_is_a_day_stays_several_complaints() -> None:
    text = "1. Le commis a été impoli.\n2. Mon bail est perdu.\n3. Lundi, la ligne a raccroché."
    assert words(text) == ["2. Mon bail est perdu."]
