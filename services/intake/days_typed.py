"""A day as people type it: 6/11/2026, 2026-11-06, le 6 novembre, Nov 6 – or words only."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import Enum, auto
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv january jan",
            "fevrier fevr fev february feb",
            "mars march mar",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juill july jul",
            "aout august aug",
            "septembre sept september sep",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_NUMBERS_YEAR_LAST = re.compile(r"(?:le )?(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_NUMBERS_YEAR_FIRST = re.compile(r"(?:le )?(\d{4})[/. -](\d{1,2})[/. -](\d{1,2})")
_DAY_MONTH = re.compile(r"(?:le )?(?:[a-z]+di )?(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+)(?: (\d{4}))?")
_MONTH_DAY = re.compile(r"(?:[a-z]+day )?([a-z]+) (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?")


class Typed(Enum):
    """EMPTY, a DAY, WORDS that are kept as they are, or a date that cannot be."""

    EMPTY = auto()
    DAY = auto()
    WORDS = auto()
    IMPOSSIBLE = auto()
    FUTURE = auto()


class TypedDay(NamedTuple):
    """`day` is there when kind is DAY, and only then."""

    kind: Typed
    day: date | None = None


def read_day(typed: str, today: date) -> TypedDay:
    """Return what was typed for "when". Without a year, the last such day up to today is meant."""
    text = _plain(typed)
    if not text:
        return TypedDay(Typed.EMPTY)
    numbers = _numbers(text, today)
    if numbers is None:
        return TypedDay(Typed.WORDS)
    try:
        day = date(*numbers)
    except ValueError:
        return TypedDay(Typed.IMPOSSIBLE)
    return TypedDay(Typed.FUTURE) if day > today else TypedDay(Typed.DAY, day)


def _numbers(text: str, today: date) -> tuple[int, int, int] | None:
    """Return year, month and day when the whole text is a date, else None."""
    if match := _NUMBERS_YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, match.groups())
        return year, month, day
    if match := _NUMBERS_YEAR_LAST.fullmatch(text):
        day, month, year = map(int, match.groups())
        return year, month, day
    if match := _DAY_MONTH.fullmatch(text):
        return _named(match[2], int(match[1]), match[3], today)
    if match := _MONTH_DAY.fullmatch(text):
        return _named(match[1], int(match[2]), match[3], today)
    return None


def _named(name: str, day: int, year: str | None, today: date) -> tuple[int, int, int] | None:
    month = _MONTHS.get(name)
    if month is None:
        return None
    if year:
        return int(year), month, day
    return today.year - ((month, day) > (today.month, today.day)), month, day


def _plain(typed: str) -> str:
    text = unicodedata.normalize("NFKD", typed.casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[,\u00a0]|(?<=[a-z])\.", " ", text).split())
