"""Where a message of somebody else begins in a text, by whatever sign a mail program left."""

from __future__ import annotations

from typing import Literal, NamedTuple

from services.intake.reading.attributions import attribution_at
from services.intake.reading.blocks import Block, block_at, block_on_one_line, rule_above
from services.intake.reading.labels import Separator, separator_of
from services.intake.reading.page import Page


class Announcement(NamedTuple):
    """Lines `first` to `end` (not included) that say: what follows was written by another.

    `kind` is "forward" or "original" for a separator line, "block" for headings alone,
    "attribution" for "… wrote:". `sure` is False when only a ">" below makes it one.
    """

    kind: Literal["forward", "original", "block", "attribution"]
    first: int
    end: int
    block: Block | None = None
    words: str = ""
    sure: bool = True


def announcement_at(page: Page, at: int) -> Announcement | None:
    """Return what line `at` announces (for a wrapped attribution, its last line), or None."""
    separator = separator_of(page.bare[at])
    if separator is not None:
        return _separated(page, at, separator)
    block = block_at(page, at)
    if block is not None:
        return Announcement("block", rule_above(page, at), block.end, block)
    found = attribution_at(page, at)
    if found is None:
        return None
    return Announcement("attribution", found.first, found.end, words=found.words, sure=found.sure)


def _separated(page: Page, at: int, separator: Separator) -> Announcement:
    block = block_on_one_line(separator.rest, at + 1) if separator.rest else None
    if block is None:
        below = page.next_filled(at + 1)
        block = None if below is None else block_at(page, below, least=0)
    end = at + 1 if block is None else block.end
    return Announcement(separator.kind, rule_above(page, at), end, block)
