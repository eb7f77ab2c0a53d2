"""What is wrong with the tables as a whole: places nobody serves, rules that clash, dead units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Literal

from services.router.claims import Claims
from services.router.ended_rules import Takers, ended_rules, rules_for_no_town
from services.router.finding import Finding, error, warning
from services.router.locating.gazetteer import Gazetteer
from services.router.locating.territory import Territory
from services.router.postal_checks import postal_faults, too_many_in_rules
from services.router.reach import partners_beyond_their_mandate, unreachable_units
from services.router.rules import living_unit, rule_book, scope_key
from shared.department import Department
from shared.domain.place import Evidence, Location
from shared.domain.unit import Rule, Unit
from shared.errors import Misconfigured


def check(department: Department, gazetteer: Gazetteer, *, on: date | None = None) -> list[Finding]:
    """Return all findings, errors first.

    Gaps are looked for on every day on which a rule changes, and on `on`; units are taken as
    they are on `on`, or after the last change when it is not given.
    """
    today = on or _last_change(department)
    found = [
        *_clashes(department, gazetteer),
        *_gaps(department, gazetteer, today),
        *unreachable_units(department, today),
        *ended_rules(department, today, _takers(department, gazetteer, today)),
        *rules_for_no_town(department, gazetteer.territory),
        *too_many_in_rules(department),
    ]
    return sorted(found, key=lambda one: (one.severity, one.file, one.line))


def refuse_clashes(department: Department, gazetteer: Gazetteer) -> None:
    """Raise Misconfigured, with every line to mend, when rules or units contradict each other.

    A gap stops nobody: who lives in one is held for a person.
    """
    found = [one for one in _clashes(department, gazetteer) if one.severity == "error"]
    if found:
        lines = "\n".join(f"{one.file} line {one.line}: {one.message}" for one in found)
        raise Misconfigured("department", lines)


def _clashes(department: Department, gazetteer: Gazetteer) -> Iterator[Finding]:
    yield from _duplicate_addresses(department.units.values())
    yield from _cycles(department)
    yield from _overlaps(department.rules)
    yield from _dead_units(department)
    yield from postal_faults(department)
    yield from _unknown_scopes(department.rules, gazetteer)
    yield from partners_beyond_their_mandate(department, gazetteer)


def _last_change(department: Department) -> date:
    dated: list[Rule | Unit] = [*department.rules, *department.units.values()]
    days = [day for one in dated for day in (one.valid_from, one.valid_to) if day is not None]
    return max(days, default=date(2021, 7, 8))


def _duplicate_addresses(units: Iterable[Unit]) -> Iterator[Finding]:
    owners: dict[str, Unit] = {}
    for unit in units:
        first = owners.setdefault(unit.address.lower(), unit)
        if first is not unit:
            yield error("units.csv", unit.line, f"{unit.address} already belongs to {first.id}")


def _cycles(department: Department) -> Iterator[Finding]:
    for unit in department.units.values():
        seen, here = {unit.id}, unit
        while here.successor in department.units and here.successor not in seen:
            here = department.units[here.successor]
            seen.add(here.id)
        if here.successor == unit.id:
            yield error("units.csv", unit.line, f"the successors of {unit.id} lead back to it")


def _overlaps(rules: Iterable[Rule]) -> Iterator[Finding]:
    scopes: dict[tuple[str, str, str], list[Rule]] = {}
    for rule in rules:
        scope = (rule.scope_kind, scope_key(rule.scope_kind, rule.scope_value), rule.programme)
        scopes.setdefault(scope, []).append(rule)
    for same in scopes.values():
        for first, second in combinations(same, 2):
            if _overlap(first, second):
                message = f"rule {second.id} overlaps {first.id} (line {first.line}) in time"
                yield error("rules.csv", second.line, message)


def _overlap(first: Rule, second: Rule) -> bool:
    starts = max(first.valid_from or date.min, second.valid_from or date.min)
    return starts <= min(first.valid_to or date.max, second.valid_to or date.max)


def _dead_units(department: Department) -> Iterator[Finding]:
    """Find rules whose unit does not live as long as the rule, and units that nobody follows."""
    for rule in department.rules:
        unit = department.units.get(rule.unit_id)
        if unit is None:
            yield error("rules.csv", rule.line, f"unit {rule.unit_id} is not in units.csv")
        elif not _covers(unit, rule):
            message = f"unit {unit.id} is not there on all days of rule {rule.id}"
            yield error("rules.csv", rule.line, message)
    for unit in department.units.values():
        if unit.valid_to and not living_unit(unit.id, department.units, on=date.max):
            message = f"{unit.id} ended on {unit.valid_to} and no successor is live"
            yield warning("units.csv", unit.line, message)


def _covers(unit: Unit, rule: Rule) -> bool:
    begins = (unit.valid_from or date.min) <= (rule.valid_from or date.min)
    return begins and (rule.valid_to or date.max) <= (unit.valid_to or date.max)


def _unknown_scopes(rules: Iterable[Rule], gazetteer: Gazetteer) -> Iterator[Finding]:
    known: dict[str, Iterable[str]] = {
        "municipality": gazetteer.territory.municipalities,
        "mrc": set(gazetteer.territory.mrcs.values()),
        "fsa": gazetteer.territory.areas,
    }
    for kind in ("borough", "locality"):
        meanings = (name.meaning for name in gazetteer.names if name.meaning.kind == kind)
        known[kind] = {meaning.value for meaning in meanings}
    for rule in rules:
        value = scope_key(rule.scope_kind, rule.scope_value)
        if rule.scope_kind in known and value not in known[rule.scope_kind]:
            message = f"{rule.scope_kind} {rule.scope_value} is not in the territory tables"
            yield error("rules.csv", rule.line, message)


def _gaps(department: Department, gazetteer: Gazetteer, today: date) -> Iterator[Finding]:
    """Find municipalities and postal areas from which, on some day, no rule leads to a living
    unit; each is told once."""
    book, told = rule_book(department.rules), set[str]()
    for day in sorted({today, *_changes(department.rules)}):
        claims = Claims(book, gazetteer.territory, department.units, day, today)
        for place in _places(gazetteer.territory, day):
            value = place.evidence[0].value
            if value not in told and not claims.of_location(place):
                told.add(value)
                yield _gap(place.evidence[0], gazetteer.lines.get(value, 0), day)


def _takers(department: Department, gazetteer: Gazetteer, today: date) -> Takers:
    """Return what tells who takes a municipality or a postal area on a day, for ended rules."""
    book = rule_book(department.rules)

    def takers(rule: Rule, day: date) -> list[str] | None:
        claims = Claims(book, gazetteer.territory, department.units, day, today)
        if rule.scope_kind == "municipality":
            regions = gazetteer.territory.regions_of(rule.scope_value, day)
            place = _clue("municipality", rule.scope_value, regions, (rule.scope_value,))
        elif rule.scope_kind == "fsa":
            regions = gazetteer.territory.area_regions(rule.scope_value, day)
            place = _clue("fsa", rule.scope_value, regions, ())
        else:
            return None
        return [one.unit_id for one in claims.candidates([place]) if one.evidence]

    return takers


#: Scopes narrower than a town: rules of theirs neither close nor open a gap.
_NARROW = frozenset({"postal6", "borough", "locality"})


def _changes(rules: Iterable[Rule]) -> Iterator[date]:
    for rule in rules:
        if rule.scope_kind in _NARROW:
            continue
        if rule.valid_from:
            yield rule.valid_from
        if rule.valid_to:
            yield rule.valid_to + timedelta(days=1)


def _places(territory: Territory, day: date) -> Iterator[Location]:
    """Yield each municipality and each region of each postal area as if a text had named it."""
    for code, meanings in territory.municipalities.items():
        for meaning in meanings:
            if meaning.live_on(day):
                clue = _clue("municipality", code, meaning.regions, (code,))
                yield _located(clue, code)
    for area in territory.areas:
        for region in territory.area_regions(area, day):
            yield _located(_clue("fsa", area, (region,), ()), None)


def _located(clue: Evidence, code: str | None) -> Location:
    return Location(
        status="resolved", region=clue.regions[0], municipality_code=code, evidence=(clue,)
    )


def _clue(
    kind: Literal["municipality", "fsa"],
    value: str,
    regions: tuple[str, ...],
    codes: tuple[str, ...],
) -> Evidence:
    return Evidence(kind=kind, value=value, words="", regions=regions, municipality_codes=codes)


def _gap(clue: Evidence, line: int, day: date) -> Finding:
    file = "municipalities.csv" if clue.kind == "municipality" else "fsas.csv"
    what = "municipality" if clue.kind == "municipality" else "postal area"
    message = f"no rule leads from {what} {clue.value} to a living unit (facts of {day})"
    return error(f"territory/{file}", line, message)
