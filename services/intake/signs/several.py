"""Several complaints in one message: lists and counts of separate grievances; in doubt, one."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from itertools import islice, pairwise

from services.intake.signs.flags import Evidence
from services.intake.signs.folding import folded_words
from services.intake.signs.terms import Found, Hit, spellings, tables

#: "1." at the start of a line, "1)" anywhere: the number of an item.
_NUMBER = re.compile(r"([1-9])(?<![\w.,$/-]\d)(?:\)|(?:(?:\.|°|\.?-| –|:)(?=[ \t\u00a0])))")
_ITEMS = 40
#: Items of a list that must each hold words of a grievance.
_GRIEVANCES = 2
#: Letters of an item in which it shows how it begins.
_BEGINNING = 40


def several_in(text: str, found: Found) -> list[Evidence]:
    """Return the words that show that a text holds more than one complaint, or nothing."""
    hits = found.of("several")
    counted = next((hit for hit in hits if not found.denied(hit)), None) or _ordinals(found)
    if counted is not None:
        start, end = found.folded.span(*counted)
        return [Evidence(flag="several_complaints", because="counted", start=start, end=end)]
    return _list(text, found)


def _ordinals(found: Found) -> Hit | None:
    """Return the second of two ordinals with a grievance after each."""
    first, second = found.of("first"), found.of("second")
    if not first or not second:
        return None
    grievances = found.of("grievance")
    one = first[0]
    other = next((hit for hit in second if hit[0] > one[1]), None)
    if other is None or not _between(grievances, one[1], other[0]):
        return None
    return other if _between(grievances, other[1], other[1] + 300) else None


def _list(text: str, found: Found) -> list[Evidence]:
    """Return the numbers of a list of which at least two items are grievances."""
    items = _numbered(text)
    if len(items) < _GRIEVANCES:
        return []
    grievances = [found.folded.span(*hit)[0] for hit in found.of("grievance")]
    places = [*items, (min(len(text), items[-1][1] + 300), 0)]
    bad = [
        one
        for one, after in pairwise(places)
        if bisect_left(grievances, one[1]) < bisect_left(grievances, after[0])
    ]
    if len(bad) < _GRIEVANCES or _is_story(text, found, items):
        return []
    last = bad[1]
    line = text.find("\n", last[1])
    end = min(line if line >= 0 else len(text), last[1] + 120)
    return [Evidence(flag="several_complaints", because="listed", start=last[0], end=end)]


def _is_story(text: str, found: Found, items: list[Hit]) -> bool:
    """Tell whether a list tells what happened in its order: the lead says so, or most items do."""
    if any(found.folded.original(start) < items[0][0] for start, _ in found.of("story")[:1]):
        return True
    begun = [folded_words(text[end : end + _BEGINNING]) for _, end in items]
    return 2 * sum(_then().match(words) is not None for words in begun) > len(items)


@cache
def _then() -> re.Pattern[str]:
    """Return how what comes next in a story begins: "puis", "j'ai", a day, a date."""
    days = tables()["days"]
    phrases = [
        *tables()["several"]["chronology"]["then"],
        *days["groups"]["weekday"],
        *days["groups"]["days_before"],
        *days["groups"]["month"],
    ]
    words = {
        re.escape(spelling) + ("[a-z]{0,20}" if any_end else "")
        for phrase in phrases
        for spelling, any_end in spellings(phrase)
    }
    date = r"\d{1,2}(?:er|h| h| \d| [a-z]{3,9} \d|)"
    return re.compile(
        rf"(?:(?:le|on|the) )?(?:{'|'.join(sorted(words))}|{date})(?![a-z0-9])",
    )


def _numbered(text: str) -> list[Hit]:
    """Return where the numbers 1, 2, 3 … of a list stand, in order and none left out."""
    items: list[Hit] = []
    for number in islice(_NUMBER.finditer(text), 10 * _ITEMS):
        line = text[text.rfind("\n", 0, number.start()) + 1 : number.start()]
        if number[0][-1] != ")" and line.strip(" \t-•*("):
            continue
        if int(number[1]) == len(items) + 1:
            items.append(number.span())
        elif number[1] == "1":
            items = [number.span()]
    return items


def _between(hits: list[Hit], start: int, end: int) -> bool:
    at = bisect_left(hits, (start, 0))
    return at < len(hits) and hits[at][0] < end
