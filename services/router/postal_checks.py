"""What is wrong between the table of whole postal codes and the other tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.router.finding import Finding, error, warning
from shared.department import Department
from shared.domain.unit import Rule
from shared.postal_codes import POSTAL_CODES, first_lines

#: Rules of whole codes beyond which a start gets slow; 300,000 take seven seconds.
MOST_IN_RULES = 5000


def postal_faults(department: Department) -> Iterator[Finding]:
    """Find units that are not there on all days of their codes, and codes with two rules."""
    for tail, line in first_lines(department.postal).items():
        unit_id, first, last = tail.split(",")
        unit = department.units[unit_id]
        starts = date.fromisoformat(first) if first else date.min
        ends = date.fromisoformat(last) if last else date.max
        if starts < (unit.valid_from or date.min) or (unit.valid_to or date.max) < ends:
            message = f"unit {unit_id} is not there on all days of its codes"
            yield error(POSTAL_CODES, line, message)
    for rule in department.rules:
        if rule.scope_kind == "postal6" and not rule.programme and _clashes(rule, department):
            message = f"rule {rule.id} overlaps {rule.scope_value} of {POSTAL_CODES} in time"
            yield error("rules.csv", rule.line, message)


def too_many_in_rules(department: Department) -> Iterator[Finding]:
    """Find a licensed table that stands in rules.csv: every start would take seconds for it."""
    codes = [rule for rule in department.rules if rule.scope_kind == "postal6"]
    if len(codes) > MOST_IN_RULES:
        message = f"{len(codes)} rules of scope postal6: import them as a table of postal codes"
        yield warning("rules.csv", codes[0].line, message)


def _clashes(rule: Rule, department: Department) -> bool:
    return any(
        max(rule.valid_from or date.min, other.valid_from or date.min)
        <= min(rule.valid_to or date.max, other.valid_to or date.max)
        for other in department.postal.rules_for(rule.scope_value)
    )
