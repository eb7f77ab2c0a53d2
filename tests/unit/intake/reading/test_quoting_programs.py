"""What each mail program writes above history, in French and English, and what only looks so."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from services.intake.reading.own_words import parts_of

SAMPLES = tomllib.loads(Path(__file__).with_name("quoting_programs.toml").read_text("utf-8"))
UNMARKED: dict[str, str] = SAMPLES["unmarked"]
MARKED: dict[str, str] = SAMPLES["marked"]
OWN = "Voici ma réponse.\n\nMerci."


def split(text: str) -> tuple[str, str]:
    return parts_of(text)[:2]


@pytest.mark.parametrize("name", UNMARKED)
def test_history_without_marks_begins_where_the_program_says_so(name: str) -> None:
    own, quoted = split(f"{OWN}\n\n{UNMARKED[name]}\n\nVotre plainte est reçue.\n2 : suite")
    assert own.startswith(OWN)
    assert "Bureau" not in own
    assert "Office" not in own
    assert quoted.endswith("Votre plainte est reçue.\n2 : suite")


@pytest.mark.parametrize("name", MARKED)
def test_history_with_marks_takes_the_line_above_it_along(name: str) -> None:
    history = f"{MARKED[name]}\n\n> Votre plainte est reçue.\n>\n> Bonne journée"
    assert split(f"{OWN}\n\n{history}")[0] == OWN
    assert split(f"{history}\n\n{OWN}") == (OWN, history)


@pytest.mark.parametrize("name", MARKED)
def test_an_attribution_inside_the_marks_is_history_too(name: str) -> None:
    marked = "\n".join(f"> {line}" for line in MARKED[name].split("\n"))
    own, _ = split(f"{marked}\n>\n> Votre plainte est reçue.\n\n{OWN}")
    assert own == OWN


def test_answers_between_the_quotes_stay_the_persons() -> None:
    own, quoted = split(
        "Bonjour,\n\nLe 3 nov. 2026 à 10:15, Bureau a écrit :\n"
        "> À quelle date ?\n\nLe 2 mars.\n\n> À quel endroit ?\n\nRue Saint-Denis.\n\n> Merci"
    )
    assert own.split() == ["Bonjour,", "Le", "2", "mars.", "Rue", "Saint-Denis."]
    assert quoted.count(">") == 3


@pytest.mark.parametrize(
    "words",
    [
        "Le 3 mars 2026 à 10 h 15, votre agente a écrit :\n« Revenez demain. »\nC’est faux.",
        "Le 3 mars 2026 à 10 h 15 la préposée a écrit :\nRevenez demain.\nC’est faux.",
        "On March 3, 2026 at 10:15 the clerk wrote:\nCome back.\nThat is wrong.",
        "Voici ce qu’il m’a écrit :\n\nRevenez.",
        "Objet : Plainte\nDate : 3 mars 2026\nDe : Jean Roy\nÀ : Ministère\n\nMadame, Monsieur,",
        "Mon voyage :\nDe : Montréal\nÀ : Québec\nDate : 3 mars 2026 10:15\nTrain annulé.",
        "Voici ma lettre :\n\nObjet : Plainte\nÀ : Ministère\nDe : Jean\nDate : 3 mars\n\nMadame,",
        "J’ai deux questions :\n- De : quel droit ?\n- À : quelle heure ?",
        "Je cite votre dépliant.\n\n> Nous répondons en 30 jours.\n\nC’est faux.",
        "Date : 3 mars\nLieu : bureau de Québec\nHeure : 10 h 15\nLe commis est parti.",
        "Sent my letter on 2026-03-03 10:15.\nNo answer: none.",
        "12:30 : arrivée\n12:45 : toujours rien\n13:10 : départ",
        "-- Première partie --\nRien.\n-- Deuxième partie --\nRien non plus.",
    ],
)
def test_what_only_looks_like_history_stays_the_persons(words: str) -> None:
    assert split(words) == (words, "")


def test_a_person_who_answers_below_unmarked_history_keeps_all_but_the_heading() -> None:
    heading = "Le 3 nov. 2026 à 10:15, Bureau <b@m.example> a écrit :"
    own, quoted = split(f"{heading}\n\nVotre plainte est reçue.\n\nJe ne suis pas d’accord.")
    assert quoted == heading
    assert own == "Votre plainte est reçue.\n\nJe ne suis pas d’accord."


def test_a_quotation_at_the_end_is_history_even_if_nothing_announces_it() -> None:
    assert split("Oui.\n\n> Venez-vous ?\n>> Peut-être.")[0] == "Oui."


def test_marked_lines_that_nothing_announces_are_history_in_a_reply_alone() -> None:
    text = "> À quelle date ?\nLe 2 mars.\n> À quel endroit ?\nRue Saint-Denis."
    assert parts_of(text, "Plainte").own == text
    assert parts_of(text, "RE: Plainte").own == "Le 2 mars.\nRue Saint-Denis."
