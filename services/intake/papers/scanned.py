"""What a scanner saw on a page: the words it is sure of, in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

#: Per cent of certainty below which a word is a guess.
SURE = 50.0
#: A page of which fewer words are sure, or less than half, is a photograph or handwriting.
FEWEST = 3
_COLUMNS = 12


class _Word(NamedTuple):
    line: tuple[str, ...]
    sure: bool
    text: str


def words_of(table: str) -> str:
    """Return the text in Tesseract's TSV, "" when the page cannot be read.

    Columns: level, page, block, paragraph, line, word, four of place, certainty, text.
    """
    words = list(_words(table))
    sure = [word for word in words if word.sure]
    if len(sure) < FEWEST or len(sure) * 2 < len(words):
        return ""
    lines: dict[tuple[str, ...], list[str]] = {}
    for word in sure:
        lines.setdefault(word.line, []).append(word.text)
    return "\n".join(" ".join(line) for line in lines.values())


def _words(table: str) -> Iterator[_Word]:
    for row in table.splitlines():
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) == _COLUMNS and any(map(str.isalnum, cells[11])):
            yield _Word(tuple(cells[1:5]), _certainty(cells[10]) >= SURE, cells[11].strip())


def _certainty(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return -1.0
