"""Programmes of the department that a text names: a rule may be for one of them alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from services.router.locating.folding import fold, match_key
from services.router.locating.gazetteer import LONGEST
from shared.department import Department
from shared.domain.place import Evidence
from shared.domain.unit import Programme


def programmes_in(text: str, department: Department) -> tuple[Evidence, ...]:
    """Return the programmes that `text` names, each once, where it is named first.

    Nothing is looked for when no rule is for a programme.
    """
    if not any(rule.programme for rule in department.rules):
        return ()
    return tuple(_clues(text[:LONGEST], department.programmes))


def _clues(text: str, programmes: Iterable[Programme]) -> Iterator[Evidence]:
    folded = fold(text)
    for programme in programmes:
        found = _pattern(programme).search(folded.text)
        if found:
            start, end = folded.original(found.start()), folded.original(found.end())
            yield Evidence(
                kind="programme", value=programme.id, words=text[start:end], start=start, end=end
            )


@lru_cache(maxsize=256)
def _pattern(programme: Programme) -> re.Pattern[str]:
    """Return what finds any name of a programme as whole words of a folded text."""
    names = (programme.name_fr, programme.name_en, *programme.words)
    keys = sorted({re.escape(match_key(name)) for name in names}, key=len, reverse=True)
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(keys)})(?![a-z0-9])")
