"""Dates as mail programs write them for people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.intake.reading.moments import moment_of

QUARTER_PAST_TEN = datetime(2026, 11, 3, 15, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        "mardi 3 novembre 2026 à 10 h 15",
        "mar. 3 nov. 2026 à 10:15",
        "3\u00a0novembre\u00a02026 à 10\u202fh\u202f15",
        "2026-11-03 10:15",
        "2026-11-03 à 10 h 15",
        "26-11-03 10 h 15",
        "03/11/2026 10:15",
        "3.11.2026 10.15",
        "11/3/2026 10:15 AM",
        "Tuesday, November 3, 2026 10:15 AM",
        "Nov 3rd, 2026 at 10:15 a.m.",
        "November-03-26 10:15 AM",
        "3-nov-2026 10:15",
        "Tue, 3 Nov 2026 10:15:00 -0500",
        "Tue, 3 Nov 2026 15:15:00 +0000",
        "3 novembre 2026 à 16:15:00 UTC+1",
        "3 novembre 2026, 10:15:00 HNE",
        "3 November 2026 at 10:15:00 EST",
        "3 novembre 2026 à 10 h 15 min 0 s UTC−5",
        "martes, 3 de noviembre de 2026 10:15",
        "Dienstag, 3. November 2026 10:15",
    ],
)
def test_the_same_moment_however_it_is_written(words: str) -> None:
    assert moment_of(words) == QUARTER_PAST_TEN


def test_summer_time_is_that_of_quebec() -> None:
    assert moment_of("12 août 2026 à 22 h") == datetime(2026, 8, 13, 2, 0, tzinfo=UTC)
    assert moment_of("1er juill. 2026 à 9 h 05 HAE") == datetime(2026, 7, 1, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize("words", ["8:16 p.m.", "8:16 PM", "20:16", "20 h 16"])
def test_the_afternoon_is_understood(words: str) -> None:
    assert moment_of(f"January 28 2026 {words}") == datetime(2026, 1, 29, 1, 16, tzinfo=UTC)


def test_without_a_time_it_is_noon_so_that_the_day_is_right() -> None:
    assert moment_of("3 novembre 2026") == datetime(2026, 11, 3, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "hier",
        "3 novembre",
        "31 février 2026",
        "2026-13-45",
        "3 novembre 2026 à 25:99",
        "0" * 300,
    ],
)
def test_what_is_no_date_is_none(words: str) -> None:
    assert moment_of(words) is None


def test_a_moment_at_the_end_of_time_is_no_error() -> None:
    assert moment_of("31 décembre 9999 à 23:59 UTC−12") is None
