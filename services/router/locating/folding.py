"""Text as place names are compared: lower case, no accents, one space, `st` written out.

Every position of a folded text leads back to the text as the person wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: What stands between words but never within a name; a blank line counts as one.
HARD = ","
_BLANK_LINE = f" {HARD} "
_LIGATURE_OE, _LIGATURE_AE = "\x01", "\x02"
_LIGATURES = ((_LIGATURE_OE, "oe"), (_LIGATURE_AE, "ae"))
_SPACES = "\t\r -'\u00a0\u2010\u2011\u2013\u2014\u2018\u2019`\u00b4/\\_*>?!"


def _byte_table() -> bytes:
    """Return what each Windows-1252 byte folds to, one for one, so that offsets hold."""
    return bytes(ord(_folded(bytes([code]).decode("cp1252", "replace"))) for code in range(256))


def _folded(letter: str) -> str:
    if letter in _SPACES:
        return " "
    if letter in "œŒ":
        return _LIGATURE_OE
    if letter in "æÆ":
        return _LIGATURE_AE
    plain = unicodedata.normalize("NFKD", letter.lower())[:1]
    if plain.isascii() and (plain.isalnum() or plain in ".\n"):
        return plain
    return HARD


_TABLE = _byte_table()
#: What changes length. Each pattern begins with fixed letters, which makes its search ten times
#: as fast as one pattern of alternatives.
_GAPS = tuple(re.compile(pattern) for pattern in (r"  [ \n]*", r" \n[ \n]*", r"\n[ \n]+"))
#: `st` is written out before a letter only: in "12 Main St" it is a street.
_SAINT = re.compile(r"st(?<![a-z0-9]..)(?P<rest>e?s?)(?:\. ?| )(?=[a-z])")
_MONTREAL = re.compile(r"mt(?<![a-z0-9]..)r?l(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` begins and ends with a space. Positions in it map back by `original`."""

    text: str
    source: str
    cuts: list[int]
    shifts: list[int]
    places: list[int] | None

    def original(self, position: int) -> int:
        """Return the position in `source` that a position in `text` stands for."""
        after = bisect_right(self.cuts, position)
        index = position + self.shifts[after]
        if after < len(self.cuts):  # a replacement may be longer than what it replaced
            index = min(index, self.cuts[after] + self.shifts[after + 1])
        if self.places is None:
            return min(max(index, 0), len(self.source))
        return self.places[min(max(index, 0), len(self.places) - 1)]


def fold(source: str) -> Folded:
    """Return `source` folded. Characters outside Windows-1252 fold to a space."""
    try:  # Windows-1252 has no combining marks: most texts need no other look for them
        narrow, places = source.encode("cp1252"), None
    except UnicodeEncodeError:
        plain, places = _composed(source)
        narrow = plain.encode("cp1252", "replace")
    flat = narrow.translate(_TABLE).decode("ascii")
    return _edited(f" {flat} ", source, places)


def _composed(source: str) -> tuple[str, list[int] | None]:
    """Return the text without combining marks, and where each letter of it stood."""
    if unicodedata.is_normalized("NFC", source):
        return source, None
    places = [at for at, letter in enumerate(source) if not unicodedata.combining(letter)]
    return "".join(source[at] for at in places), [*places, len(source)]


def _edited(flat: str, source: str, places: list[int] | None) -> Folded:
    pieces: list[str] = []
    cuts: list[int] = []
    shifts = [-1]  # the space that was put in front
    done = length = 0
    for start, end, new in sorted(_edits(flat)):
        if start < done:
            continue
        pieces += (flat[done:start], new)
        length += start - done + len(new)
        done = end
        cuts.append(length)
        shifts.append(end - length - 1)
    pieces.append(flat[done:])
    # A line end between two words is as long as the space that it becomes.
    return Folded("".join(pieces).replace("\n", " "), source, cuts, shifts, places)


def _edits(flat: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, new text) of all that changes length; the first of two that overlap
    is the one that counts."""
    for pattern in _GAPS:
        for gap in pattern.finditer(flat):
            start, end = gap.span()
            yield start, end, _BLANK_LINE if flat.count("\n", start, end) > 1 else " "
    for saint in _SAINT.finditer(flat):
        yield *saint.span(), f"saint{saint['rest']} "
    for city in _MONTREAL.finditer(flat):
        yield *city.span(), "montreal"
    for ligature, letters in _LIGATURES:
        at = flat.find(ligature)
        while at >= 0:
            yield at, at + 1, letters
            at = flat.find(ligature, at + 1)


#: Loading asks several times for the key of each of some 2,500 names.
@lru_cache(maxsize=4096)
def match_key(name: str) -> str:
    """Return the key under which a name is found: "Ste-Thérèse" gives "sainte therese"."""
    return " ".join(fold(name).text.replace(HARD, " ").replace(".", " ").split())
