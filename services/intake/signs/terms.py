"""Where the words of our tables stand in a text: one pass, however many words there are.

A table lists words by group. In it `(a|b|)` stands for either or nothing and may stand within
another, a final `*` for any end of the word, one before a blank for a common ending, and an
apostrophe may be missing in the text ("jai", "dont").
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from services.intake.signs.folding import PARAGRAPH, Folded, fold, folded_piece

#: Start and end of some words in a folded text.
Hit = tuple[int, int]
#: Endings that a `*` within a phrase stands for: plurals, feminines and the commonest of verbs.
_ENDINGS = ("", "s", "e", "es", "ent", "ed", "ing")
_ELISION = re.compile(r"\b([cdjlmnst]|qu|jusqu) (?=[aeiouyh])")
_CONTRACTION = re.compile(
    r"\b(don|can|won|isn|wasn|didn|doesn|couldn|wouldn|haven|hasn|aren|i|you|we|they|it) "
    r"(t|m|ve|re|ll|s)\b"
)
#: A blank that an elision or a contraction may lose; most phrases have none.
_JOINABLE = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu) [aeiouyh]|\b[a-z]+ (?:t|m|ve|re|ll|s)\b")
_MARKS = frozenset("()|*")
_MARK = re.compile(r"([()|*])")
#: Words that deny what follows them: "je ne vous menace pas", "this is not a threat".
_SUBJECTS = (
    "je|j|jme|jva|jvais|jveux|jveu|chu|tu|on|il|elle|i|im|we|they|he|she|mais|but|et|and|si|if|que"
)
_DENIED = re.compile(
    r"(?: |^)(?:ne|n|pas|sans|jamais|aucune?|ni|not|never|without|no|nor|don t|dont|isn t|won t)"
    rf"(?: (?!(?:{_SUBJECTS}) )[a-z]{{1,15}}){{0,4}} $"
)
#: Words that begin a clause of their own: what came before denies nothing of it.
_OWN_CLAUSE = re.compile(rf"(?:{_SUBJECTS}) ")


#: The automaton finds words by the blanks around them: far fewer finds to look at than letters.
_ONLY_BLANKS = str.maketrans(".,\n", "   ")
_NONE: frozenset[str] = frozenset()
_REST = re.compile(r"[a-z0-9]{0,30}")


def overlaps(hit: Hit, others: list[Hit]) -> bool:
    """Tell whether a hit shares letters with any of the others, which are in order."""
    at = bisect_left(others, (hit[0] + 1, 0))
    near = others[max(0, at - 3) : at + 3]
    return any(other[0] < hit[1] and hit[0] < other[1] for other in near)


class Words(NamedTuple):
    """What one entry of the automaton stands for; `open` ones take any ending.

    `length` is that of the words and what was looked for after them: a blank, unless open.
    """

    length: int
    open: bool
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The groups that stand in a text, each with its hits in order; positions are folded ones."""

    folded: Folded
    hits: Mapping[str, list[Hit]]

    def of(self, *groups: str) -> list[Hit]:
        """Return all hits of these groups, in order."""
        if len(groups) == 1:
            return self.hits.get(groups[0], [])
        return sorted(hit for group in groups for hit in self.hits.get(group, ()))

    def has(self, *groups: str) -> bool:
        return any(self.hits.get(group) for group in groups)

    def denied(self, hit: Hit) -> bool:
        """Tell whether the same clause denies these words: in the 45 letters before them."""
        if _OWN_CLAUSE.match(self.folded.text, hit[0]):
            return False
        before = self.folded.text[max(0, hit[0] - 45) : hit[0]]
        clause = re.split(rf"[.,{PARAGRAPH}]", before)[-1]
        return _DENIED.search(clause) is not None


def find(text: str) -> Found:
    """Return which words of our tables stand in `text`."""
    return found_in(fold(text))


