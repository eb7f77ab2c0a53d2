"""Evidence in the person's own words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.desk.marking import Piece, marked, numbers_in
from shared.domain.place import Evidence
from tests.pages_samples import EVIDENCE, WORDS

TEXT = "Je demeure à Longueuil, J4K 2T4."


def clue(words: str, start: int, strength: str = "strong", kind: str = "municipality") -> Evidence:
    return Evidence.model_validate(
        {
            "kind": kind,
            "value": words,
            "words": words,
            "start": start,
            "end": start + len(words),
            "strength": strength,
        }
    )


def test_a_clue_is_marked_where_it_stands() -> None:
    assert marked(TEXT, [clue("Longueuil", 13)]) == [
        Piece("Je demeure à "),
        Piece("Longueuil", (1,)),
        Piece(", J4K 2T4."),
    ]


def test_clues_keep_their_own_numbers_whatever_their_order() -> None:
    found = marked(TEXT, [clue("J4K 2T4", 24), clue("Longueuil", 13)])
    assert [(piece.text, piece.numbers) for piece in found if piece.numbers] == [
        ("Longueuil", (2,)),
        ("J4K 2T4", (1,)),
    ]


def test_clues_that_overlap_share_one_mark() -> None:
    found = marked(TEXT, [clue("à Longueuil", 11), clue("Longueuil, J4K", 13)])
    assert found[1] == Piece("à Longueuil, J4K", (1, 2))


def test_only_weak_clues_do_not_decide() -> None:
    assert not marked(TEXT, [clue("Longueuil", 13, "weak")])[1].decides
    both = [clue("Longueuil", 13, "weak"), clue("Longueuil", 13)]
    assert marked(TEXT, both)[1].decides


def test_a_clue_whose_offsets_are_of_another_text_is_found_by_its_words() -> None:
    assert marked(TEXT, [clue("Longueuil", 2)])[1].text == "Longueuil"


def test_a_clue_that_does_not_stand_here_marks_nothing() -> None:
    assert marked(TEXT, [clue("Laval", 4)]) == [Piece(TEXT)]
    assert marked(TEXT, [clue("Longueuil", 0, kind="unit_chosen")]) == [Piece(TEXT)]


def test_an_empty_text_has_no_pieces() -> None:
    assert marked("", [clue("Laval", 0)]) == []


def test_the_sample_marks_all_its_clues() -> None:
    assert numbers_in(marked(WORDS, EVIDENCE)) == {1, 2, 3, 4}


@given(
    text=st.text(alphabet="abé <&\n", max_size=40),
    spans=st.lists(st.tuples(st.integers(0, 39), st.integers(1, 9)), max_size=8),
)
def test_the_text_is_never_changed(text: str, spans: list[tuple[int, int]]) -> None:
    clues = [clue(text[start : start + size], start) for start, size in spans if text[start:]]
    found = marked(text, clues)
    assert "".join(piece.text for piece in found) == text
    assert all(piece.text for piece in found)
