"""A person's own words, apart from the history that their mail program put below or above them.

In doubt a line is the person's own: the full text is kept anyway, but rules read `own` first.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

#: An attribution may be wrapped over three lines, and people's names and addresses are long.
ATTRIBUTION_LINES = 3
LINE_CHARACTERS = 300
WRAPPED_VERB = 12
LABEL_CHARACTERS = 30
#: How far below "De :" the other labels of a block may stand (long lists of recipients wrap).
BLOCK_LINES = 10

#: An address, a clock time or an ISO date: what a program writes and a person rarely does.
EVIDENCE = re.compile(r"@|\b\d{1,2}\s?[:h]\s?\d{2}\b|\b\d{4}-\d{2}-\d{2}\b")
#: "2016-10-24 15:36 GMT+02:00 Untel <x@exemple.org>:", in any language
DATED_ADDRESS = r"^[^\n<>]{0,60}\d[^\n<>]{0,120}<[^<>\n]{1,120}@[^<>\n]{1,120}>"
QUOTED = re.compile(r"^[ \t]{0,3}>")
OPENING = re.compile(r"\s*(?:On|Le|El|Am|Il|Em|Op|Den|W dniu)\b")
OPENING_ADDRESS = re.compile(r"\s*(?:\S{1,64}@|<)")
RULE = re.compile(r"^\s*[_-]{5,}\s*$")
SIGNS = frozenset({">", "-", "*", "_"})


class Words(NamedTuple):
    """The compiled word lists of `quoting.toml`."""

    attribution: re.Pattern[str]
    separator: re.Pattern[str]
    labels: dict[str, re.Pattern[str]]


@cache
def words() -> Words:
    """Return the word lists; read once, when the first message is."""
    data = tomllib.loads(resources.files(__package__).joinpath("quoting.toml").read_text("utf-8"))
    wrote = "|".join(word.replace(" ", r"\s") for word in data["wrote"])
    verb = rf"(?:(?<![\w'’])(?:{wrote})|{DATED_ADDRESS})\s{{0,2}}:\s*$"
    lines = "|".join(line.replace(" ", r"\s") for line in data["separators"])
    separator = rf"^\s*\*?(?:{lines})\*?\s*(?:$|(?:from|de)\s?:)"
    labels = {
        kind: rf"^\s{{0,3}}\*{{0,2}}(?:{'|'.join(names)})\s?\*{{0,2}}\s?:\*{{0,2}}\s?"
        for kind, names in data["labels"].items()
    }
    return Words(
        attribution=re.compile(verb, re.IGNORECASE),
        separator=re.compile(separator, re.IGNORECASE),
        labels={kind: re.compile(line, re.IGNORECASE) for kind, line in labels.items()},
    )


def split(text: str) -> tuple[str, str]:
    """Return (own, quoted): the lines of `text`, each in one of the two, in order.

    `own` is the whole text when everything in it is quoted: a mail that only forwards is the
    person's message.
    """
    lines = text.split("\n")
    if not any(map(_is_telling, lines)):
        return text.strip("\n"), ""
    is_quoted = _marks(lines)
    own = "\n".join(line for line, out in zip(lines, is_quoted, strict=True) if not out)
    quoted = "\n".join(line for line, out in zip(lines, is_quoted, strict=True) if out)
    if not own.strip():
        return text.strip("\n"), ""
    return own.strip("\n"), quoted.strip("\n")


def _is_telling(line: str) -> bool:
    """Say whether a line could start history, at little cost: most lines could not."""
    return (
        line[:4].lstrip()[:1] in SIGNS or ":" in line[:LABEL_CHARACTERS] or line[-3:].find(":") >= 0
    )


def _marks(lines: list[str]) -> list[bool]:
    """Say for each line whether it is quoted."""
    marks = [QUOTED.match(line) is not None for line in lines]
    for at, line in enumerate(lines):
        if marks[at] or not _is_telling(line):
            continue
        if _ends_attribution(lines, at):
            first = _attribution_start(lines, at, marks)
            follows = _next_is_marked(marks, lines, at)
            if follows:
                marks[first : at + 1] = [True] * (at + 1 - first)
            elif EVIDENCE.search(" ".join(lines[first : at + 1])):
                return _all_from(marks, first)
        elif _starts_block(lines, at):
            return _all_from(marks, _rule_above(lines, at))
    return marks


def _rule_above(lines: list[str], at: int) -> int:
    """Return the line of "_____" that Outlook draws above a block, else the block's first."""
    above = at - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and RULE.match(lines[above]) else at


def _all_from(marks: list[bool], first: int) -> list[bool]:
    return marks[:first] + [True] * (len(marks) - first)


def _ends_attribution(lines: list[str], at: int) -> bool:
    """Say whether "… a écrit :" ends here; "a" and "écrit :" may stand on two lines."""
    line = lines[at]
    if len(line) > LINE_CHARACTERS or ":" not in line:
        return False
    if at and len(line) <= WRAPPED_VERB:
        line = f"{lines[at - 1][-LINE_CHARACTERS:]} {line}"
    return words().attribution.search(line) is not None


def _attribution_start(lines: list[str], at: int, marks: list[bool]) -> int:
    """Return the line on which a wrapped attribution begins."""
    first = at
    while first > 0 and at - first < ATTRIBUTION_LINES - 1:
        if OPENING.match(lines[first]):
            break
        above = lines[first - 1]
        if not above.strip() or marks[first - 1] or len(above) > 120 or above.endswith((".", "!")):
            break
        first -= 1
    opens = OPENING.match(lines[first]) or OPENING_ADDRESS.match(lines[first])
    return first if opens else at


def _next_is_marked(marks: list[bool], lines: list[str], at: int) -> bool:
    """Say whether the first line below that is not empty is a ">" line."""
    for below in range(at + 1, min(at + 4, len(lines))):
        if lines[below].strip():
            return marks[below]
    return False


def _starts_block(lines: list[str], at: int) -> bool:
    """Say whether a forwarded or quoted message begins on this line."""
    line = lines[at]
    if len(line) > LINE_CHARACTERS or not line:
        return False
    if words().separator.match(line):
        return True
    labels = words().labels
    if ":" not in line or not labels["from"].match(line):
        return False
    below = lines[at + 1 : at + 1 + BLOCK_LINES]
    found = {
        kind
        for kind in ("sent", "to", "subject")
        if any(labels[kind].match(each) for each in below)
    }
    return len(found) >= 2
