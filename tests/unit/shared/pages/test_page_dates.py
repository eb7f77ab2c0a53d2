"""Dates, hours and sizes in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.pages.dates import Dates
from shared.pages.rendering import HERE
from shared.pages.sizes import size_words
from shared.pages.texts import NBSP, Texts, load_texts


def texts(language: str) -> Texts:
    return load_texts(language, HERE / "texts")


def dates(language: str) -> Dates:
    return Dates(texts(language), "America/Toronto")


def test_a_day_in_full() -> None:
    day = date(2026, 11, 20)
    assert dates("fr").full(day).replace(NBSP, " ") == "vendredi 20 novembre 2026"
    assert dates("en").full(day).replace(NBSP, " ") == "Friday, November 20, 2026"


def test_the_first_of_a_month_is_1er_in_french() -> None:
    assert dates("fr").short(date(2026, 12, 1)).replace(NBSP, " ") == "mar. 1er déc."
    assert dates("en").short(date(2026, 12, 1)).replace(NBSP, " ") == "Tue Dec 1"


def test_a_moment_is_told_in_the_time_of_the_department() -> None:
    moment = datetime(2026, 11, 21, 2, 5, tzinfo=UTC)
    assert dates("fr").stamp(moment).replace(NBSP, " ") == "20 nov., 21 h 05"
    assert dates("en").stamp(moment).replace(NBSP, " ") == "Nov 20, 21:05"


def test_a_time_element_carries_the_local_day() -> None:
    moment = datetime(2026, 11, 21, 2, 5, tzinfo=UTC)
    assert dates("fr").tag(moment, "hier") == '<time datetime="2026-11-20">hier</time>'


def test_a_day_without_its_weekday() -> None:
    assert dates("fr").plain(date(2026, 11, 6)).replace(NBSP, " ") == "6 novembre 2026"
    assert dates("en").plain(date(2026, 11, 6)).replace(NBSP, " ") == "November 6, 2026"


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [
        (25, "25 octets", "25 bytes"),
        (217_000, "212 ko", "212 kB"),
        (1_468_006, "1,4 Mo", "1.4 MB"),
        (5 * 1024 * 1024, "5 Mo", "5 MB"),
    ],
)
def test_a_size_in_words(size: int, french: str, english: str) -> None:
    assert size_words(size, texts("fr")).replace(NBSP, " ") == french
    assert size_words(size, texts("en")).replace(NBSP, " ") == english
