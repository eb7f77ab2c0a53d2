"""Which letters owe a person their recourses, and which recourses there must be. Pure.

The policy asks that a person be told of the available recourses, the complaints office among them;
a letter that leaves one out, or a catalogue without one, stops the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations

from services.notifier.letter import Letter
from services.notifier.typography import set_text
from shared.department import Department
from shared.domain.envelope import Language
from shared.domain.notice import NoticeKind
from shared.domain.recourse import Recourse, ToldRecourse
from shared.errors import Misconfigured

#: Letters that tell every recourse.
TELLS_RECOURSES: frozenset[NoticeKind] = frozenset(
    {
        "acknowledgement",
        "acknowledgement_held",
        "acknowledgement_review",
        "extended",
        "answer",
        "closed",
        "escalated",
    }
)
#: What the policy names, and the bodies that stand beside it.
REQUIRED = ("complaints_office", "review", "taq", "protecteur", "cai", "wrongdoing")


def refuse_untold(letter: Letter, language: Language, texts: Sequence[str]) -> None:
    """Raise Misconfigured when a letter that owes recourses leaves one out in any of `texts`."""
    if letter.kind not in TELLS_RECOURSES:
        return
    recourses = letter.values["recourses"]
    if not isinstance(recourses, tuple) or not recourses:
        raise Misconfigured("recourses", f"{letter.kind}: there is no recourse to tell")
    for each in recourses:
        name = _plain(_name(each, language))
        if any(name not in _plain(text) for text in texts):
            message = f"{language}/{letter.kind}: the recourse {name!r} is not told"
            raise Misconfigured("template", message)


def refuse_missing(department: Department, on: date) -> None:
    """Raise Misconfigured when the catalogue lacks a recourse on a day; see `faults_in`."""
    found = faults_in(department, on)
    if found:
        raise Misconfigured("recourses", "\n".join(f"recourses.toml: {one}" for one in found))


def faults_in(department: Department, on: date) -> list[str]:
    """Return what is wrong with the catalogue on a day: missing, doubled or without a source."""
    live = {one.id for one in department.recourses if one.live_on(on)}
    programmes = {one.id for one in department.programmes}
    return [
        *(f"{id_} is missing, or not in force on {on}" for id_ in REQUIRED if id_ not in live),
        *(f"{one.id} has no source" for one in department.recourses if not one.source),
        *(
            f"{one.id} stands twice for the same days"
            for one, other in combinations(department.recourses, 2)
            if one.id == other.id and _overlap(one, other)
        ),
        *(
            f"{one.id}: programme {term.programme} is not in programmes.csv"
            for one in department.recourses
            for term in one.terms
            if term.programme and term.programme not in programmes
        ),
    ]


def _overlap(one: Recourse, other: Recourse) -> bool:
    first = max(one.valid_from or date.min, other.valid_from or date.min)
    return first <= min(one.valid_to or date.max, other.valid_to or date.max)


def _name(told: object, language: Language) -> str:
    assert isinstance(told, ToldRecourse)  # noqa: S101 - our own composer made it
    return set_text(told.recourse.name(language), language)


def _plain(text: str) -> str:
    """Return the text without what HTML escapes in names."""
    return text.replace("&#39;", "'").replace("&amp;", "&").replace("&#34;", '"')
