"""The day of the facts: as people write it, from the day of receipt, and when to say nothing."""

from __future__ import annotations

from datetime import date

import pytest

from services.intake.signs.facts import day_of_facts
from services.intake.signs.terms import find

TODAY = date(2026, 11, 20)  # a Friday


def day(text: str) -> date | None:
    return day_of_facts(text, find(text), TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le 3 novembre dernier, on m'a insulté.", date(2026, 11, 3)),
        ("le 1er octobre on m'a dit non", date(2026, 10, 1)),
        ("le 3 nov. 2026 au bureau", date(2026, 11, 3)),
        ("On November 3rd, 2026 they closed.", date(2026, 11, 3)),
        ("on Nov 3 they closed", date(2026, 11, 3)),
        ("the 3rd of November they closed", date(2026, 11, 3)),
        ("Le 22 décembre, la ligne était morte.", None),
        ("Le 22 décembre dernier, la ligne était morte.", date(2025, 12, 22)),
        ("Le 15 mars, on m'a refusé l'entrée.", date(2026, 3, 15)),
        ("le 2026-11-03 à 10 h", date(2026, 11, 3)),
        ("Le 03/11/2026 on a fermé la porte.", date(2026, 11, 3)),
        ("They closed the door on 03/11/2026 and I left.", None),
        ("They closed the door on 12/03/2026 and I left.", date(2026, 3, 12)),
        ("Avant-hier, la dame a ri de moi.", date(2026, 11, 18)),
        ("last Friday they laughed", date(2026, 11, 13)),
        ("ya 3 jours", date(2026, 11, 17)),
        ("a week ago", date(2026, 11, 13)),
        ("entre le 3 et le 5 novembre", date(2026, 11, 5)),
        ("fermé du 3 au 5 novembre", date(2026, 11, 3)),
        ("de votre lettre datée du 9 novembre", date(2026, 11, 9)),
    ],
)
def test_a_day_is_read_as_it_is_meant(text: str, expected: date | None) -> None:
    assert day(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "la semaine passée", "last month", "il y a quelques jours", "lundi", "en novembre",
        "Je suis né le 4 mai 2020.", "Date of birth: May 4, 2020", "J'ai jusqu'au 18 novembre.",
        "Montréal, le 12 novembre 2026\n\nMadame,\nje me plains.", "le 31 novembre 2026",
        "Le 3 novembre 2026 à 10:12, Untel a écrit :", "depuis le 3 mai 1999", "le 3 décembre 2027",
        "Sent: Tuesday, November 3, 2026", "rendez-vous le 5 décembre",
    ],
)  # fmt: skip
def test_what_is_vague_to_come_or_no_fact_gives_no_day(text: str) -> None:
    assert day(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "j'ai perdu mon aide ce\n\nmatin.",
        "C'etait mieux avant\n\nHier, on m'a coupe",
        "I went to the office this\n\nafternoon",
        "avant,hier",
        "day before.\nyesterday, to",
    ],
)
def test_a_blank_line_or_a_comma_inside_of_a_day_breaks_nothing(text: str) -> None:
    assert day(text) in {None, TODAY, date(2026, 11, 19), date(2026, 11, 18)}


def test_what_the_person_did_before_is_not_what_is_complained_of() -> None:
    assert day("J'ai envoyé ma demande le 1er mai. Le 3 juin, on l'a perdue.") == date(2026, 6, 3)
    assert day("J'ai envoyé ma demande le 1er mai.") == date(2026, 5, 1)


def test_days_far_apart_leave_the_beginning_open() -> None:
    assert day("Le 2 mai 2021 on m'a dit oui. Le 3 juin 2026 on m'a dit non.") is None
