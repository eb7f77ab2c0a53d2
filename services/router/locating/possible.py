"""The places that a text leaves possible, in order, when it does not name exactly one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.router.locating.territory import Territory
from services.router.locating.verdict import codes_in
from shared.domain.place import Evidence, Location

_RANK = {"strong": 0, "medium": 1, "weak": 2}


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality, or a region alone, with the clues that point there."""

    region: str
    municipality_code: str | None
    clues: tuple[Evidence, ...]


def possible_places(location: Location, territory: Territory, day: date) -> tuple[Place, ...]:
    """Return the places of the best clues first; none when the text names exactly one place.

    Where all that decides allows some regions in common, only places there are left.
    """
    if location.status == "resolved" and location.municipality_code:
        return ()
    clues = sorted(location.evidence, key=lambda clue: _RANK[clue.strength])
    allowed = {location.region} if location.region else _common(location)
    found: dict[tuple[str, str | None], tuple[Evidence, ...]] = {}
    for clue in clues:
        for region, code in _places_of(clue, territory, day):
            if not allowed or region in allowed:
                found[region, code] = (*found.get((region, code), ()), clue)
    named = {region for region, code in found if code}
    if location.status == "resolved" and not named:
        return ()
    return tuple(
        Place(region, code, clues)
        for (region, code), clues in found.items()
        if code or region not in named
    )


def _common(location: Location) -> set[str]:
    """Return the regions that every clue that decides allows."""
    groups = [
        set(clue.regions) for clue in location.evidence if clue.regions and clue.strength != "weak"
    ]
    return set[str].intersection(*groups) if groups else set()


def _places_of(clue: Evidence, territory: Territory, day: date) -> Iterator[tuple[str, str | None]]:
    for region in clue.regions:
        codes = sorted(codes_in(clue, region, territory, day))
        yield from ((region, code) for code in codes)
        if not codes:
            yield region, None
