"""Evidence marked in the person's own words, by offsets; the text itself is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shared.domain.place import Evidence

#: Clues that do not come from the text: an address written to, a choice in the form.
OUTSIDE = frozenset({"unit_address", "unit_chosen"})


class Piece(NamedTuple):
    """A stretch of the text. `numbers` are the clues that stand in it, in order; often none.

    `decides` is False when none of them is more than a weak clue.
    """

    text: str
    numbers: tuple[int, ...] = ()
    decides: bool = True


class _Span(NamedTuple):
    start: int
    end: int
    number: int
    decides: bool


def marked(text: str, evidence: Sequence[Evidence]) -> list[Piece]:
    """Return the whole of `text` in pieces; clues that overlap share one piece.

    Clues are numbered from 1 as they come. One that stood elsewhere is looked for by its words,
    and left out when they do not stand here.
    """
    pieces: list[Piece] = []
    position = 0
    for group in _groups(_spans(text, evidence)):
        start, end = group[0].start, max(span.end for span in group)
        if start > position:
            pieces.append(Piece(text[position:start]))
        numbers = tuple(dict.fromkeys(span.number for span in group))
        pieces.append(Piece(text[start:end], numbers, any(span.decides for span in group)))
        position = end
    if position < len(text):
        pieces.append(Piece(text[position:]))
    return pieces


def numbers_in(pieces: Sequence[Piece]) -> frozenset[int]:
    """Return which clues stand in the text, so that a list can link to them."""
    return frozenset(number for piece in pieces for number in piece.numbers)


def _spans(text: str, evidence: Sequence[Evidence]) -> list[_Span]:
    spans = []
    for number, clue in enumerate(evidence, start=1):
        start = _start(text, clue)
        if start is not None:
            end = start + len(clue.words)
            spans.append(_Span(start, end, number, clue.strength != "weak"))
    return sorted(spans)


def _start(text: str, clue: Evidence) -> int | None:
    if not clue.words or clue.kind in OUTSIDE:
        return None
    if text.startswith(clue.words, clue.start):
        return clue.start
    found = text.find(clue.words)
    return None if found < 0 else found


def _groups(spans: Sequence[_Span]) -> list[list[_Span]]:
    """Return spans in order, those that overlap together."""
    groups: list[list[_Span]] = []
    end = -1
    for span in spans:
        if groups and span.start < end:
            groups[-1].append(span)
        else:
            groups.append([span])
        end = max(end, span.end)
    return groups