def found_in(folded: Folded) -> Found:
    text, seen = folded.text, dict[tuple[str, ...], list[Hit]]()
    for last, words in automaton().iter(text.translate(_ONLY_BLANKS)):
        end = _word_end(text, last + 1) if words.open else last
        seen.setdefault(words.groups, []).append((last + 1 - words.length, end))
    hits: dict[str, list[Hit]] = {}
    for groups, places in seen.items():
        for group in groups:
            hits[group] = [*hits[group], *places] if group in hits else places
    return Found(folded, {group: sorted(places) for group, places in hits.items()})


def _word_end(text: str, end: int) -> int:
    """Return where the word ends; one that goes on for more than 30 letters is no word."""
    word = _REST.match(text, end)
    return word.end() if word else end


@cache
def tables() -> Mapping[str, Mapping[str, Any]]:
    """Return the tables beside this file by name, as they are written."""
    folder = Path(__file__).parent
    return {
        file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.toml"))
    }


@cache
def automaton() -> Any:
    """Return the automaton of all groups and of the words of all signs; built once."""
    import ahocorasick  # only where words are looked for

    entries: dict[tuple[str, bool], set[str]] = {}
    for group, phrase in _phrases():
        for spelling in spellings(phrase):
            entries.setdefault(spelling, set()).add(group)
    built = ahocorasick.Automaton()
    known: dict[Words, Words] = {}
    for (words, any_end), groups in entries.items():
        looked_for = f" {words}" if any_end else f" {words} "
        own = groups if any_end else groups - entries.get((words, True), _NONE)
        entry = Words(len(looked_for) - 1, any_end, tuple(own))
        built.add_word(looked_for, known.setdefault(entry, entry))
    built.make_automaton()
    return built


def _phrases() -> Iterator[tuple[str, str]]:
    for table in tables().values():
        for group, phrases in table.get("groups", {}).items():
            yield from ((group, phrase) for phrase in phrases)
        for sign in table.get("sign", ()):
            if not sign["words"][0].startswith("@"):
                yield from ((group_of(sign), phrase) for phrase in sign["words"])


def group_of(sign: Mapping[str, Any]) -> str:
    """Return the name of the group of a sign's words: its own, or the one named by "@group"."""
    first = str(sign["words"][0])
    return first[1:] if first.startswith("@") else f"sign {sign['name']}"


def spellings(phrase: str) -> set[tuple[str, bool]]:
    """Return each folded spelling of a phrase of a table, and whether any ending is meant.

    Choices are written out, and what is elided stands both with its blank and without.
    """
    found = set()
    for written in _written_out(_folded(phrase)):
        any_end = written.endswith("*")
        plain = " ".join(written.replace("*", " ").split())
        found.add((plain, any_end))
        if _JOINABLE.search(plain):
            found.add((_ELISION.sub(r"\1", _CONTRACTION.sub(r"\1\2", plain)), any_end))
    return found


def _folded(phrase: str) -> str:
    """Return a phrase folded once for all its readings; what marks choices and endings stays."""
    return "".join(
        part if part in _MARKS else folded_piece(part) for part in _MARK.split(phrase.strip())
    )


def _written_out(phrase: str) -> set[str]:
    """Return every reading of a phrase: one of each choice, and of each `*` within an ending."""
    chosen = {reading.strip() for reading in _chosen(phrase)}
    within = [reading for reading in chosen if "* " in reading]
    return chosen.difference(within).union(*map(_ended, within))


def _ended(reading: str) -> Iterator[str]:
    first, *others = reading.split("* ")
    for endings in product(_ENDINGS, repeat=len(others)):
        rest = (f"{ending} {other}" for ending, other in zip(endings, others, strict=True))
        yield first + "".join(rest)


def _chosen(phrase: str) -> list[str]:
    """Return a phrase with one of each choice, in every combination; choices may be nested."""
    open_choices = [[[""]]]  # of each the alternatives, of each the readings so far
    for part in _MARK.split(phrase):
        if part == "(":
            open_choices.append([[""]])
        elif part == "|":
            open_choices[-1].append([""])
        else:
            ends = [one for other in open_choices.pop() for one in other] if part == ")" else [part]
            begun = open_choices[-1]
            begun[-1] = [before + end for before in begun[-1] for end in ends]
    return open_choices[0][0]
