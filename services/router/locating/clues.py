"""From a text to evidence: each postal code and each name of a place or unit that stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from services.router.locating.abroad import abbreviated, after_town, is_address_line
from services.router.locating.folding import Folded
from services.router.locating.hits import NOTHING, Entry, Hit, hits_in, with_neighbours
from services.router.locating.names import PLACE_KINDS, Kind, Meaning
from services.router.locating.postal_codes import PostalCode, area_after, postal_codes
from services.router.locating.quebec import is_province_alone, quebec
from services.router.locating.surroundings import follows_street, is_home, is_whole, standing
from services.router.locating.territory import Territory, meanings_on, union
from shared.domain.place import Evidence, EvidenceKind, Strength

QUEBEC = "quebec"
ABROAD, _AREA_KINDS = frozenset({"province", "country"}), frozenset({"mrc", "region"})
TOWN_ABROAD = "town abroad"
_LINE_END = re.compile(r"[ ,.)]*(?:$|[\r\n;])")
_KINDS: dict[Kind, EvidenceKind] = {"unit": "unit_named", **{kind: kind for kind in PLACE_KINDS}}
_AREA_NEXT = re.compile(r"[ ,]{1,4}[ghj][0-9][a-z][ ,.]")


def clues(
    text: str, folded: Folded, automaton: Any, territory: Territory, day: date
) -> list[Evidence]:
    """Return the evidence in the order in which it stands in `text`, each kind of clue once.

    A name that already stands there as strong evidence is not weighed again.
    """
    hits = hits_in(folded.text, automaton)
    codes = [*postal_codes(text), *_areas_after(text, folded, hits)]
    found = [_of_postal_code(text, code, territory, day) for code in codes]
    areas = frozenset(union(clue.regions for clue in found))
    search = _Search(folded, territory, day, areas)
    found += search.of_abbreviations()
    settled: set[str] = set()
    town = 0
    for start, end, entry, beside in search.towns(with_neighbours(folded.text, hits), found):
        if entry.key in settled:
            continue
        if entry.key == QUEBEC:
            beside = start - town <= len(" , ")  # the town before it, if that was one
        clue = search.of_name(start, end, entry, beside=beside)
        if clue is None:
            continue
        town = end
        found.append(clue)
        if clue.strength == "strong":
            settled.add(entry.key)
    found.sort(key=lambda clue: (clue.start, -clue.end))
    return _once(found)


def _areas_after(text: str, folded: Folded, hits: Iterable[Hit]) -> Iterator[PostalCode]:
    for _, end, entry, _ in hits:
        if entry.meanings[0].kind != "unit" and _AREA_NEXT.match(folded.text, end):
            code = area_after(text, folded.original(end))
            if code:
                yield code


def _once(found: Iterable[Evidence]) -> list[Evidence]:
    """Return the first of all clues that say the same, equally strongly."""
    first: dict[tuple[str, str, str], Evidence] = {}
    for clue in found:
        first.setdefault((clue.kind, clue.value, clue.strength), clue)
    return list(first.values())


def _of_postal_code(text: str, code: PostalCode, territory: Territory, day: date) -> Evidence:
    regions = territory.area_regions(code.area, day)
    kind: EvidenceKind = "postal_code" if len(code.code) > 3 else "fsa"
    strength: Strength = "strong" if regions or code.province != "QC" else "weak"
    return Evidence(
        kind=kind,
        value=code.code,
        words=text[code.start : code.end],
        start=code.start,
        end=code.end,
        regions=regions,
        strength=strength,
    )


def _is_abroad(entry: Entry) -> bool:
    return entry.key != QUEBEC and entry.meanings[0].kind in ABROAD and entry.care != TOWN_ABROAD


@dataclass(frozen=True, slots=True)
class _Search:
    """One text on one day; `areas` are the regions that its postal codes allow."""

    folded: Folded
    territory: Territory
    day: date
    areas: frozenset[str]

    def of_abbreviations(self) -> list[Evidence]:
        """Return the evidence of "…, VT 05401" and "… (N.-B.)", whatever town it is."""
        source = self.folded.source
        if is_province_alone(source):
            here = Meaning("province", "QC", ())
            return [self._abroad(here, 0, len(source.rstrip()), "weak")]
        return [
            self._abroad(meaning, start, end)
            for meaning, start, end in abbreviated(source, self.territory.abbreviations)
        ]

    def towns(self, hits: Sequence[Hit], found: list[Evidence]) -> Iterator[Hit]:
        """Yield the hits without the towns that another province or a country stands right
        behind ("Windsor, Ontario", "Windsor ON"): that is added to `found` as one clue."""
        done = 0
        for hit, following in pairwise((*hits, NOTHING)):
            start, end, entry, _ = hit
            if start < done:
                continue
            if entry.meanings[0].kind == "unit":
                yield hit
            elif _is_abroad(following[2]) and self._touches(end, following[0]):
                done = following[1]
                meaning = following[2].meanings[0]
                first, last = self.folded.original(start), self.folded.original(done)
                found.append(self._abroad(meaning, first, last))
            else:
                short = self._abbreviation_after(start, end)
                if short:
                    found.append(short)
                else:
                    yield hit

    def _touches(self, end: int, start: int) -> bool:
        return start - end <= len(" , ") and not self.folded.text[end:start].strip(" ,")

    def _abbreviation_after(self, start: int, end: int) -> Evidence | None:
        last = self.folded.original(end)
        short = after_town(self.folded.source, last, self.territory.abbreviations)
        return self._abroad(short[0], self.folded.original(start), short[1]) if short else None

    def of_name(self, start: int, end: int, entry: Entry, *, beside: bool) -> Evidence | None:
        """Return what a name says here, or None when it says nothing of a place."""
        first = entry.meanings[0]
        if entry.key == QUEBEC:
            return self._of_quebec(start, end, entry, beside=beside)
        if first.kind == "unit":
            return self._evidence(start, end, "unit_named", first.value, "strong", entry.meanings)
        if first.kind in ABROAD:
            return self._of_abroad(start, end, entry)
        area = first.kind in {"mrc", "region"}
        weight = standing(self.folded, start, end, entry.care, beside=beside, area=area)
        if weight == "none":
            return None
        meanings = self._meanings(entry, in_address=weight == "strong")
        if entry.care == "short":
            meanings, weight = self._of_several(meanings)
        elif entry.care == "ordinary" and entry.longer and self._is_bare(start, end):
            # "Saint-Pierre", and not a word more, is said for many that are called so and more.
            meanings, weight = (*meanings, *entry.longer), "weak"
        kind, value = _KINDS[meanings[0].kind], meanings[0].value
        if sum(one.kind == meanings[0].kind for one in meanings) > 1:
            value = entry.key
        return self._evidence(start, end, kind, value, weight, meanings)

    def _of_several(self, meanings: Sequence[Meaning]) -> tuple[Sequence[Meaning], Strength]:
        """Return the one place of a short form that the postal codes leave, else all, weakly."""
        left = [one for one in meanings if self.areas & set(one.regions)]
        return (left, "medium") if len(left) == 1 else (meanings, "weak")

    def _is_bare(self, start: int, end: int) -> bool:
        return not (self.folded.text[:start] + self.folded.text[end:]).strip(" ,.")

    def _of_abroad(self, start: int, end: int, entry: Entry) -> Evidence | None:
        """Return what another province, a country or a town there says: where a person lives, or
        the last line of an address; else a town says nothing, and the rest little."""
        source, meaning = self.folded.source, entry.meanings[0]
        first, last = self.folded.original(start), self.folded.original(end)
        if standing(self.folded, start, end, "") == "none":
            return None
        is_town = entry.care == TOWN_ABROAD
        ends_line = _LINE_END.match(source, last) and source[:first].rstrip()[-1:] in {",", "("}
        if is_whole(source, first, last) or (is_town and follows_street(source, first, last)):
            strength: Strength = "strong"
        elif not is_town and ends_line and is_address_line(source, first):
            strength = "strong"
        elif is_home(self.folded, start):
            strength = "medium"
        elif is_town:
            return None
        else:
            strength = "weak"
        return self._abroad(meaning, first, last, strength)

    def _abroad(
        self, meaning: Meaning, first: int, last: int, strength: Strength = "strong"
    ) -> Evidence:
        return Evidence(
            kind="country" if meaning.kind == "country" else "province",
            value=meaning.value,
            words=self.folded.source[first:last],
            start=first,
            end=last,
            strength=strength,
        )

    def _meanings(self, entry: Entry, *, in_address: bool) -> Sequence[Meaning]:
        """Return what a name means on the day. Where a postal code speaks against it and for a
        place whose name begins so ("St-Basile J3N 1M2", Saint-Basile-le-Grand), it is that."""
        meanings: Sequence[Meaning] = entry.meanings
        if entry.dated:
            meanings = meanings_on(entry.meanings, self.territory, self.day)
        if in_address:  # nobody writes an MRC where the town stands
            meanings = [one for one in meanings if one.kind not in _AREA_KINDS] or meanings
        if not self.areas or any(self.areas & set(one.regions) for one in meanings):
            return meanings
        return [one for one in entry.longer if self.areas & set(one.regions)] or meanings

    def _of_quebec(self, start: int, end: int, entry: Entry, *, beside: bool) -> Evidence | None:
        meaning = quebec(self.folded, start, end, beside=beside)
        if meaning == "none":
            return None
        if meaning == "province":
            return self._evidence(start, end, "province", "QC", "weak")
        city = [one for one in entry.meanings if one.kind == "municipality"]
        strength: Strength = "strong" if meaning == "city" else "weak"
        return self._evidence(start, end, "municipality", QUEBEC, strength, city)

    def _evidence(
        self,
        start: int,
        end: int,
        kind: EvidenceKind,
        value: str,
        strength: Strength,
        meanings: Sequence[Meaning] = (),
    ) -> Evidence:
        first, last = self.folded.original(start), self.folded.original(end)
        return Evidence(
            kind=kind,
            value=value,
            words=self.folded.source[first:last],
            start=first,
            end=last,
            regions=union(one.regions for one in meanings),
            municipality_codes=union(one.codes for one in meanings),
            strength=strength,
        )
