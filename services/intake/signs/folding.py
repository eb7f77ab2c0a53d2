"""Text as words are compared: lower case, no accents, single blanks; every place leads back.

What people leave out (accents, capitals, apostrophes, line ends) cannot make a difference here.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

#: What ends a sentence, and a paragraph: no rule reads across them unless it says so.
STOP, PARAGRAPH = ".", "\n"
_OE, _AE = "\x01", "\x02"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


def _table() -> bytes:
    """Return what each Windows-1252 byte folds to, one for one, so that places hold."""
    return bytes(ord(_plain(bytes([code]).decode("cp1252", "replace"))) for code in range(256))


def _plain(letter: str) -> str:
    if letter in "œŒ":
        return _OE
    if letter in "æÆ":
        return _AE
    if letter in ".!?…":
        return STOP
    if letter in ',;:()[]«»"“”':
        return ","
    base = unicodedata.normalize("NFKD", letter.lower())[:1]
    return base if base == "\n" or (base.isascii() and base.isalnum()) else " "


_TABLE = _table()
#: Each begins with letters of its own: a search ten times as fast as one pattern of alternatives.
_BLANKS = re.compile(r"  [ \n]*")
_LINE_END = re.compile(r"\n[ \n]*")
_LIGATURE = re.compile(r"[\x01\x02]")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` begins and ends with a blank; `original` gives the place in the source of one in it.

    Letters of other scripts are blanks. A ligature is two letters with one place.
    """

    text: str
    cuts: list[int]
    shifts: list[int]
    places: list[int] | None
    length: int

    def original(self, place: int) -> int:
        """Return where in the source the letter at `place` stands; the end gives its length."""
        return self._at(self._index(place))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return start and end in the source of `text[start:end]`, a piece that is not empty.

        Accents that stand alone go with the letter before them.
        """
        return self.original(start), self._at(self._index(end - 1) + 1)

    def _index(self, place: int) -> int:
        after = bisect_right(self.cuts, place)
        index = place + self.shifts[after]
        if after < len(self.cuts):  # the second letter of a ligature stands where the first does
            index = min(index, self.cuts[after] + self.shifts[after + 1] - 1)
        return min(max(index, 0), self.length)

    def _at(self, index: int) -> int:
        if self.places is None:
            return min(index, self.length)
        return self.places[min(index, len(self.places) - 1)]


def fold(source: str) -> Folded:
    """Return `source` folded; time and memory grow with its length and nothing else."""
    plain, places = _visible(source)
    flat = plain.encode("cp1252", "replace").translate(_TABLE).decode("ascii")
    pieces: list[str] = [" "]
    cuts: list[int] = []
    shifts = [-1]
    done, length = 0, 1
    for start, end, new in _edits(flat):
        pieces += (flat[done:start], new)
        length += start - done + len(new)
        cuts.append(length)
        shifts.append(end - length)
        done = end
    pieces += (flat[done:], " ")
    return Folded("".join(pieces), cuts, shifts, places, len(plain))


def _visible(source: str) -> tuple[str, list[int] | None]:
    """Return the source without accents that stand alone and letters that nobody sees."""
    if source.isascii():
        return source, None
    hidden = any(letter in source for letter in _INVISIBLE)
    if not hidden and unicodedata.is_normalized("NFC", source):
        return source, None
    places = [
        at
        for at, letter in enumerate(source)
        if not unicodedata.combining(letter) and letter not in _INVISIBLE
    ]
    plain = "".join([source[at] for at in places])
    places.append(len(source))
    return plain, places


def _edits(flat: str) -> list[tuple[int, int, str]]:
    """Return (start, end, new text) of what changes length or kind, in order."""
    edits = [(*gap.span(), _gap(gap[0])) for gap in _BLANKS.finditer(flat)]
    if "\n" in flat:
        ends = {end for _, end, _ in edits}  # a gap of blanks has taken the line ends behind it
        for line in _LINE_END.finditer(flat):
            start, end = line.span()
            if end not in ends:
                edits.append((start - (flat[start - 1 : start] == " "), end, _gap(line[0])))
    if _OE in flat or _AE in flat:
        for letter in _LIGATURE.finditer(flat):
            edits.append((*letter.span(), "oe" if letter[0] == _OE else "ae"))
    edits.sort()
    return edits


def _gap(blanks: str) -> str:
    return PARAGRAPH if blanks.count("\n") > 1 else " "


def folded_words(words: str) -> str:
    """Return words of a table as they are found in a folded text."""
    return " ".join(folded_piece(words).split())


def folded_piece(words: str) -> str:
    """Return a piece of a phrase folded, with its blanks as they are."""
    plain, _ = _visible(words)
    flat = plain.encode("cp1252", "replace").translate(_TABLE).decode("ascii")
    return flat.replace(_OE, "oe").replace(_AE, "ae")
