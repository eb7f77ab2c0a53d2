"""Which unit served the person: a case and a text in, an assignment or a held case out. Pure.

The unit that served the person answers (policy, guiding principle), so a unit that is chosen,
named or written to comes before any place. Places are a default for complaints that name none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from services.router.claims import Claims, merged
from services.router.locating.gazetteer import Gazetteer, locate
from services.router.rules import RuleBook, living_unit, rule_book
from shared.department import Department
from shared.domain.assignment import Assignment, Candidate, Held, HeldReason
from shared.domain.case import Case
from shared.domain.place import Evidence, Location
from shared.domain.unit import Rule, Unit

_HELD: Mapping[str, HeldReason] = {
    "none": "no_place",
    "ambiguous": "ambiguous_place",
    "conflict": "conflicting_places",
    "outside": "outside_quebec",
    "resolved": "no_rule",
}
#: What decided when it was not a rule of `rules.csv`; stands in the place of a rule's id.
CHOSEN, NAMED, WRITTEN_TO = "unit_chosen", "unit_named", "unit_address"


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is the same for every answer about one case."""

    location: Location
    evidence: tuple[Evidence, ...]
    version: str
    at: datetime

    def to(self, chosen: Candidate) -> Assignment:
        return Assignment(
            unit_id=chosen.unit_id,
            rule_id=chosen.rule_id,
            at=self.at,
            evidence=chosen.evidence,
            rules_version=self.version,
            location_status=self.location.status,
            region=self.location.region,
            municipality_code=self.location.municipality_code,
        )

    def held(self, reason: HeldReason, candidates: Iterable[Candidate]) -> Held:
        return Held(
            reason=reason,
            at=self.at,
            candidates=tuple(candidates),
            evidence=self.evidence,
            rules_version=self.version,
        )


def route(
    case: Case, text: str, *, department: Department, gazetteer: Gazetteer, at: datetime
) -> Assignment | Held:
    """Return the unit of a case, or why a person must choose, with candidates best first.

    The territory and the rules are read as on the day of the facts (`case.happened_on`, else the
    day of receipt); units as on the day of `at`, through their successors.
    """
    calendar = department.calendar
    on = case.happened_on or calendar.day_of(case.received_at)
    today = calendar.day_of(at)
    location = locate(text, gazetteer, on=on, units=department.units)
    told = [*_chosen(case, department, today), *_written_to(case, department, today)]
    named = _named(location, department.units, today)
    evidence = (*(clue for one in told for clue in one.evidence), *location.evidence)
    decision = _Decision(location, evidence, department.version, at)
    if told or named:
        return _by_unit(told, named, decision)
    claims = Claims(_newest.of(department.rules), gazetteer.territory, department.units, on, today)
    return _by_place(claims, decision)


def _by_unit(
    told: list[Candidate], named: list[Candidate], decision: _Decision
) -> Assignment | Held:
    """Decide among units: chosen in the form before named before written to, never against."""
    chosen = [one for one in told if one.rule_id == CHOSEN]
    units = {one.unit_id for one in (*(chosen or told), *named)}
    candidates = merged([(*chosen, *named, *told)])
    if len(units) > 1:
        contradicted = bool(named and told)
        return decision.held("conflicting_places" if contradicted else "several_units", candidates)
    return decision.to(candidates[0])


def _by_place(claims: Claims, decision: _Decision) -> Assignment | Held:
    location = decision.location
    claiming = claims.of_location(location) if location.status in {"resolved", "ambiguous"} else []
    if len(claiming) == 1:
        return decision.to(claiming[0])
    if claiming:
        return decision.held("several_units", claiming)
    return decision.held(_HELD[location.status], claims.candidates(location.evidence))


def _chosen(case: Case, department: Department, today: date) -> list[Candidate]:
    """Return the office chosen in the form; an unknown or closed one without heir is no choice."""
    if case.office_chosen is None:
        return []
    unit = living_unit(case.office_chosen, department.units, on=today)
    first = department.units.get(case.office_chosen)
    if unit is None or first is None:
        return []
    words = first.name(case.language)
    clue = Evidence(kind="unit_chosen", value=first.id, words=words, strength="strong")
    return [Candidate(unit_id=unit.id, rule_id=CHOSEN, evidence=(clue,))]


def _written_to(case: Case, department: Department, today: date) -> list[Candidate]:
    """Return the units whose own address was written to; the complaints office's says nothing."""
    found = []
    for address in case.addressees:
        local, at, domain = address.lower().rpartition("@")
        owner = department.addresses.units.get(f"{local.partition('+')[0]}{at}{domain}")
        unit = living_unit(owner, department.units, on=today) if owner else None
        if owner and unit and owner != department.complaints_office:
            clue = Evidence(kind="unit_address", value=owner, words=address, strength="strong")
            found.append(Candidate(unit_id=unit.id, rule_id=WRITTEN_TO, evidence=(clue,)))
    return found


def _named(location: Location, units: Mapping[str, Unit], today: date) -> list[Candidate]:
    found = []
    for clue in location.evidence:
        unit = living_unit(clue.value, units, on=today) if clue.kind == "unit_named" else None
        if unit:
            found.append(Candidate(unit_id=unit.id, rule_id=NAMED, evidence=(clue,)))
    return found


@dataclass(slots=True)
class _Newest:
    """The rules read last, by scope: one department is in use at a time."""

    rules: tuple[Rule, ...] | None = None
    book: RuleBook = field(default_factory=lambda: RuleBook({}))

    def of(self, rules: tuple[Rule, ...]) -> RuleBook:
        if self.rules is not rules:
            self.book, self.rules = rule_book(rules), rules
        return self.book


_newest = _Newest()
