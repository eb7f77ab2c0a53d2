"""Canadian postal codes in a text, with the letters O and I, l typed for the digits 0 and 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Letters that Canada Post uses: first place without D F I O Q U W Z, others without D F I O Q U.
_FIRST, _LETTER = "ABCEGHJKLMNPRSTVXY", "ABCEGHJKLMNPRSTVWXYZ"
_GAP = r"[ \t\u00a0\u2009\u202f-]{0,2}"
_CODE = re.compile(
    rf"[{_FIRST}][0-9OIL][{_LETTER}]{_GAP}[0-9OIL][{_LETTER}][0-9OIL](?![A-Z0-9])",
    re.IGNORECASE | re.ASCII,
)
_AREA = re.compile(rf"[GHJ][0-9][{_LETTER}](?![A-Z0-9])", re.IGNORECASE | re.ASCII)
_AREA_AFTER = re.compile(
    rf"[ ,(\n]{{1,3}}(?P<area>[GHJ][0-9][{_LETTER}])(?![A-Za-z0-9]|[ -]{{0,2}}[0-9][A-Z])"
)
_AREA_CUE = re.compile(
    r"(?:code postal|postal code|code|\bfsa|\brta|\bqc|qu[ée]bec\)?|\bp\.?q\.?)(?: est| is)?"
    r"[ :,\n(]*$",
    re.IGNORECASE,
)
#: A text so short may be nothing but three characters.
_SHORT_TEXT = 16
_DIGIT = str.maketrans("OIL", "011")
#: The province or territory of each first letter (Canada Post).
PROVINCES = {
    "A": "NL", "B": "NS", "C": "PE", "E": "NB", "G": "QC", "H": "QC", "J": "QC", "K": "ON",
    "L": "ON", "M": "ON", "N": "ON", "P": "ON", "R": "MB", "S": "SK", "T": "AB", "V": "BC",
    "X": "NT", "Y": "YT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostalCode:
    """A code in its one spelling ("H7N1A1"), or its first three characters, and where it stands."""

    code: str
    start: int
    end: int

    @property
    def area(self) -> str:
        return self.code[:3]

    @property
    def province(self) -> str:
        return PROVINCES[self.code[0]]


def postal_codes(text: str) -> Iterator[PostalCode]:
    """Yield the codes that stand in `text`: six characters, or three after an address cue."""
    alone = _AREA.fullmatch(text.strip()) if len(text) < _SHORT_TEXT else None
    if alone:
        at = text.index(alone[0])
        yield PostalCode(alone[0].upper(), at, at + len(alone[0]))
        return
    after = 0
    for at in _digits_beside_letters(text):
        if at < after:
            continue
        found = _code_around(text, at) or _area_around(text, at)
        if found:
            yield found
            after = found.end


def _digits_beside_letters(text: str) -> list[int]:
    """Return where the digits stand that have a letter on a side: every digit of a code has, few
    others do. Ten searches for one character each are faster than a pattern for any of them."""
    places = []
    for digit in "0123456789":
        at = text.find(digit)
        while at >= 0:
            if text[at + 1 : at + 2].isalpha() or text[at - 1 : at].isalpha():
                places.append(at)
            at = text.find(digit, at + 1)
    return sorted(places)


def area_after(text: str, end: int) -> PostalCode | None:
    """Return the three characters that stand right after a town ending at `end`: "Laval H7N"."""
    match = _AREA_AFTER.match(text, end)
    return PostalCode(match["area"], match.start("area"), match.end()) if match else None


def _code_around(text: str, digit: int) -> PostalCode | None:
    """Return the code whose first or second typed digit stands at `digit`."""
    for start in (digit - 1, digit - 3, digit - 4, digit - 5):
        if start < 0 or (start and text[start - 1].isalnum()):
            continue
        match = _CODE.match(text, start)
        if match and _is_typed(match[0]):
            return PostalCode(_spelled(match[0]), start, match.end())
    return None


def _is_typed(words: str) -> bool:
    """Refuse words that only look like a code: two real digits, or one among capitals."""
    digits = sum(letter.isdigit() for letter in words)
    return digits >= 2 or (digits == 1 and words.isupper())


def _spelled(words: str) -> str:
    letters = re.sub(_GAP.removesuffix("{0,2}"), "", words).upper()
    return "".join(
        letter.translate(_DIGIT) if place % 2 else letter for place, letter in enumerate(letters)
    )


def _area_around(text: str, digit: int) -> PostalCode | None:
    start = digit - 1
    if start < 0 or (start and text[start - 1].isalnum()):
        return None
    match = _AREA.match(text, start)
    if match and _AREA_CUE.search(text, max(0, start - 24), start):
        return PostalCode(match[0].upper(), start, match.end())
    return None
