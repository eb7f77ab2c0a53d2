"""Words as a search keeps them and asks for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.text(max_size=60))
def test_the_table_of_bytes_folds_as_unicode_does(text: str) -> None:
    """Greek letters, which no byte stands for, lead both texts the long way."""
    assert folded_words(f"{text} ω") == tuple(dict.fromkeys((*folded_words(text), "ω")))


@pytest.mark.parametrize("letter", [chr(code) for code in range(0x20, 0x180)])
def test_every_letter_of_our_languages_folds_alike_on_both_ways(letter: str) -> None:
    assert folded_words(f"a{letter}b ω") == (*folded_words(f"a{letter}b"), "ω")
