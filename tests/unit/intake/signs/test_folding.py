"""Folded text: nothing that people leave out makes a difference, and every place leads back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.signs.folding import fold, folded_words


@pytest.mark.parametrize(
    "written",
    ["RÉVISÉE", "révisée", "revisee", unicodedata.normalize("NFD", "révisée"), "ré\u00advisée"],
)
def test_accents_capitals_and_hidden_letters_make_no_difference(written: str) -> None:
    assert folded_words(written) == "revisee"


def test_lines_and_blanks_are_one_blank_and_an_empty_line_ends_a_paragraph() -> None:
    assert fold("ma\r\nplainte  est\u00a0là\n\nvoici").text == " ma plainte est la\nvoici "


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Ma sœur, mon cœur", "cœur"),
        ("a  b\n\n\nc   décision.", "décision"),
        (unicodedata.normalize("NFD", "été – élevé !"), unicodedata.normalize("NFD", "élevé")),
        ("😀 é ﬁn 😀 refusé", "refusé"),
    ],
)
def test_a_place_leads_back_to_the_words_as_written(source: str, words: str) -> None:
    folded = fold(source)
    start = folded.text.index(folded_words(words))
    first, last = folded.span(start, start + len(folded_words(words)))
    assert source[first:last] == words


@given(st.text(st.sampled_from("aé œ\n\t.,’-\u0301\u200b😀Æ1"), max_size=40))
def test_places_never_leave_the_source_and_never_go_back(source: str) -> None:
    folded = fold(source)
    places = [folded.original(at) for at in range(len(folded.text))]
    assert places == sorted(places)
    assert not places or 0 <= places[0] <= places[-1] <= len(source)
