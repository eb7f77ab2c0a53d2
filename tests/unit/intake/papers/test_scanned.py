"""Of what a scanner saw, the words it is sure of are kept, line by line."""

from __future__ import annotations

import pytest

from services.intake.papers.scanned import words_of

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tl\tt\tw\th\tconf\ttext"


def row(line: int, word: str, certainty: object = 96.5) -> str:
    return f"5\t1\t1\t1\t{line}\t1\t0\t0\t9\t9\t{certainty}\t{word}"


def table(*rows: str) -> str:
    return "\n".join([HEAD, "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t", *rows])


def test_words_stand_in_their_lines() -> None:
    seen = table(row(1, "à"), row(1, "Laval"), row(2, "H7N"), row(2, "1A1"))
    assert words_of(seen) == "à Laval\nH7N 1A1"


def test_guesses_are_left_out() -> None:
    seen = table(row(1, "à"), row(1, "Lava1", 12), row(1, "l’île"), row(1, "Jésus"), row(1, "~|"))
    assert words_of(seen) == "à l’île Jésus"


@pytest.mark.parametrize(
    "seen",
    [
        "",
        "no table at all",
        table(row(1, "deux"), row(1, "mots")),
        table(*(row(1, "mot") for _ in range(4)), *(row(2, "brui", 20) for _ in range(5))),
        table(*(row(1, "mot", "high") for _ in range(9))),
    ],
)
def test_a_page_that_gives_mostly_guesses_cannot_be_read(seen: str) -> None:
    assert words_of(seen) == ""
