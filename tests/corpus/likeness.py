"""When two texts say the same."""

from __future__ import annotations

from difflib import SequenceMatcher

ALIKE = 0.95


def plain(text: str) -> str:
    """Return a text with all white space as one blank, at most."""
    return " ".join(text.split())


def are_alike(one: str, other: str, *, at_least: float = ALIKE) -> bool:
    """Say whether two texts are equal but for white space, or nearly so (difflib's ratio)."""
    one, other = plain(one), plain(other)
    if one == other:
        return True
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= at_least and matcher.ratio() >= at_least


def short(text: str, most: int = 60) -> str:
    """Return the beginning of a text on one line, for a list of what went wrong."""
    line = plain(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"
