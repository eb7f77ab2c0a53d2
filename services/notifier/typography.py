"""How our texts are set: non-breaking spaces, days and hours in words. Pure, and cached.

French puts a space that must not break before : ; ? ! » % $ and after «; in both languages a
number, a date and an hour stay on one line.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache
from itertools import pairwise

from babel.dates import format_date

from shared.domain.envelope import Language

NBSP = "\u00a0"

_LOCALES: dict[Language, str] = {"fr": "fr_CA", "en": "en_CA"}
_NUMBERS = re.compile(r"(?<=\d) (?=\d|h\b|[ap]\.m\.|jours?\b|days?\b)|(?<=\d h) (?=\d)")
_FRENCH = re.compile(r"(?<!\s) (?=[:;?!»%$])|(?<=«) ")
#: What a template holds besides words: jinja's own marks and HTML tags are left as they are.
_MARKUP = re.compile(r"(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>)", re.DOTALL)


@lru_cache(maxsize=4096)
def set_text(text: str, language: Language) -> str:
    """Return `text` with the non-breaking spaces that its language asks for."""
    text = _NUMBERS.sub(NBSP, text)
    return _FRENCH.sub(NBSP, text) if language == "fr" else text


def set_template(source: str, language: Language) -> str:
    """Return a template's source with its words set; lines keep their numbers."""
    pieces = _MARKUP.split(source)
    pieces[::2] = [set_text(piece, language) for piece in pieces[::2]]
    return "".join(pieces)


@lru_cache(maxsize=4096)
def day_in_words(day: date, language: Language) -> str:
    """Return "vendredi 18 décembre 2026" or "Friday, December 18, 2026"."""
    locale = _LOCALES[language]
    if language == "en":
        return format_date(day, f"EEEE, MMMM{NBSP}d, y", locale=locale)
    number = "1er" if day.day == 1 else str(day.day)
    return format_date(day, f"EEEE '{number}'{NBSP}MMMM{NBSP}y", locale=locale)


@lru_cache(maxsize=4096)
def hour_in_words(at: time, language: Language) -> str:
    """Return "9 h 41" or "9:41 a.m."; seconds are dropped."""
    if language == "en":
        half = "a.m." if at.hour < 12 else "p.m."
        return f"{(at.hour - 1) % 12 + 1}:{at.minute:02d}{NBSP}{half}"
    return f"{at.hour}{NBSP}h{NBSP}{at.minute:02d}" if at.minute else f"{at.hour}{NBSP}h"


def day_of(moment: date | datetime, language: Language) -> str:
    """Return the day of a local moment, or a day, in words."""
    return day_in_words(moment.date() if isinstance(moment, datetime) else moment, language)


def hour_of(moment: datetime, language: Language) -> str:
    """Return the hour of a local moment in words."""
    return hour_in_words(time(moment.hour, moment.minute), language)


@lru_cache(maxsize=4096)
def line_of_days(open_days: tuple[date, ...]) -> str:
    """Return one mark a business day: ■ for the first, ▣ for the last, a gap where it is closed."""
    marks = ["■"]
    for before, day in pairwise(open_days):
        gap = " " if len(marks) == 1 or (day - before).days > 1 else ""
        marks.append(f"{gap}{'▣' if day == open_days[-1] else '□'}")
    return "".join(marks)
