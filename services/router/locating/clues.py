"""From a text to evidence: each postal code and each name of a place or unit that stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from services.router.locating.folding import Folded
from services.router.locating.names import PLACE_KINDS, Kind, Meaning
from services.router.locating.postal_codes import PostalCode, postal_codes
from services.router.locating.surroundings import is_home, standing
from services.router.locating.territory import Territory, meanings_on, union
from shared.domain.place import Evidence, EvidenceKind, Strength

#: Words before "Québec" that make it the province, its government or a service, never the city.
_NOT_THE_CITY = (
    " au ", " du ", " le ", " of ", " in ", " en ", " services ", " revenu ", " emploi ",
    " hydro ", " province de ", " tout le ", " retraite ", " loto ", " sante ", " investissement ",
)  # fmt: skip
_CITY_BEFORE = (" ville de ", " city of ", " habite a ", " demeure a ", " vis a ", " reside a ")
_CITY_AFTER = (" city", ", quebec", " ,quebec", " quebec", ", qc", " ,qc", " qc", ", p.q", " ville")
QUEBEC = "quebec"
_KINDS: dict[Kind, EvidenceKind] = {"unit": "unit_named", **{kind: kind for kind in PLACE_KINDS}}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the automaton finds: a key with all that it may mean, narrowest first.

    `longer` are the municipalities whose names begin with this one.
    """

    key: str
    meanings: tuple[Meaning, ...]
    care: str
    dated: bool
    longer: tuple[Meaning, ...] = ()


_NOTHING = (1 << 30, 1 << 30, Entry("", (Meaning("locality", "", ()),), "", False))


def clues(
    text: str, folded: Folded, automaton: Any, territory: Territory, day: date
) -> list[Evidence]:
    """Return the evidence in the order in which it stands in `text`, each kind of clue once.

    A name that already stands there as strong evidence is not weighed again.
    """
    found = [_of_postal_code(text, code, territory, day) for code in postal_codes(text)]
    areas = frozenset(union(clue.regions for clue in found))
    search = _Search(folded, territory, day, areas)
    settled: set[str] = set()
    for start, end, entry, abroad in _together(folded.text, _hits(folded.text, automaton)):
        if entry.key in settled and not abroad:
            continue
        evidence = search.of_abroad if abroad else search.of_name
        clue = evidence(start, end, entry)
        if clue is None:
            continue
        found.append(clue)
        if clue.strength == "strong":
            settled.add(entry.key)
    found.sort(key=lambda clue: (clue.start, -clue.end))
    return _once(found)


def _once(found: Iterable[Evidence]) -> list[Evidence]:
    """Return the first of all clues that say the same, equally strongly."""
    first: dict[tuple[str, str, str], Evidence] = {}
    for clue in found:
        first.setdefault((clue.kind, clue.value, clue.strength), clue)
    return list(first.values())


def _hits(text: str, automaton: Any) -> list[tuple[int, int, Entry]]:
    """Return (start, end, entry) of whole words, the longest where several overlap, in order."""
    whole = []
    for last, entry in automaton.iter(text):
        end = last + 1
        start = end - len(entry.key)
        if not (text[start - 1].isalnum() or text[end].isalnum()):
            whole.append((start, end, entry))
    if len(whole) < 2:
        return whole
    whole.sort(key=lambda hit: (hit[0], -hit[1]))
    kept = [whole[0]]
    for hit in whole[1:]:
        if hit[0] >= kept[-1][1]:
            kept.append(hit)
        elif hit[1] - hit[0] > kept[-1][1] - kept[-1][0]:
            kept[-1] = hit
    return kept


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


def _together(
    text: str, hits: Sequence[tuple[int, int, Entry]]
) -> Iterator[tuple[int, int, Entry, bool]]:
    """Yield the hits; a name with another province right after it ("Windsor, Ontario") is one
    hit, of that province, and marked so."""
    start_of_town: int | None = None
    for (start, end, entry), (next_start, _, following) in pairwise((*hits, _NOTHING)):
        gap = text[end:next_start] if next_start - end <= 3 else "…"
        if _is_abroad(following) and not gap.strip(" ,(") and start_of_town is None:
            start_of_town = start
            continue
        yield (
            (start, end, entry, False)
            if start_of_town is None
            else (start_of_town, end, entry, True)
        )
        start_of_town = None


def _is_abroad(entry: Entry) -> bool:
    return entry.key != QUEBEC and entry.meanings[0].kind == "province"


@dataclass(frozen=True, slots=True)
class _Search:
    """One text on one day; `areas` are the regions that its postal codes allow."""

    folded: Folded
    territory: Territory
    day: date
    areas: frozenset[str]

    def of_abroad(self, start: int, end: int, entry: Entry) -> Evidence | None:
        """Return the evidence of a name and the other province after it, as one."""
        return self._evidence(start, end, "province", entry.meanings[0].value, "strong")

    def of_name(self, start: int, end: int, entry: Entry) -> Evidence | None:
        """Return what a name says here, or None when it says nothing of a place."""
        first = entry.meanings[0]
        if entry.key == QUEBEC:
            return self._of_quebec(start, end, entry)
        if first.kind == "unit":
            return self._evidence(start, end, "unit_named", first.value, "strong", entry.meanings)
        weight = standing(self.folded, start, end, entry.care)
        if first.kind == "province" and weight != "none":
            weight = "medium" if is_home(self.folded, start) else "weak"
        if weight == "none":
            return None
        meanings = self._meanings(entry)
        kind, value = _KINDS[meanings[0].kind], meanings[0].value
        if sum(one.kind == meanings[0].kind for one in meanings) > 1:
            value = entry.key
        return self._evidence(start, end, kind, value, weight, meanings)

    def _meanings(self, entry: Entry) -> Sequence[Meaning]:
        """Return what a name means on the day. Where a postal code speaks against it and for a
        place whose name begins so ("St-Basile J3N 1M2", Saint-Basile-le-Grand), it is that."""
        meanings: Sequence[Meaning] = entry.meanings
        if entry.dated:
            meanings = meanings_on(entry.meanings, self.territory, self.day)
        if not self.areas or any(self.areas & set(one.regions) for one in meanings):
            return meanings
        return [one for one in entry.longer if self.areas & set(one.regions)] or meanings

    def _of_quebec(self, start: int, end: int, entry: Entry) -> Evidence | None:
        """ "Québec" is the city only where the words around it say so; alone it is undecided."""
        text = self.folded.text
        before, after = text[max(0, start - 20) : start], text[end : end + 9]
        if before.endswith(_CITY_BEFORE) or after.startswith(_CITY_AFTER):
            city = [one for one in entry.meanings if one.kind == "municipality"]
            return self._evidence(start, end, "municipality", QUEBEC, "strong", city)
        if before.endswith(_NOT_THE_CITY) or before.rstrip(" ,(").endswith(("quebec", "canada")):
            return None
        return self._evidence(start, end, "province", "QC", "weak")

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
