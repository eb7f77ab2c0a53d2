"""The words of a card: its beginning and its clues, within bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.desk.marking import Piece
from services.desk.office.excerpt import BEFORE, CUT, excerpt

PIECES = st.lists(
    st.builds(
        Piece,
        st.text(alphabet="ab é\n", min_size=1, max_size=400),
        st.sampled_from([(), (1,), (2, 3)]),
    ),
    max_size=12,
)


def test_a_short_text_is_whole() -> None:
    pieces = [Piece("Je demeure à "), Piece("Laval", (1,)), Piece(".")]
    assert excerpt(pieces, 100) == pieces


def test_the_beginning_of_a_long_text_is_kept() -> None:
    (only,) = excerpt([Piece("un mot " * 200)], 60)
    assert only.text.startswith("un mot un mot")
    assert only.text.endswith(CUT)
    assert len(only.text) <= 62


def test_a_clue_far_down_is_shown_with_the_words_before_it() -> None:
    pieces = [Piece("long " * 400 + "je reste à "), Piece("Laval", (1,)), Piece(" merci" * 100)]
    shown = excerpt(pieces, 300)
    assert Piece("Laval", (1,)) in shown
    assert shown[0].text.startswith("long long")
    assert shown[0].text.endswith("je reste à ")
    assert CUT in shown[0].text


@given(PIECES, st.integers(min_value=100, max_value=700))
def test_an_excerpt_is_never_much_longer_than_asked(pieces: list[Piece], most: int) -> None:
    shown = excerpt(pieces, most)
    assert sum(len(piece.text) for piece in shown) <= most + 2 * BEFORE + len(CUT)


@given(PIECES)
def test_what_an_excerpt_marks_was_marked(pieces: list[Piece]) -> None:
    assert all(piece in pieces for piece in excerpt(pieces, 200) if piece.numbers)
