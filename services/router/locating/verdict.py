"""From evidence to a location: witnesses that agree decide; those that disagree are not counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.router.locating.postal_codes import PROVINCES
from services.router.locating.territory import Territory
from shared.domain.place import Evidence, Location

_PLACES = frozenset({"postal_code", "fsa", "municipality", "borough", "locality", "mrc", "region"})
_ABROAD = frozenset({"province", "country"})


def judge(evidence: Sequence[Evidence], territory: Territory, day: date) -> Location:
    """Return the location that the evidence allows, never a guess.

    resolved: every witness allows one and the same region; ambiguous: several regions are left,
    or only weak clues; conflict: no region suits all; outside: only other provinces; none.
    """
    everything = tuple(evidence)
    witnesses = [clue for clue in evidence if clue.regions and _decides(clue)]
    outside = any(_is_outside(clue) for clue in evidence)
    if outside:
        return Location(status="conflict" if witnesses else "outside", evidence=everything)
    if not witnesses:
        witnesses = [clue for clue in evidence if clue.kind == "unit_named" and clue.regions]
    if not witnesses:
        open_question = any(clue.regions or clue.kind in _ABROAD for clue in evidence)
        return Location(status="ambiguous" if open_question else "none", evidence=everything)
    shared = set[str].intersection(*(set(clue.regions) for clue in witnesses))
    if len(shared) != 1:
        return Location(status="ambiguous" if shared else "conflict", evidence=everything)
    region = shared.pop()
    code = _municipality(witnesses, region, territory, day)
    return Location(status="resolved", region=region, municipality_code=code, evidence=everything)


def _decides(clue: Evidence) -> bool:
    return clue.kind in _PLACES and clue.strength != "weak"


def _is_outside(clue: Evidence) -> bool:
    if clue.kind == "postal_code":
        return PROVINCES[clue.value[0]] != "QC"
    return clue.kind in _ABROAD and clue.value != "QC" and clue.strength != "weak"


def _municipality(
    witnesses: Sequence[Evidence], region: str, territory: Territory, day: date
) -> str | None:
    """Return the one municipality of the region that every name allows, or None."""
    allowed = [codes for clue in witnesses if (codes := codes_in(clue, region, territory, day))]
    if not allowed:
        return None
    common = set[str].intersection(*allowed)
    return common.pop() if len(common) == 1 else None


def codes_in(clue: Evidence, region: str, territory: Territory, day: date) -> set[str]:
    """Return the municipality codes of a clue that lie in the region on that day."""
    return {code for code in clue.municipality_codes if region in territory.regions_of(code, day)}
