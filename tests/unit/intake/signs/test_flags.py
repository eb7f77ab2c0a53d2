"""Flags: the words that led to them, what is denied, and texts that mean harm to the reader."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.signs.proposal import flags_in, triage
from services.intake.signs.terms import spellings
from shared.domain.reading import Flag

TODAY = date(2026, 11, 20)


def flags(text: str, subject: str = "") -> tuple[Flag, ...]:
    return triage(text, subject=subject, received_on=TODAY).flags


def test_a_flag_holds_the_words_as_they_were_written() -> None:
    text = "Bonjour,\n\nJ’EXIGE  une\nRÉVISION, et vite.  Mon avocat suivra."
    first, second = flags(text)
    assert (first.name, first.words) == ("possible_review", "EXIGE  une\nRÉVISION")
    assert text[first.start : first.end] == first.words
    assert (second.name, second.words, second.where) == ("tribunal", "avocat", "own_text")


@pytest.mark.parametrize(
    "text",
    [
        "je conteste la décision",
        "JE CONTESTE LA DECISION",
        "jconteste pas juste pour le fun, je conteste",
        "i want to appeal",
        "I dont agree with the decision",
    ],
)
def test_spelling_does_not_hide_a_review_request(text: str) -> None:
    assert [flag.name for flag in flags(text)][:1] == ["possible_review"]


@pytest.mark.parametrize(
    "text",
    [
        "Je ne veux pas vous tuer le moral.",
        "I am not going to hurt anyone, I am tired.",
        "Je n'ai jamais voulu aller en cour.",
        "Je suis pas allé aux médias.",
    ],
)
def test_what_a_clause_denies_is_no_flag(text: str) -> None:
    assert flags(text) == ()


def test_a_denial_ends_with_its_clause() -> None:
    seen = flags("Si vous ne répondez pas, je vais vous tuer.")
    assert [(flag.name, flag.because) for flag in seen] == [("sensitive", "threat")]


def test_disagreement_with_a_decision_ends_with_its_sentence() -> None:
    assert flags("Il faut revoir vos manuels. Ma décision est prise.") == ()
    (flag,) = flags("Il faut revoir, et vite, cette décision.")
    assert (flag.name, flag.words) == ("possible_review", "revoir, et vite, cette décision")


def test_a_word_across_a_sentence_does_not_hide_one_within_it() -> None:
    (flag,) = flags("Ma décision est prise. Revoir aussi la vôtre, une décision de mars.")
    assert flag.words == "Revoir aussi la vôtre, une décision"


def test_the_subject_is_told_apart_from_the_text() -> None:
    (flag,) = flags("Voir ma lettre.", subject="Demande de révision")
    assert (flag.where, flag.words) == ("subject", "Demande de révision")
    assert flags("Je conteste.", subject="Je conteste")[0].where == "own_text"
    assert len(flags("Je conteste.", subject="Je conteste")) == 1


def test_the_words_of_a_document_say_which_one() -> None:
    (flag,) = flags_in("Mise en demeure", where="1.2")
    assert (flag.name, flag.where) == ("tribunal", "1.2")


def test_a_text_that_repeats_itself_keeps_a_few_words_of_each_flag() -> None:
    assert len(flags("Je conteste la décision. " * 1000)) == 3


@given(st.text(max_size=300))
def test_any_text_gives_flags_whose_words_stand_in_it(text: str) -> None:
    found = triage(text, subject=text, received_on=TODAY)
    assert all(text[flag.start : flag.end] == flag.words for flag in found.flags)
    assert found.happened_on is None or found.happened_on <= TODAY


def test_a_phrase_of_a_table_has_all_its_spellings() -> None:
    assert spellings("(j'ai|) reçu*") == {("j ai recu", True), ("jai recu", True), ("recu", True)}


def test_a_table_may_put_a_choice_within_a_choice_and_an_open_ending_within_a_phrase() -> None:
    nested = {words for words, _ in spellings("(par (le bras|la main)|de force)")}
    assert nested == {"par le bras", "par la main", "de force"}
    assert {"menace de mort", "menaces de mort"} <= {
        words for words, _ in spellings("menace* de mort")
    }
