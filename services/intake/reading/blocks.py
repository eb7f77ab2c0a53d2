"""The block of headings that a mail program puts above what it quotes or passes on."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from services.intake.reading.labels import Kind, Label, plain, tables
from services.intake.reading.page import Page

#: Long lists of recipients wrap: how many lines a block may have.
BLOCK_LINES = 24
#: A block may begin with any of these (Thunderbird: the subject; Outlook: who wrote).
FIRST: frozenset[Kind] = frozenset({"from", "sent", "subject", "to"})
TELLING: tuple[Kind, ...] = ("sent", "to", "subject")
#: Signs alone, or words between dashes.
RULE = re.compile(r"\s{0,8}(?:[*_=–—-]{5,}|-{3,60}\s?[^\n-][^\n]{2,150}[^\n-]\s?-{3,60})\s*$")
RULE_CHARACTERS = 300
FROM_CHARACTERS = 300
#: How programs write an address behind a name; people put a comma.
IN_BRACKETS = re.compile(r"[<\[(][^<>\n]{0,200}@")
CLOCK = re.compile(r"\d\s?[:hH.]\s?\d{2}")


class Block(NamedTuple):
    """The headings by what they mean, and the line after the last of them."""

    fields: dict[Kind, str]
    end: int

    @property
    def is_of_a_program(self) -> bool:
        """Say whether an address or a clock time stands in it; people's letters have neither."""
        return "@" in self.fields.get("from", "") or self.has_clock

    @property
    def has_clock(self) -> bool:
        return CLOCK.search(self.fields.get("sent", "")) is not None


def block_at(page: Page, at: int, *, least: int = 2) -> Block | None:
    """Return the block that begins on line `at`: who wrote, and `least` of when, to whom, what.

    Below a separator (`least=0`) who wrote is enough. Without one, people write such headings too,
    above a letter of their own or for a journey ("De : Québec", "À : Montréal").
    """
    first = page.labels[at]
    if first is None or first.kind not in FIRST:
        return None
    block = _collected(page, at, first)
    if "from" not in block.fields or sum(kind in block.fields for kind in TELLING) < least:
        return None
    return block if least == 0 or _is_surely(page, at, block) else None


def _is_surely(page: Page, at: int, block: Block) -> bool:
    """Say whether headings without a separator are those of a program."""
    if not block.has_clock and _is_of_the_author(page, block):
        return False
    is_expected = page.continues or rule_above(page, at) != at
    if not (is_expected or block.has_clock or IN_BRACKETS.search(block.fields["from"])):
        return False
    if block.is_of_a_program:
        return "subject" in block.fields or "@" in block.fields["from"]
    first = page.labels[at]
    is_first = at == 0 or page.labels[at - 1] is None
    return is_first and first is not None and first.kind == "from" and "subject" in block.fields


def _is_of_the_author(page: Page, block: Block) -> bool:
    """Say whether headings name who sent the mail itself: people put their own above a letter."""
    named = block.fields["from"][:FROM_CHARACTERS].casefold()
    return any(each in named for each in page.author)


def rule_above(page: Page, at: int) -> int:
    """Return the line drawn above a block ("_____", "-- Mail original --"), else `at` itself."""
    for above in range(at - 1, max(at - 4, -1), -1):
        if page.bare[above].strip():
            return above if RULE.match(page.bare[above][:RULE_CHARACTERS]) else at
    return at


def _collected(page: Page, at: int, first: Label) -> Block:
    """Take headings until one comes twice, or an empty line is followed by other words."""
    fields: dict[Kind, str] = {first.kind: first.value}
    last, end, blank = first.kind, at + 1, False
    for below in range(at + 1, min(at + BLOCK_LINES, len(page.raw))):
        label, words = page.labels[below], page.bare[below].strip()
        if label is not None and label.kind not in fields:
            fields[label.kind] = label.value
            last, end, blank = label.kind, below + 1, False
        elif label is not None or blank:
            break
        elif not words:
            blank = True
        elif not fields[last]:  # a value that stands below its heading
            fields[last], end = words, below + 1
    return Block(fields, end)


@cache
def _inline() -> re.Pattern[str]:
    """Return every heading, longest first; on one line they follow each other without a blank."""
    words = sorted(tables().labels, key=len, reverse=True)
    capital = "|".join(re.escape(word[0].upper() + word[1:]) for word in words if len(word) > 1)
    return re.compile(rf"({capital}|CC|À|A)\s?[:：]")


def block_on_one_line(rest: str, end: int) -> Block | None:
    """Return the block that Yahoo writes behind its separator, all on one line."""
    fields: dict[Kind, str] = {}
    found = list(_inline().finditer(rest[:4_000]))
    for at, heading in enumerate(found):
        stop = found[at + 1].start() if at + 1 < len(found) else len(rest)
        kind = tables().labels.get(plain(heading[1]))
        if kind is not None:
            fields.setdefault(kind, rest[heading.end() : stop].strip())
    return Block(fields, end) if "from" in fields else None
