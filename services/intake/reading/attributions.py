"""The line that says who wrote what is quoted below: "Le 3 mars 2026 à 9 h 12, Untel a écrit :"."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

from services.intake.reading.page import Page

#: Programs wrap it, names and addresses are long, and one puts "<", address and "> wrote:" apart.
ATTRIBUTION_LINES = 6
LINE_CHARACTERS = 300
WRAPPED_CHARACTERS = 120

ADDRESS = r"[<(\[](?:mailto:)?[^<>()\[\]\n]{0,120}[^\s<>()\[\]\n]@[^<>()\n]{1,120}[>)\]]"
CLOCK = re.compile(r"\b\d{1,2}\s?[:hH.]\s?\d{2}\b(?:\s?(?:min|[:.]\d{2})\b)?")
DAY = re.compile(r"\b(?:19|20)\d{2}\b|\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b")
WITH_ADDRESS = re.compile(ADDRESS)
#: "2016-10-24 15:36 GMT+02:00 Untel <x@exemple.org>:", in any language, the colon may be lost
DATED = re.compile(rf"^\s?\d{{1,4}}\D[^\n<>]{{0,120}}{ADDRESS}\s?[:：]?$")
DATED_NAME = re.compile(
    r"^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2} (?:GMT|UTC)[+-]\d{2}:\d{2} \S[^\n]{0,80}$"
)
#: "---- On Tue, 3 Mar 2026 10:15:00 -0500 Untel wrote ----"
BETWEEN_DASHES = re.compile(r"^\s{0,3}-{2,10}\s([^\n]{10,250})\s-{2,10}$")
#: ">>> Untel <x@exemple.org> 2026-04-03 14:05 >>>"
BETWEEN_ARROWS = re.compile(r"^>>>\s([^\n]{10,250})\s>>>$")
SENTENCE_END = re.compile(r"[^\d.][.!?…]$")


class Words(NamedTuple):
    """The compiled word lists of `quoting.toml`."""

    wrote: re.Pattern[str]
    ends_in_wrote: re.Pattern[str]
    opens: re.Pattern[str]
    not_a_name: re.Pattern[str]


class Attribution(NamedTuple):
    """Lines `first` to `end` (not included), joined. Only a `sure` one needs no ">" below it."""

    first: int
    end: int
    words: str
    sure: bool


@cache
def words() -> Words:
    """Return the word lists; read once, when the first message is."""
    data = tomllib.loads(resources.files(__package__).joinpath("quoting.toml").read_text("utf-8"))
    lists = {name: "|".join(each.replace(" ", r"\s") for each in data[name]) for name in data}
    wrote = rf"(?<![\w'’])(?:{lists['wrote']})"
    return Words(
        wrote=re.compile(rf"{wrote}(?!\w)", re.IGNORECASE),
        ends_in_wrote=re.compile(rf"{wrote}\s{{0,2}}[:：]\s{{0,2}}$", re.IGNORECASE),
        opens=re.compile(rf"\W{{0,4}}(?:{lists['opens']})\s?(?=\D{{0,24}}\d)", re.IGNORECASE),
        not_a_name=re.compile(rf"[\s,]{{0,3}}(?:{lists['not_a_name']})\s"),
    )


def attribution_at(page: Page, at: int) -> Attribution | None:
    """Return the attribution whose last line is `at`, if one ends there."""
    line = page.bare[at].strip()
    if len(line) > LINE_CHARACTERS or not line:
        return None
    if line[-1] in ":：" or line == ":":
        return _wrapped(page, at)
    if not line[0].isdigit() and line[0] not in "->":
        return None
    arrows = BETWEEN_ARROWS.match(line)
    if arrows and CLOCK.search(arrows[1]) and DAY.search(arrows[1]):
        return Attribution(at, at + 1, arrows[1], sure=True)
    between = BETWEEN_DASHES.match(line)
    if between and words().wrote.search(between[1]) and CLOCK.search(between[1]):
        return Attribution(at, at + 1, between[1], sure=True)
    if DATED_NAME.match(line):
        return Attribution(at, at + 1, line, sure=True)
    return Attribution(at, at + 1, line, sure=False) if DATED.match(line) else None


def _wrapped(page: Page, at: int) -> Attribution | None:
    """Look upwards for the line that opens it: the nearest one with a date, else one with "<"."""
    joined, other = "", None
    for first in range(at, max(at - ATTRIBUTION_LINES, -1), -1):
        line = _as_written(page, first).strip()
        if first < at and _is_apart(page, first, line, joined):
            break
        joined = f"{line} {joined}".rstrip()
        sure = announces(joined)
        if sure is None:
            continue
        if line[:1].isdigit() or words().opens.match(line):
            return Attribution(first, at + 1, joined, sure)
        if other is None:
            other = Attribution(first, at + 1, joined, sure)
    return other


def _as_written(page: Page, at: int) -> str:
    """Return a line without quote marks, unless its ">" closes an address on the line above."""
    closes = page.marked[at] and at > 0 and not page.marked[at - 1] and "<" in page.raw[at - 1]
    return page.raw[at] if closes else page.bare[at]


def _is_apart(page: Page, first: int, line: str, below: str) -> bool:
    """Say whether a line cannot belong to the attribution that goes on in `below`."""
    if not line:  # one program leaves lines empty around the "<" before an address
        return not below.startswith("<")
    if page.marked[first] and not page.marked[first + 1]:
        return True
    return len(line) > WRAPPED_CHARACTERS or SENTENCE_END.search(line[-3:]) is not None


def announces(line: str) -> bool | None:
    """Say whether a line announces a quotation: None is no, False is only if one follows."""
    if DATED.match(line):
        return True
    clock = CLOCK.search(line)
    if words().wrote.search(line) is None:  # a verb of some other language, or "mentioned"
        return False if clock and DAY.search(line) and words().opens.match(line) else None
    has_address = WITH_ADDRESS.search(line) is not None
    if words().ends_in_wrote.search(line) is None:
        return True if has_address and clock else None
    if has_address:
        return True
    is_dated = clock is not None and DAY.search(line) is not None
    return is_dated and clock is not None and not words().not_a_name.match(line, clock.end())
