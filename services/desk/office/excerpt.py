"""The first words of a person, and those around each clue: enough to choose by. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from services.desk.marking import Piece

#: Characters before a clue that is shown for its own sake.
BEFORE = 80
CUT = "…"


def excerpt(pieces: Sequence[Piece], most: int) -> list[Piece]:
    """Return at most about `most` characters of a text in pieces: its beginning, then each clue
    further on with the words before it. What is left out is told by an ellipsis."""
    if sum(len(piece.text) for piece in pieces) <= most:
        return list(pieces)
    room = most - sum(_wants(piece) for piece in pieces)
    shown: list[Piece] = []
    for number, piece in enumerate(pieces):
        if piece.numbers:
            shown.append(piece)
            continue
        follows = number + 1 < len(pieces)
        words = _shortened(piece.text, max(room, 0), BEFORE if follows else 0)
        room -= len(words)
        if words:
            shown.append(Piece(words))
    return _until(shown, most)


def _wants(piece: Piece) -> int:
    """Return the characters kept for a clue and the words before it."""
    return len(piece.text) + BEFORE if piece.numbers else 0


def _shortened(text: str, room: int, tail: int) -> str:
    """Return the beginning of a text within `room`, and its last `tail` characters."""
    if len(text) <= room + tail:
        return text
    head = text[:room].rpartition(" ")[0] if room > tail else ""
    end = text[-tail:].partition(" ")[2] if tail else ""
    return f"{head} {CUT} {end}" if head and end else f"{head or ''}{CUT} {end}".rstrip(" ")


def _until(pieces: Sequence[Piece], most: int) -> list[Piece]:
    """Return the pieces that fit; very many clues end the text."""
    kept: list[Piece] = []
    for piece in pieces:
        if sum(len(one.text) for one in kept) + len(piece.text) > most + 2 * BEFORE:
            return [*kept, Piece(CUT)]
        kept.append(piece)
    return kept
