"""From a text to evidence: each postal code and each name of a place or unit that stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from services.router.locating.folding import Folded
from services.router.locating.names import ORDER, PLACE_KINDS, Kind, Meaning
from services.router.locating.postal_codes import PostalCode, postal_codes
from services.router.locating.surroundings import Standing, is_home, standing
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
    """What the automaton finds: a key with all that it may mean, narrowest first."""

    key: str
    meanings: tuple[Meaning, ...]
    care: str
    dated: bool


_NOTHING = (1 << 30, 1 << 30, Entry("", (Meaning("locality", "", ()),), "", False))


@dataclass(frozen=True, slots=True)
class Territory:
    """What turns a clue into regions: postal areas, municipalities and their MRCs by code."""

    areas: Mapping[str, tuple[Meaning, ...]]
    municipalities: Mapping[str, tuple[Meaning, ...]]
    mrcs: Mapping[str, str]

    def regions_of(self, code: str, day: date) -> tuple[str, ...]:
        """Return the region of a municipality code on a day; of a code that ended, its last."""
        lines = self.municipalities.get(code, ())
        live = [line for line in lines if line.live_on(day)] or list(lines)
        return tuple(sorted({region for line in live for region in line.regions}))

    def area_regions(self, area: str, day: date) -> tuple[str, ...]:
        lines = self.areas.get(area, ())
        return next((line.regions for line in lines if line.live_on(day)), ())


def clues(
    text: str, folded: Folded, automaton: Any, territory: Territory, day: date
) -> list[Evidence]:
    """Return the evidence in the order in which it stands in `text`, each kind of clue once.

    A name that already stands there as strong evidence is not weighed again.
    """
    found = [_of_postal_code(text, code, territory, day) for code in postal_codes(text)]
    settled: set[str] = set()
    for start, end, entry, abroad in _together(folded.text, _hits(folded.text, automaton)):
        if entry.key in settled and not abroad:
            continue
        if abroad:
            province = entry.meanings[0].value
            evidence: Evidence | None = _evidence(
                folded, start, end, "province", province, "strong"
            )
        else:
            evidence = _of_name(folded, start, end, entry, territory, day)
        if evidence is None:
            continue
        found.append(evidence)
        if evidence.strength == "strong":
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


def _of_name(
    folded: Folded, start: int, end: int, entry: Entry, territory: Territory, day: date
) -> Evidence | None:
    if entry.key == QUEBEC:
        return _of_quebec(folded, start, end, entry)
    first = entry.meanings[0]
    if first.kind == "unit":
        return _evidence(
            folded, start, end, "unit_named", first.value, "strong", regions=first.regions
        )
    weight = standing(folded, start, end, entry.care)
    if first.kind == "province":
        home = is_home(folded, start)
        weight = "medium" if home else "none" if weight == "none" else "weak"
    if weight == "none":
        return None
    return _of_place(folded, start, end, entry, weight, territory, day)


def _of_place(
    folded: Folded,
    start: int,
    end: int,
    entry: Entry,
    weight: Standing,
    territory: Territory,
    day: date,
) -> Evidence:
    meanings = _on_day(entry.meanings, territory, day) if entry.dated else entry.meanings
    kind, value = _KINDS[meanings[0].kind], meanings[0].value
    if sum(one.kind == meanings[0].kind for one in meanings) > 1:
        value = entry.key
    return _evidence(
        folded,
        start,
        end,
        kind,
        value,
        weight if weight != "none" else "weak",
        regions=_union(meaning.regions for meaning in meanings),
        codes=_union(meaning.codes for meaning in meanings),
    )


def _on_day(meanings: Sequence[Meaning], territory: Territory, day: date) -> tuple[Meaning, ...]:
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
    regions = _union(regions for _, regions in parts)
    return Meaning(meaning.kind, meaning.value, regions, tuple(code for code, _ in parts))


def _of_quebec(folded: Folded, start: int, end: int, entry: Entry) -> Evidence | None:
    """ "Québec" is the city only where the words around it say so; alone it is undecided."""
    before, after = folded.text[max(0, start - 20) : start], folded.text[end : end + 9]
    if before.endswith(_CITY_BEFORE) or after.startswith(_CITY_AFTER):
        meaning = next(one for one in entry.meanings if one.kind == "municipality")
        return _evidence(
            folded, start, end, "municipality", QUEBEC, "strong",
            regions=meaning.regions, codes=meaning.codes,
        )  # fmt: skip
    if before.endswith(_NOT_THE_CITY) or before.rstrip(" ,(").endswith(("quebec", "canada")):
        return None
    return _evidence(folded, start, end, "province", "QC", "weak")


def _evidence(
    folded: Folded,
    start: int,
    end: int,
    kind: EvidenceKind,
    value: str,
    strength: Strength,
    *,
    regions: tuple[str, ...] = (),
    codes: tuple[str, ...] = (),
) -> Evidence:
    first, last = folded.original(start), folded.original(end)
    return Evidence(
        kind=kind,
        value=value,
        words=folded.source[first:last],
        start=first,
        end=last,
        regions=regions,
        municipality_codes=codes,
        strength=strength,
    )


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))


def narrowest_first(meanings: Sequence[Meaning]) -> tuple[Meaning, ...]:
    """Return the meanings in the order of `ORDER`, each once."""
    return tuple(sorted(dict.fromkeys(meanings), key=lambda one: ORDER.index(one.kind)))
