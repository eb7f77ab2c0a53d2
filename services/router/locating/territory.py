"""The territory as of a day: which region a code lies in, and what a name meant then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.router.locating.names import ORDER, Meaning


@dataclass(frozen=True, slots=True)
class Territory:
    """What turns a clue into regions: postal areas, municipalities and their MRCs by code."""

    areas: Mapping[str, tuple[Meaning, ...]]
    municipalities: Mapping[str, tuple[Meaning, ...]]
    mrcs: Mapping[str, str]
    abbreviations: Mapping[str, Meaning] = field(default_factory=dict)

    def regions_of(self, code: str, day: date) -> tuple[str, ...]:
        """Return the region of a municipality code on a day; of a code that ended, its last."""
        lines = self.municipalities.get(code, ())
        live = [line for line in lines if line.live_on(day)] or list(lines)
        return tuple(sorted({region for line in live for region in line.regions}))

    def area_regions(self, area: str, day: date) -> tuple[str, ...]:
        lines = self.areas.get(area, ())
        return next((line.regions for line in lines if line.live_on(day)), ())


def meanings_on(
    meanings: Sequence[Meaning], territory: Territory, day: date
) -> tuple[Meaning, ...]:
    """Return what a name means on `day`: a code that has ended becomes its successor.

    A name that came later than `day` is read as what it covers, each part as of that day.
    """
    live = [meaning for meaning in meanings if meaning.live_on(day)]
    known = {code for meaning in live for code in meaning.codes}
    ended = [
        _moved(meaning, territory, day)
        for meaning in meanings
        if meaning.successor and meaning not in live and meaning.successor not in known
    ]
    found = [*live, *ended] or [_moved(meaning, territory, day) for meaning in meanings]
    return narrowest_first(found)


def _moved(meaning: Meaning, territory: Territory, day: date) -> Meaning:
    if meaning.successor and meaning.valid_to is not None and meaning.valid_to < day:
        regions = territory.regions_of(meaning.successor, day)
        return Meaning(meaning.kind, meaning.value, regions, (meaning.successor,))
    parts = [
        (code, line.regions)
        for code, lines in territory.municipalities.items()
        for line in lines
        if line.successor and line.successor in meaning.codes and line.live_on(day)
    ]
    if not parts:
        return meaning
    regions = union(regions for _, regions in parts)
    return Meaning(meaning.kind, meaning.value, regions, tuple(code for code, _ in parts))


def union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))


def narrowest_first(meanings: Sequence[Meaning]) -> tuple[Meaning, ...]:
    """Return the meanings in the order of `ORDER`, each once."""
    return tuple(sorted(dict.fromkeys(meanings), key=lambda one: ORDER.index(one.kind)))
