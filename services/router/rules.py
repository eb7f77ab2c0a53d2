"""The dated rules of the department: what they say of a scope on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.router.locating.folding import match_key
from shared.domain.postal_table import PostalTable
from shared.domain.unit import Rule, ScopeKind, Unit

NO_CODES = PostalTable()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules by scope. A locality is found by its match key, so spelling does not matter."""

    by_scope: Mapping[tuple[ScopeKind, str], tuple[Rule, ...]]
    postal: PostalTable = NO_CODES

    def rules_for(
        self, kind: ScopeKind, value: str, *, on: date, programmes: Collection[str] = ()
    ) -> tuple[Rule, ...]:
        """Return every rule of this very scope that is live on the day; two are an overlap.

        Of each programme that is named, its own rule speaks, or the one for all where it has none.
        """
        rules = self.by_scope.get((kind, value), ())
        if kind == "postal6" and self.postal.lines:
            rules = (*rules, *self.postal.rules_for(value))
        live = [rule for rule in rules if rule.live_on(on)]
        if not live:
            return ()
        own = [[rule for rule in live if rule.programme == each] for each in programmes or ("",)]
        for_all = [rule for rule in live if not rule.programme]
        return tuple(dict.fromkeys(rule for found in own for rule in found or for_all))

    def rule_for(self, kind: ScopeKind, value: str, *, on: date) -> Rule | None:
        """Return the one rule of this scope on the day; None when there is none or are several."""
        live = self.rules_for(kind, value, on=on)
        return live[0] if len(live) == 1 else None


def rule_book(rules: Iterable[Rule], postal: PostalTable = NO_CODES) -> RuleBook:
    """Return the rules ordered by scope, those of whole postal codes beside them."""
    found: dict[tuple[ScopeKind, str], tuple[Rule, ...]] = {}
    for rule in rules:
        scope = (rule.scope_kind, scope_key(rule.scope_kind, rule.scope_value))
        had = found.get(scope)
        found[scope] = (*had, rule) if had else (rule,)
    return RuleBook(found, postal)


def scope_key(kind: ScopeKind, value: str) -> str:
    """Return the value under which a scope is looked up."""
    return match_key(value) if kind == "locality" else value


def living_unit(unit_id: str, units: Mapping[str, Unit], *, on: date) -> Unit | None:
    """Return the unit itself if it is live on the day, else the live one at the end of its
    chain of successors; None when the chain ends or comes back before one is live."""
    seen: set[str] = set()
    here = units.get(unit_id)
    while here is not None and here.id not in seen:
        if here.live_on(on):
            return here
        seen.add(here.id)
        here = units.get(here.successor) if here.successor else None
    return None
