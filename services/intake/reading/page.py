"""A text as its lines, each seen once: its quote marks, what stands behind them, its heading."""

from __future__ import annotations

import re
from typing import NamedTuple

from services.intake.reading.labels import Label, label_of

MARK = re.compile(r"[ \t]{0,3}>")
MARKS = re.compile(r"^(?:[ \t]{0,3}>){1,200}[ \t]?")
ONE_MARK = re.compile(r"^[ \t]{0,3}>[ \t]?")
#: Zero-width and direction signs, which programs put before names and dates.
INVISIBLE = "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
#: GroupWise: ">>> Untel <x@exemple.org> 2026-04-03 14:05 >>>", above what is not marked.
AROUND = " >>>"
#: A shorter name stands in too many others.
AUTHOR_CHARACTERS = 4
FIRST_SIGNS = frozenset(INVISIBLE)
SIGNS = frozenset("-*:：")
#: A date, a line of dashes, an arrow.
LEADS = frozenset("-0123456789>")


class Page(NamedTuple):
    """Lines of a text. The first four lists are as long as the text has lines.

    `telling` numbers the lines that could announce something: most could not. `continues` says
    that the mail answers or passes on another; `author` is who sent it: a name and an address,
    in small letters.
    """

    raw: list[str]
    bare: list[str]
    marked: list[bool]
    labels: list[Label | None]
    telling: list[int]
    continues: bool = False
    author: tuple[str, ...] = ()

    def next_filled(self, at: int, within: int = 4) -> int | None:
        """Return the first line from `at` on that says something, at most `within` lines on."""
        for below in range(at, min(at + within, len(self.raw))):
            if self.bare[below].strip():
                return below
        return None

    def next_is_marked(self, at: int) -> bool:
        """Say whether what comes next from line `at` on is quoted, with ">" or with "|"."""
        below = self.next_filled(at)
        if below is None:  # nothing but empty ">" lines
            return any(self.marked[at : at + 4])
        return self.marked[below] or self.is_barred_from(at)

    def is_barred_from(self, at: int) -> bool:
        """Say whether lines with "|" begin at `at`, or after one empty line."""
        below = self.next_filled(at, within=2)
        return below is not None and self.is_barred(below)

    def is_barred(self, at: int) -> bool:
        """Say whether a line begins with "|", as one web mail marks what it quotes."""
        return self.raw[at][:1] == "|"


def page_of(text: str, *, continues: bool = False, author: tuple[str, ...] = ()) -> Page:
    """Return the lines of `text`. A line is marked when it begins with ">" (RFC 3676 §4.5)."""
    raw = text.split("\n")
    marked = [
        ">" in line[:4] and MARK.match(line) is not None and line.rstrip()[-4:] != AROUND
        for line in raw
    ]
    bare = [
        bare_line(line) if is_marked or line[:1] in FIRST_SIGNS else line
        for line, is_marked in zip(raw, marked, strict=True)
    ]
    known = tuple(each.casefold() for each in author if len(each) >= AUTHOR_CHARACTERS)
    telling = [at for at, line in enumerate(bare) if is_telling(line)]
    labels: list[Label | None] = [None] * len(bare)
    for at in telling:  # a heading has a colon near its beginning
        labels[at] = label_of(bare[at])
    return Page(raw, bare, marked, labels, telling, continues, known)


def is_telling(line: str) -> bool:
    """Say whether a line could announce something, at little cost."""
    return (
        ":" in line[:32]
        or ":" in line[-4:]
        or line[:1] in LEADS
        or line[:12].lstrip(" \t\u00a0>*")[:1] in SIGNS
        or "：" in line
    )


def bare_line(line: str) -> str:
    """Return a line without its quote marks and the invisible signs before its words."""
    return MARKS.sub("", line, count=1).lstrip(INVISIBLE)


def unquoted(line: str) -> str:
    """Return a line one level of quotation less deep."""
    return ONE_MARK.sub("", line, count=1)
