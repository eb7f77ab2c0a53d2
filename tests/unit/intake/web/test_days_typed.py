"""A day as people type it."""

from __future__ import annotations

from datetime import date

import pytest

from services.intake.days_typed import Typed, read_day

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "typed",
    [
        "6/11/2026",
        "06-11-2026",
        "2026-11-06",
        "le 6 novembre",
        "vendredi 6 novembre 2026",
        "Vendredi le 6 NOV. 2026".replace("le ", ""),
        "November 6",
        "Friday, November 6th, 2026",
        "6 nov",
        "6\u00a0novembre",
    ],
)
def test_a_day_is_read(typed: str) -> None:
    assert read_day(typed, TODAY) == (Typed.DAY, date(2026, 11, 6))


def test_a_day_without_a_year_is_the_last_one() -> None:
    assert read_day("le 25 décembre", TODAY).day == date(2025, 12, 25)
    assert read_day("1er août", TODAY).day == date(2026, 8, 1)


@pytest.mark.parametrize("typed", ["32/13/2026", "30 février", "2026-02-29", "0/0/2026"])
def test_a_day_that_does_not_exist_is_told_apart(typed: str) -> None:
    assert read_day(typed, TODAY).kind is Typed.IMPOSSIBLE


def test_a_day_to_come_is_told_apart() -> None:
    assert read_day("25/11/2026", TODAY).kind is Typed.FUTURE


@pytest.mark.parametrize("typed", ["depuis la mi-octobre", "hier", "6 fois", "May I?", "en 2025"])
def test_words_stay_words(typed: str) -> None:
    assert read_day(typed, TODAY) == (Typed.WORDS, None)


def test_nothing_is_nothing() -> None:
    assert read_day("  ", TODAY).kind is Typed.EMPTY
