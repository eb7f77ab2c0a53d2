"""Rules past their end: who takes over, and whether that is who the unit's line says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from services.router.finding import Finding, warning
from services.router.locating.territory import Territory
from services.router.rules import RuleBook, living_unit, rule_book, scope_key
from shared.department import Department
from shared.domain.unit import Rule

#: Returns the ids of the units that take the people of a rule's scope on a day; None where the
#: scope alone does not say.
Takers = Callable[[Rule, date], list[str] | None]


def ended_rules(department: Department, today: date, takers: Takers) -> Iterator[Finding]:
    """Find rules that have ended and that nothing follows as the tables of units say."""
    book = rule_book(department.rules)
    for rule in department.rules:
        if rule.valid_to is None or rule.valid_to >= today or _is_followed(rule, book):
            continue
        heir = living_unit(rule.unit_id, department.units, on=today)
        after = takers(rule, rule.valid_to + timedelta(days=1))
        if heir is None or after == [heir.id] or after == []:
            continue  # nobody to follow, or as it should be, or a gap that is told as one
        where = f"its people then go to {', '.join(after)}" if after else "no rule follows it"
        message = f"rule {rule.id} ended on {rule.valid_to} and {where}, not by a rule to {heir.id}"
        yield warning("rules.csv", rule.line, message)


def _is_followed(rule: Rule, book: RuleBook) -> bool:
    key = scope_key(rule.scope_kind, rule.scope_value)
    if rule.valid_to is None:
        return False
    day = rule.valid_to + timedelta(days=1)
    named = [rule.programme] if rule.programme else []
    return bool(book.rules_for(rule.scope_kind, key, on=day, programmes=named))


def rules_for_no_town(department: Department, territory: Territory) -> Iterator[Finding]:
    """Find rules for a municipality that is not there on any day of theirs."""
    for rule in department.rules:
        lines = territory.municipalities.get(rule.scope_value, ())
        if rule.scope_kind != "municipality" or not lines:
            continue
        starts, ends = rule.valid_from or date.min, rule.valid_to or date.max
        there = any(
            (line.valid_from or date.min) <= ends and starts <= (line.valid_to or date.max)
            for line in lines
        )
        if not there:
            message = (
                f"municipality {rule.scope_value} is not there on any day of rule {rule.id}; "
                "the tables name what it became"
            )
            yield warning("rules.csv", rule.line, message)
