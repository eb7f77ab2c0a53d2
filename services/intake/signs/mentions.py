"""Days that a text names, written out or told from the day of receipt; vague ones are left out."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from services.intake.signs.terms import Found, Hit, tables

#: Mentions of one kind that are weighed at most.
MENTIONS = 40
#: A day without a year that would be at most so many days ahead is meant as one to come.
_SOON = timedelta(70)

#: Words are looked for across commas, sentences and paragraphs; a table knows them with blanks.
_BETWEEN_WORDS = re.compile(r"[ .,\n]+")
_NUMBERS = re.compile(r"[0-9]{1,4}(?<!\d\d\d\d\d)([/.-])[0-9]{1,2}\1[0-9]{2,4}(?!\d|[/.-]\d)")
_YEAR_AFTER = re.compile(r"[ ,]{1,3}(?:de |of )?((?:19|20)\d\d)(?!\d)")
_DAY_AFTER = re.compile(
    r"[. ]{0,3}(?:the )?(\d{1,2})(?:st|nd|rd|th)?(?![\w.]?\d)(?! ?(?:h|am|pm|heures)\b)"
)
_DAY_BEFORE = re.compile(
    r"(?<!\d)(?:(\d{1,2}) (?:au|et|to|and|a) )?(\d{1,2})(?:er|e|st|nd|rd|th)? (?:of |de )?$"
)
_LAST = re.compile(r"[. ]{1,2}(?:dernier|derniere|passe|passee)\b")
_LAST_BEFORE = re.compile(r" (?:last|past) $")
_COMING = re.compile(r"[. ]{1,2}(?:prochain|next)\b")
_UNIT = re.compile(r" (\d{1,2}|[a-z]{1,7}) (jours?|journees?|semaines?|sem)\b")
_BEFORE_AGO = re.compile(r"(?:^|[ ,.\n])(\d{1,2}|[a-z]{1,7}) (days?|weeks?) $")
_SPAN = re.compile(r"[a-z0-9 ]{1,20} (?:que|qu) ")
_FRENCH = (" je ", " j ", " le ", " la ", " de ", " vous ", " et ")
_ENGLISH = (" the ", " i ", " my ", " to ", " and ", " you ")


class Mention(NamedTuple):
    """A day that a text names; positions are folded ones."""

    day: date
    start: int
    end: int


def mentions(text: str, found: Found, received_on: date) -> list[Mention]:
    """Return the days that a text names, in no order; some may be ones to come."""
    seen = [
        *(_by_month(found, hit, received_on) for hit in found.of("month")[:MENTIONS]),
        *(_by_weekday(found, hit, received_on) for hit in found.of("weekday")[:MENTIONS]),
        *(_ago(found, hit, received_on) for hit in found.of("ago")[:MENTIONS]),
        *(_before(found, hit, received_on) for hit in found.of("days_before")[-MENTIONS:]),
    ]
    return [mention for mention in seen if mention] + _in_numbers(text, found, received_on)


def _by_month(found: Found, hit: Hit, received_on: date) -> Mention | None:
    """Return "le 3 novembre dernier", "Nov. 3rd, 2026", "du 3 au 7 novembre"."""
    folded = found.folded.text
    month = _months()[folded[hit[0] : hit[1]]]
    start, end = hit
    before = _DAY_BEFORE.search(folded[max(0, start - 16) : start])
    if before:
        number, start = int(before[1] or before[2]), start - len(before[0])
        if folded[end : end + 2] == ". ":
            end += 1
    elif after := _DAY_AFTER.match(folded, end):
        number, end = int(after[1]), after.end()
    else:
        return None
    year = _YEAR_AFTER.match(folded, end)
    if year:
        return _mention(int(year[1]), month, number, start, year.end())
    said_last = _LAST.match(folded, end) or _LAST_BEFORE.search(folded[max(0, start - 6) : start])
    if _COMING.match(folded, end):
        return None
    return _without_year(month, number, start, end, received_on, said_last=bool(said_last))


def _without_year(
    month: int, number: int, start: int, end: int, received_on: date, *, said_last: bool
) -> Mention | None:
    this_year = _mention(received_on.year, month, number, start, end)
    if this_year is None or this_year.day <= received_on:
        return this_year
    if this_year.day - received_on <= _SOON and not said_last:
        return None
    return _mention(received_on.year - 1, month, number, start, end)


def _by_weekday(found: Found, hit: Hit, received_on: date) -> Mention | None:
    """Return "lundi dernier" and "last Tuesday": the last such day before the day of receipt."""
    folded = found.folded.text
    last = _LAST.match(folded, hit[1])
    if not last and not _LAST_BEFORE.search(folded[max(0, hit[0] - 6) : hit[0]]):
        return None
    back = (received_on.weekday() - _weekdays()[folded[hit[0] : hit[1]]] - 1) % 7 + 1
    return Mention(received_on - timedelta(back), hit[0], last.end() if last else hit[1])


def _ago(found: Found, hit: Hit, received_on: date) -> Mention | None:
    """Return "il y a deux semaines" and "three days ago"; months and years are vague."""
    folded = found.folded.text
    if folded[hit[0] : hit[1]] == "ago":
        said = _BEFORE_AGO.search(folded[max(0, hit[0] - 18) : hit[0]])
    else:
        said = _UNIT.match(folded, hit[1])
    if said is None:
        return None
    many = int(said[1]) if said[1].isdigit() else tables()["days"]["numbers"].get(said[1])
    if many is None or _SPAN.match(folded, hit[1]):  # "il y a trois semaines que j'attends"
        return None
    days = many * (7 if said[2][0] in "sw" else 1)
    return Mention(received_on - timedelta(days), *hit)


def _before(found: Found, hit: Hit, received_on: date) -> Mention | None:
    words = " ".join(_BETWEEN_WORDS.split(found.folded.text[hit[0] : hit[1]]))
    back = tables()["days"]["days_before"].get(words)
    if back is None:
        return None
    if words == "hier" and found.folded.text[: hit[0]].endswith("avant "):
        return None
    if words == "yesterday" and found.folded.text[: hit[0]].endswith("day before "):
        return None
    return Mention(received_on - timedelta(int(back)), *hit)


def _in_numbers(text: str, found: Found, received_on: date) -> list[Mention]:
    """Return 2026-11-03 and 03/11/2026: day first in French, in English only where it is clear."""
    seen = []
    for at, match in enumerate(_NUMBERS.finditer(text)):
        if at == MENTIONS:
            break
        day = _numeric_day([int(part) for part in match[0].split(match[1])], found, received_on)
        if day:
            start = _folded_place(found, match.start())
            seen.append(Mention(day, start, start + len(match[0])))
    return seen


def _numeric_day(parts: list[int], found: Found, received_on: date) -> date | None:
    first, second, third = parts
    if first > 31:
        return _day(first, second, third)
    if third < 100:
        if third != received_on.year % 100:
            return None
        third += 2000
    either = {_day(third, second, first), _day(third, first, second)}
    possible = {day for day in either if day and day <= received_on}
    if len(possible) == 1:
        return possible.pop()
    return _day(third, second, first) if _is_french(found) else None


def _is_french(found: Found) -> bool:
    text = found.folded.text[:20000]
    return sum(map(text.count, _FRENCH)) >= sum(map(text.count, _ENGLISH))


def _folded_place(found: Found, place: int) -> int:
    """Return the folded place of a place in the source."""
    low, high = 0, len(found.folded.text) - 1
    while low < high:
        middle = (low + high) // 2
        if found.folded.original(middle) < place:
            low = middle + 1
        else:
            high = middle
    return low


def _mention(year: int, month: int, number: int, start: int, end: int) -> Mention | None:
    day = _day(year, month, number)
    return Mention(day, start, end) if day else None


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    return {name: int(key) for key, names in tables()["days"]["months"].items() for name in names}


@cache
def _weekdays() -> dict[str, int]:
    return {name: int(key) for key, names in tables()["days"]["weekdays"].items() for name in names}
