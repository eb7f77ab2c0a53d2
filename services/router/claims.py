"""Who claims a place: the rules that the clues of a text reach, narrowest scope first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.router.locating.territory import Territory
from services.router.locating.verdict import codes_in
from services.router.rules import RuleBook, living_unit
from shared.domain.assignment import Candidate
from shared.domain.place import Evidence, Location
from shared.domain.unit import Rule, ScopeKind, Unit

#: A kind of scope, its value, and the clues that point there.
Scope = tuple[ScopeKind, str, tuple[Evidence, ...]]
_RANK = {"strong": 0, "medium": 1, "weak": 2}


@dataclass(frozen=True, slots=True)
class Claims:
    """The tables on two days: rules and places as on `on` (the facts), units as on `today`.

    `programmes` are those that the text names.
    """

    book: RuleBook
    territory: Territory
    units: Mapping[str, Unit]
    on: date
    today: date
    programmes: tuple[Evidence, ...] = ()

    def of_location(self, location: Location) -> list[Candidate]:
        """Return the units that claim a place: none, the one, or several on the same level.

        The first level on which any rule speaks decides. Municipalities that the text leaves
        open are each followed to the end, so that they count only if they agree.
        """
        clues = [clue for clue in location.evidence if clue.strength != "weak"]
        codes = _scopes("postal6", clues, "postal_code")
        if any(self._claiming([code]) for code in codes):
            return merged(self._claiming([code]) or self._of_clue(code[2][0]) for code in codes)
        return self._of_places(location, clues)

    def _of_places(self, location: Location, clues: list[Evidence]) -> list[Candidate]:
        region = location.region
        if region is None:
            return self._claiming(_areas(clues))
        codes = self._codes(location, clues, region)
        return merged(
            self._of_spot(code, region, [clue for clue in clues if _fits(clue, code)])
            for code in codes or [""]
        )

    def candidates(self, evidence: Iterable[Evidence]) -> tuple[Candidate, ...]:
        """Return every unit that any clue speaks for, the one with the best clue first, and
        last the one that a rule of scope "default" names."""
        ordered = sorted(evidence, key=lambda clue: (_RANK[clue.strength], len(clue.regions)))
        last = self._claiming([("default", "", ())])
        return tuple(merged((*map(self._of_clue, ordered), last)))

    def elsewhere(self, evidence: Iterable[Evidence], region: str) -> Iterator[Candidate]:
        """Yield the units that clues could mean in other regions than this one."""
        for clue in evidence:
            others = tuple(each for each in clue.regions if each != region)
            yield from self._of_clue(clue.model_copy(update={"regions": others}))

    def is_of_region(self, rule_id: str, region: str | None) -> bool:
        """Tell whether a rule is the one for a whole region."""
        rules = self.book.rules_for("region", region or "", on=self.on)
        return any(rule.id == rule_id for rule in rules)

    def _of_clue(self, clue: Evidence) -> Iterator[Candidate]:
        """Yield the units that a single clue could mean, region by region."""
        if clue.kind == "unit_named":
            unit = living_unit(clue.value, self.units, on=self.today)
            if unit:
                yield Candidate(unit_id=unit.id, rule_id=clue.kind, evidence=(clue,))
            return
        for region in clue.regions:
            codes = sorted(codes_in(clue, region, self.territory, self.on))
            for code in codes or [""]:
                yield from self._of_spot(code, region, [clue])

    def _codes(self, location: Location, clues: list[Evidence], region: str) -> list[str]:
        """Return the municipalities that the text leaves possible, in order."""
        if location.municipality_code:
            return [location.municipality_code]
        groups = (codes_in(clue, region, self.territory, self.on) for clue in clues)
        return sorted({code for group in groups for code in group})

    def _of_spot(self, code: str, region: str, clues: list[Evidence]) -> list[Candidate]:
        """Return who claims one municipality (or "" when only the region is known), from the
        broadest rule to the narrowest: each takes over what it speaks of."""
        here = [clue for clue in clues if region in clue.regions]
        mrc = self.territory.mrcs.get(code)
        found = self._claiming([("region", region, tuple(here))])
        found = self._each(_areas(here), found)
        mrcs = [_scope("mrc", mrc, here)] if mrc else _scopes("mrc", here, "mrc")
        found = self._each(mrcs, found)
        found = self._each(_scopes("locality", here, "locality"), found)
        found = self._claiming([_scope("municipality", code, here)]) or found
        return self._each(_scopes("borough", here, "borough"), found)

    def _each(self, scopes: Iterable[Scope], broader: list[Candidate]) -> list[Candidate]:
        """Return who claims each of these scopes; one without a rule of its own counts too, and
        falls to the broader claim. No scope at all leaves everything to that one."""
        own = [self._claiming([scope]) for scope in scopes]
        return merged(claiming or broader for claiming in own) if any(own) else broader

    def _claiming(self, scopes: Iterable[Scope]) -> list[Candidate]:
        """Return the living units behind the rules of these scopes."""
        named = [clue.value for clue in self.programmes]
        return merged(
            [Candidate(unit_id=unit.id, rule_id=rule.id, evidence=(*clues, *self._meant(rule)))]
            for kind, value, clues in scopes
            for rule in self.book.rules_for(kind, value, on=self.on, programmes=named)
            if (unit := living_unit(rule.unit_id, self.units, on=self.today))
        )

    def _meant(self, rule: Rule) -> Iterator[Evidence]:
        """Yield the clue to the programme that a rule is for."""
        return (clue for clue in self.programmes if clue.value == rule.programme)


def _fits(clue: Evidence, code: str) -> bool:
    return not clue.municipality_codes or code in clue.municipality_codes


def _scope(kind: ScopeKind, value: str, clues: Iterable[Evidence]) -> Scope:
    return (kind, value, tuple(clues))


def _scopes(kind: ScopeKind, clues: Iterable[Evidence], wanted: str) -> list[Scope]:
    return [(kind, clue.value, (clue,)) for clue in clues if clue.kind == wanted]


def _areas(clues: Iterable[Evidence]) -> list[Scope]:
    wanted = ("postal_code", "fsa")
    return [("fsa", clue.value[:3], (clue,)) for clue in clues if clue.kind in wanted]


def merged(groups: Iterable[Iterable[Candidate]]) -> list[Candidate]:
    """Return each unit once, in order, with all the clues that speak for it."""
    found: dict[str, Candidate] = {}
    for candidate in (one for group in groups for one in group):
        had = found.get(candidate.unit_id)
        found[candidate.unit_id] = _joined(had, candidate) if had else candidate
    return list(found.values())


def _joined(had: Candidate, other: Candidate) -> Candidate:
    more = tuple(clue for clue in other.evidence if clue not in had.evidence)
    return had.model_copy(update={"evidence": (*had.evidence, *more)}) if more else had
