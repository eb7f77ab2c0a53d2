"""Folding changes words, and every position still leads back to what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.locating.folding import fold, match_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Sainte-Thérèse", "sainte therese"),
        ("STE. THERESE", "sainte therese"),
        ("St-Jérôme", "saint jerome"),
        ("L’Île-Dorval", "l ile dorval"),
        ("Sacré-Cœur", "sacre coeur"),
        ("Rivière-des-Prairies–Pointe-aux-Trembles", "riviere des prairies pointe aux trembles"),
        ("Saint-Louis-du-Ha! Ha!", "saint louis du ha ha"),
        ("Mtl", "montreal"),
        ("12 Main St", "12 main st"),
    ],
)
def test_spellings_of_a_name_share_one_key(written: str, key: str) -> None:
    assert match_key(written) == key


@pytest.mark.parametrize(
    ("source", "folded", "written"),
    [
        ("au cœur de St. Jérôme, ici", "saint jerome", "St. Jérôme"),
        ("de  Trois-\nRivières\n\nfin", "trois rivieres", "Trois-\nRivières"),
        ("Montre\u0301al et Que\u0301bec", "quebec", "Que\u0301bec"),
        ("Notre\u2011Dame", "notre dame", "Notre\u2011Dame"),
        ("😀 œuvre à Mtl", "montreal", "Mtl"),
    ],
)
def test_a_find_leads_back_to_the_words_as_written(source: str, folded: str, written: str) -> None:
    view = fold(source)
    start = view.text.index(folded)
    assert source[view.original(start) : view.original(start + len(folded))] == written


def test_a_blank_line_ends_a_name() -> None:
    assert "trois rivieres" not in fold("les trois\n\nrivieres").text


@given(st.text(alphabet="aé œæst.-’ \n\r\u0301\u0327Ω😀,1St", max_size=60))
def test_positions_never_leave_the_text_nor_go_back(source: str) -> None:
    view = fold(source)
    positions = [view.original(place) for place in range(len(view.text) + 1)]
    assert positions == sorted(positions)
    assert positions[0] >= 0
    assert positions[-1] == len(source)
