"""Units that nothing leads to, partners beyond their mandate, mailboxes that are dead. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.router.finding import Finding, error, warning
from services.router.locating.folding import match_key
from services.router.locating.gazetteer import Gazetteer
from services.router.locating.office_names import office_names
from services.router.rules import living_unit
from shared.department import Department
from shared.domain.unit import Rule, Unit

#: Scopes that are wider than a town: no partner has a mandate for so much.
_WIDER = frozenset({"mrc", "region", "default"})


def unreachable_units(department: Department, today: date) -> Iterator[Finding]:
    """Find living units that no rule leads to and that have no name of their own.

    A branch or a partner is for a territory: one without any rule is told too.
    """
    units = department.units
    ruled = {
        unit.id
        for rule in department.rules
        if rule.live_on(today) and (unit := living_unit(rule.unit_id, units, on=today))
    }
    named = _named_alone(units, today)
    for unit in units.values():
        if unit.kind == "complaints_office" or unit.id in ruled or not unit.live_on(today):
            continue
        if unit.id not in named:
            message = f"nothing leads to {unit.id}: no rule, and no name that it has alone"
            yield warning("units.csv", unit.line, message)
        elif unit.kind != "office":
            yield warning("units.csv", unit.line, f"no rule leads to {unit.id} on {today}")


def _named_alone(units: Mapping[str, Unit], today: date) -> set[str]:
    """Return the units that some name means, and only them."""
    owners: dict[str, set[str]] = {}
    for name in office_names(units.values()):
        unit = living_unit(name.meaning.value, units, on=today)
        if unit:
            owners.setdefault(match_key(name.text), set()).add(unit.id)
    return {unit for meant in owners.values() if len(meant) == 1 for unit in meant}


def partners_beyond_their_mandate(
    department: Department, gazetteer: Gazetteer
) -> Iterator[Finding]:
    """Find partners without days or town, and rules that send them people of elsewhere."""
    for unit in department.units.values():
        if unit.kind == "partner" and not (unit.valid_from and unit.municipality_code):
            message = f"partner {unit.id} needs the first day and the municipality of its mandate"
            yield error("units.csv", unit.line, message)
    towns = {
        name.meaning.value: name.meaning.codes
        for name in gazetteer.names
        if name.meaning.kind == "borough"
    }
    for rule in department.rules:
        partner = department.units.get(rule.unit_id)
        if partner and partner.kind == "partner" and not _within(rule, partner, towns):
            message = f"rule {rule.id} goes beyond the mandate of partner {partner.id}"
            yield error("rules.csv", rule.line, message)


def _within(rule: Rule, unit: Unit, towns: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether a rule stays in the partner's town, as far as its scope says."""
    if rule.scope_kind in _WIDER or unit.municipality_code is None:
        return False
    if rule.scope_kind == "municipality":
        return rule.scope_value == unit.municipality_code
    if rule.scope_kind == "borough":
        return unit.municipality_code in towns.get(rule.scope_value, ())
    return True


@dataclass(frozen=True, slots=True)
class Returned:
    """Notices to one mailbox that came back for good: how many, and the day of the last."""

    number: int
    last: date


def dead_mailboxes(
    department: Department, returned: Mapping[str, Returned], today: date
) -> Iterator[Finding]:
    """Find living units whose notices came back; `returned` is by mailbox, in lower case."""
    for unit in department.units.values():
        found = returned.get(unit.mailbox.lower())
        if found and unit.live_on(today):
            notices = "a notice" if found.number == 1 else f"{found.number} notices"
            message = f"{notices} to {unit.mailbox} of {unit.id} came back, last on {found.last}"
            yield warning("units.csv", unit.line, message)
