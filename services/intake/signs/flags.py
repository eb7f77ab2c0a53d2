"""Flags: what a person should look at, with the words that say so. The rules are
`flags.toml`, `reviews.toml`, `needs.toml` and `hints.toml`.

Nothing here decides: a flag is a proposal, and a message without one may still need what it names.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from itertools import islice

from pydantic import Field

from services.intake.signs.folding import PARAGRAPH, STOP
from services.intake.signs.terms import Found, Hit, group_of, tables
from shared.domain.document import Value
from shared.domain.reading import Flag, FlagName

#: Evidence kept of one sign: enough to judge it by, however often a text repeats itself.
EVIDENCE = 3
#: Hits of one sign that are weighed at most; a text with more repeats itself.
WEIGHED = 500
#: Letters around a hit in which words that take its meaning away are looked for.
AROUND = 15


class Sign(Value):
    """One rule; `flags.toml` says what its fields mean. Distances are in letters."""

    name: str
    flag: FlagName
    group: str
    because: str
    near: tuple[str, ...] = ()
    within: int = 60
    one_sentence: bool = False
    also_near: tuple[str, ...] = ()
    also_within: int = 60
    somewhere: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    denied: bool = False


class Evidence(Value):
    """Where words of a flag stand, in the text as it was written."""

    flag: FlagName
    because: str
    start: int = Field(ge=0)
    end: int

    @property
    def topic(self) -> tuple[str, str]:
        """What it is about: its flag, and of a sensitive matter which one."""
        return self.flag, self.because if self.flag == "sensitive" else ""

    def in_text(self, text: str, where: str) -> Flag:
        """Return the flag with its words."""
        return Flag(
            name=self.flag,
            words=text[self.start : self.end],
            start=self.start,
            end=self.end,
            where=where,
            because=self.because,
        )


@cache
def signs() -> tuple[Sign, ...]:
    """Return the rules in the order of the table."""
    return tuple(
        Sign(
            group=group_of(sign),
            because=sign.get("because", sign["name"]),
            **{key: value for key, value in sign.items() if key not in {"words", "because"}},
        )
        for table in tables().values()
        for sign in table.get("sign", ())
    )


def evidence_in(found: Found) -> list[Evidence]:
    """Return all that the rules see in a text, in its order; each sign at most EVIDENCE times."""
    seen = [
        _evidence(sign.flag, sign.because, found, hit)
        for sign in signs()
        if found.hits.get(sign.group)
        for hit in _hits(sign, found)
    ]
    return sorted(seen, key=lambda one: (one.start, -one.end))


def without_doubles(seen: list[Evidence]) -> list[Evidence]:
    """Return the evidence in order of place, without what says the same of the same words."""
    kept: list[Evidence] = []
    for one in sorted(seen, key=lambda each: (each.start, -each.end)):
        same = [other for other in kept if other.topic == one.topic]
        if len(same) < EVIDENCE and not any(other.end > one.start for other in same):
            kept.append(one)
    return kept


def _evidence(flag: FlagName, because: str, found: Found, hit: Hit) -> Evidence:
    start, end = found.folded.span(*hit)
    return Evidence(flag=flag, because=because, start=start, end=end)


def _hits(sign: Sign, found: Found) -> list[Hit]:
    """Return the first hits that satisfy all of a sign, each with the words it needs nearby."""
    if sign.somewhere and not found.has(*sign.somewhere):
        return []
    if sign.nowhere and found.has(*sign.nowhere):
        return []
    return list(islice(_weighed(sign, found), EVIDENCE))


def _weighed(sign: Sign, found: Found) -> Iterator[Hit]:
    near, also = found.of(*sign.near), found.of(*sign.also_near)
    against = found.of(*sign.unless)
    for hit in found.of(sign.group)[:WEIGHED]:
        if against and (hit in against or neighbour(hit, against, AROUND)):
            continue
        if not sign.denied and found.denied(hit):
            continue
        beside = _beside(sign, found, hit, near)
        if beside is None:
            continue
        if sign.also_near and neighbour(hit, also, sign.also_within) is None:
            continue
        yield min(hit[0], beside[0]), max(hit[1], beside[1])


def _beside(sign: Sign, found: Found, hit: Hit, near: list[Hit]) -> Hit | None:
    """Return the first of the words that a hit needs nearby; itself where it needs none."""
    if not sign.near:
        return hit
    ends = (STOP, PARAGRAPH) if sign.one_sentence else (PARAGRAPH,)
    others = neighbours(hit, near, sign.within)
    return next((other for other in others if not _is_parted(found, hit, other, ends)), None)


def _is_parted(found: Found, hit: Hit, beside: Hit, ends: tuple[str, ...]) -> bool:
    """Tell whether one of the signs that end a sentence or a paragraph stands between two words."""
    first, last = sorted((hit, beside))
    return any(end in found.folded.text[first[1] : last[0]] for end in ends)


def neighbour(hit: Hit, others: list[Hit], within: int) -> Hit | None:
    """Return the first of the `neighbours` of a hit."""
    return next(neighbours(hit, others, within), None)


def neighbours(hit: Hit, others: list[Hit], within: int) -> Iterator[Hit]:
    """Give some other words that stand at most `within` letters from `hit`, in order.

    `others` are in order. Words that are `hit` itself are no neighbours of it.
    """
    at = bisect_left(others, (hit[0] - within - 60, 0))
    for other in others[at : at + 200]:
        if other[0] - hit[1] > within:
            return
        if other != hit and hit[0] - other[1] <= within:
            yield other
