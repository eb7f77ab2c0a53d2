"""The words that mail programs put around a message: headings of a block, and separator lines."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

#: A heading is short ("Destinataires", "Kopie (CC)"); people's sentences are not looked up.
HEADING = re.compile(r"[*_]{0,2}([^\W\d_][^\n:：*<>@]{0,24}?)[*_]{0,2}\s{0,2}[:：][*_]{0,2}(.*)")
#: "---------- Message transféré ---------", and what Yahoo puts after it on the same line.
DASHED = re.compile(r"[\s*]{0,8}-{2,60}\s{0,3}([^\n]{3,120}?)\s{0,3}-{2,60}\*{0,2}\s{0,8}(.*)")
#: "Début du message transféré :"
ANNOUNCED = re.compile(r"[\s*]{0,8}([^\W\d_][^\n:：*]{3,60}?)\s{0,2}[:：]\*{0,2}\s{0,8}$")
#: What no recipients' list on one line exceeds; a longer line was never a heading.
HEADING_CHARACTERS = 8_000

Kind = Literal["from", "sent", "to", "cc", "bcc", "subject", "reply_to", "other"]
SeparatorKind = Literal["forward", "original"]


class Label(NamedTuple):
    """A heading ("De", "Sent" …): what it means, and what stands after its colon."""

    kind: Kind
    value: str


class Separator(NamedTuple):
    """A line that announces a message, and what follows on the same line."""

    kind: SeparatorKind
    rest: str


class Tables(NamedTuple):
    """The words of `labels.toml`, each with what it means."""

    labels: dict[str, Kind]
    separators: dict[str, SeparatorKind]
    forward_begins: tuple[str, ...]


@cache
def tables() -> Tables:
    """Return the tables; read once, when the first message is."""
    data = tomllib.loads(resources.files(__package__).joinpath("labels.toml").read_text("utf-8"))
    lines: dict[str, list[str]] = data["separators"]
    return Tables(
        labels={plain(word): kind for kind, words in data["labels"].items() for word in words},
        separators={plain(line): kind for kind in ("forward", "original") for line in lines[kind]},
        forward_begins=tuple(lines["forward_begins"]),
    )


def plain(words: str) -> str:
    """Return words as they are compared: no case, one blank of any kind, straight apostrophes."""
    return " ".join(words.replace("’", "'").casefold().split())


def label_of(line: str) -> Label | None:
    """Return the heading with which a line begins, if there is one."""
    if ":" not in line[:32] and "：" not in line[:32]:
        return None
    found = HEADING.match(line[:HEADING_CHARACTERS].lstrip())
    if found is None:
        return None
    kind = tables().labels.get(plain(found[1]))
    return None if kind is None else Label(kind, found[2].strip())


def separator_of(line: str) -> Separator | None:
    """Return what a separator line announces, or None."""
    begins = line[:12].lstrip(" \t\u00a0*")[:2]
    found = DASHED.match(line[:HEADING_CHARACTERS]) if begins == "--" else None
    if found is None:
        if line[-4:].find(":") < 0 or len(line) > 80:
            return None
        found = ANNOUNCED.match(line)
        if found is None:
            return None
    words = plain(found[1])
    kind = tables().separators.get(words)
    if kind is None and begins == "--" and words.startswith(tables().forward_begins):
        kind = "forward"
    return None if kind is None else Separator(kind, found[2].strip() if begins == "--" else "")
