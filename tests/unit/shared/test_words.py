"""Words as a search keeps them and asks for them."""

from __future__ import annotations

import pytest

from shared.domain.words import (
    MOST_CHARACTERS,
    MOST_WORDS,
    asked_words,
    folded_words,
    search_words,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L'Été, à Noël !", ("l", "ete", "a", "noel")),
        ("cœur Œuvre ex æquo", ("coeur", "oeuvre", "ex", "aequo")),
        ("ﬁn ℌ ２", ("fin", "h", "2")),
        ("déjà DEJA deja", ("deja",)),
        ("", ()),
    ],
)
def test_words_are_folded_and_stand_once(text: str, words: tuple[str, ...]) -> None:
    assert folded_words(text) == words


def test_words_of_grammar_and_of_one_letter_are_not_kept() -> None:
    assert search_words("Le versement de M. Roy n’est pas arrivé", "the cheque") == (
        "versement",
        "roy",
        "arrive",
        "cheque",
    )


def test_the_first_words_are_kept_and_only_so_many() -> None:
    many = " ".join(f"mot{number}" for number in range(3 * MOST_WORDS))
    kept = search_words("Ginette", many, "jamais")
    assert len(kept) == MOST_WORDS
    assert kept[:2] == ("ginette", "mot0")


def test_the_end_of_a_very_long_text_is_not_looked_at() -> None:
    assert search_words("mot " * MOST_CHARACTERS + "fin") == ("mot",)
    assert search_words("x" * 1000) == ()


def test_who_asks_for_words_of_grammar_alone_asks_for_those() -> None:
    assert asked_words("le versement") == ("versement",)
    assert asked_words("le la") == ("le", "la")
