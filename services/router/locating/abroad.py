"""Another province or country as addresses abbreviate it: "Windsor ON", "Burlington, VT 05401".

The letters alone are ordinary words ("on me dit", "la"), so they count only where an address has
its province: after a town and before a code or the end of the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from services.router.locating.names import Meaning, short_key

_END = r"[ ,.)\r]*(?:$|\n|;|Canada|CANADA|USA|U\.S\.A)"
_CODE = r"[ ,.)]*(?:[A-Z][0-9][A-Z] ?[0-9]|[0-9]{5}(?![0-9]))"
_WORD = r"(?P<short>[A-ZÎ][A-Za-zÉÎ.-]{1,9})"
_AFTER_TOWN = re.compile(rf"[ \n]{{0,2}}(?P<gap>[,(]?)[ \n]{{0,2}}{_WORD}(?={_END}|{_CODE})")
#: Each begins with fixed letters, which makes its search several times as fast.
_ZIP = re.compile(r", (?P<short>[A-Z]{2}),? {1,2}[0-9]{5}(?![0-9])")
_FIELDS = (re.compile(rf",(?: ?){_WORD}(?={_END})"), re.compile(rf"\((?: ?){_WORD}\)"))
#: A text so short is an address or nothing.
_SHORT_TEXT = 60


def after_town(text: str, end: int, short: Mapping[str, Meaning]) -> tuple[Meaning, int] | None:
    """Return what the letters right after a town at `end` mean, and where they end."""
    found = _AFTER_TOWN.match(text, end)
    if not found:
        return None
    meaning = _meaning(found["short"], short)
    if meaning is None:
        return None
    spelled = found["gap"] or "." in found["short"] or re.match(_CODE, text[found.end() :])
    if spelled or len(text) <= _SHORT_TEXT or not line_of(text, end).isupper():
        return meaning, found.end()
    return None


def abbreviated(text: str, short: Mapping[str, Meaning]) -> Iterator[tuple[Meaning, int, int]]:
    """Yield (meaning, start, end) where any address ends so, whatever town stands before it."""
    for found in _ZIP.finditer(text):
        meaning = _meaning(found["short"], short)
        if meaning and meaning.kind == "country":
            yield meaning, found.start("short"), found.end()
    for field in _FIELDS:
        for found in field.finditer(text):
            meaning = _meaning(found["short"], short)
            if meaning and is_address_line(text, found.start()):
                yield meaning, *found.span("short")


def is_address_line(text: str, at: int) -> bool:
    """Tell whether the line at `at`, or the one above it, has a number as addresses do."""
    if len(text) <= _SHORT_TEXT:
        return True
    above = text.rfind("\n", 0, max(text.rfind("\n", 0, at), 0)) + 1
    return any(letter.isdigit() for letter in text[max(above, at - 120) : at])


def line_of(text: str, at: int) -> str:
    """Return the line around a position, at most 200 characters of it."""
    begins, ends = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return text[max(begins, at - 100) : min(len(text) if ends < 0 else ends, at + 100)]


def _meaning(words: str, short: Mapping[str, Meaning]) -> Meaning | None:
    if words.isupper() or words.endswith(".") or len(words) == len("Ont"):
        return short.get(short_key(words))
    return None
