"""Which unit served the person: a case and a text in, an assignment or a held case out. Pure.

The unit that served the person answers (policy, guiding principle), so a unit that is chosen,
named or written to comes before any place. Places are a default for complaints that name none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.router.alternatives import weighed
from services.router.claims import Claims, merged
from services.router.guard import may_be_disclosure, names_a_manager
from services.router.locating.gazetteer import Gazetteer, locate
from services.router.pointers import Beside, Pointers
from services.router.programmes import programmes_in
from services.router.rules import RuleBook, rule_book
from shared.department import Department
from shared.domain.assignment import Assignment, Candidate, Held, HeldReason
from shared.domain.case import Case
from shared.domain.place import Evidence, Location
from shared.domain.unit import Unit

_HELD: Mapping[str, HeldReason] = {
    "none": "no_place",
    "ambiguous": "ambiguous_place",
    "conflict": "conflicting_places",
    "outside": "outside_quebec",
    "resolved": "no_rule",
}
_NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class _Pointed:
    """The units that a person points at, by how they do it; each list has one unit or several."""

    chosen: list[Candidate]
    named: list[Candidate]
    referred: list[Candidate]
    overheard: list[Candidate]
    written_to: list[Candidate]

    @property
    def all(self) -> list[Candidate]:
        return merged([(*self.named, *self.referred, *self.chosen, *self.written_to)])

    @property
    def clues(self) -> tuple[Evidence, ...]:
        """Those that do not stand in the text as a place or a name does."""
        beside = (*self.chosen, *self.referred, *self.overheard, *self.written_to)
        return tuple(clue for one in beside for clue in one.evidence)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is the same for every answer about one case."""

    case: Case
    location: Location
    claims: Claims
    pointed: _Pointed
    version: str
    at: datetime

    def to(self, chosen: Candidate) -> Assignment | Held:
        """Return the assignment, or hold it for the complaints office where nobody of the unit
        may decide alone."""
        others = [one for one in self.candidates(chosen) if one.unit_id != chosen.unit_id]
        if names_a_manager(self.case.flags, self.claims.units[chosen.unit_id]):
            return self.held("names_manager", (chosen, *others))
        return Assignment(
            unit_id=chosen.unit_id,
            rule_id=chosen.rule_id,
            at=self.at,
            evidence=chosen.evidence,
            rules_version=self.version,
            location_status=self.location.status,
            region=self.location.region,
            municipality_code=self.location.municipality_code,
            alternatives=weighed(chosen, others, elsewhere=self._elsewhere()),
        )

    def _elsewhere(self) -> frozenset[str]:
        """Return the units that a clue alone could mean, in regions that the others exclude."""
        region = self.location.region
        open_clues = [clue for clue in self.location.evidence if len(clue.regions) > 1]
        if region is None or not open_clues:
            return frozenset()
        return frozenset(one.unit_id for one in self.claims.elsewhere(open_clues, region))

    def held(self, reason: HeldReason, candidates: Iterable[Candidate]) -> Held:
        return Held(
            reason=reason,
            at=self.at,
            candidates=tuple(merged([(*candidates, *self.pointed.overheard)])),
            evidence=(*self.pointed.clues, *self.claims.programmes, *self.location.evidence),
            rules_version=self.version,
        )

    def candidates(self, chosen: Candidate | None = None) -> list[Candidate]:
        """Return every unit that anything speaks for, best first.

        Clues to one region, which has one rule for all, lead nowhere else: they are not asked
        again when `chosen` is by that rule.
        """
        clues = self.location.evidence
        if chosen and self.claims.is_of_region(chosen.rule_id, self.location.region):
            clues = tuple(
                clue for clue in clues if len(clue.regions) > 1 or clue not in chosen.evidence
            )
        return merged([(*self.pointed.all, *self.claims.candidates(clues))])


def route(
    case: Case,
    text: str,
    *,
    department: Department,
    gazetteer: Gazetteer,
    at: datetime,
    beside: Beside = _NOTHING,
) -> Assignment | Held:
    """Return the unit of a case, or why a person must choose, with candidates best first.

    The territory and the rules are read as on the day of the facts (`case.happened_on`, else the
    day of receipt); units as on the day of `at`, through their successors.
    """
    calendar = department.calendar
    on = case.happened_on or calendar.day_of(case.received_at)
    today = calendar.day_of(at)
    location = locate(text, gazetteer, on=on, units=department.units)
    programmes = programmes_in(text, department)
    claims = Claims(
        _newest.of(department), gazetteer.territory, department.units, on, today, programmes
    )
    pointed = _pointed(Pointers(case, department, on, today), location, beside)
    decision = _Decision(case, location, claims, pointed, department.version, at)
    found = _by_unit(decision) if pointed.all else _by_place(decision)
    if may_be_disclosure(case.flags):
        units = found.candidates if isinstance(found, Held) else decision.candidates()
        return decision.held("possible_disclosure", units)
    return found


def _pointed(pointers: Pointers, location: Location, beside: Beside) -> _Pointed:
    return _Pointed(
        chosen=pointers.chosen(),
        named=pointers.named(location.evidence),
        referred=pointers.referred(beside.quoted, proven=True),
        overheard=pointers.referred(beside.quoted, proven=False),
        written_to=pointers.written_to(beside),
    )


def _by_unit(decision: _Decision) -> Assignment | Held:
    """Decide among units: named, then referred to, then chosen in the form, then written to.

    A text that names another unit than the one chosen or written to is never decided.
    """
    pointed = decision.pointed
    told = pointed.chosen or pointed.written_to
    units = {one.unit_id for one in (*told, *pointed.named)}
    if pointed.named and len(units) > 1:
        candidates = merged([(*pointed.chosen, *pointed.all)])
        return decision.held("conflicting_places" if told else "several_units", candidates)
    levels = (pointed.named, pointed.referred, told)
    first = next(merged([level]) for level in levels if level)
    if len(first) > 1:
        return decision.held("several_units", merged([(*first, *pointed.all)]))
    best = _with_all_clues(first[0], pointed.all)
    if _is_elsewhere(decision.claims.units[best.unit_id], decision.location):
        return decision.held("conflicting_places", decision.candidates())
    return decision.to(best)


def _with_all_clues(best: Candidate, candidates: Iterable[Candidate]) -> Candidate:
    return next(one for one in candidates if one.unit_id == best.unit_id)


def _is_elsewhere(unit: Unit, location: Location) -> bool:
    """Tell whether a partner is meant for a place that it has no mandate for."""
    here, there = unit.municipality_code, location.municipality_code
    return unit.kind == "partner" and bool(here) and bool(there) and here != there


def _by_place(decision: _Decision) -> Assignment | Held:
    location, claims = decision.location, decision.claims
    claiming = claims.of_location(location) if location.status in {"resolved", "ambiguous"} else []
    if len(claiming) == 1:
        return decision.to(claiming[0])
    if claiming:
        return decision.held("several_units", claiming)
    return decision.held(_HELD[location.status], claims.candidates(location.evidence))


@dataclass(slots=True)
class _Newest:
    """The rules read last, by scope: one department is in use, two while one replays."""

    books: list[tuple[Department, RuleBook]] = field(default_factory=list)

    def of(self, department: Department) -> RuleBook:
        for known, book in self.books:
            if known is department:
                return book
        book = rule_book(department.rules, department.postal)
        self.books = [(department, book), *self.books[:1]]
        return book


_newest = _Newest()
