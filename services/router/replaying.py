"""What new rules would do with a case that was decided before: the comparison, not the doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.router.handover import BY_A_PERSON
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from shared.domain.unit import Unit

#: "stays": the same unit, or held as before. "moves": another unit. "freed": held, and now a unit.
#: "doubted": a unit has it, and the new rules would hold it. "by_person": somebody gave it to its
#: unit, so rules have no say. Only what moves or is freed is ever applied, and no closed case.
Kind = Literal["stays", "moves", "freed", "doubted", "by_person"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case under new rules. `to_unit` is None where they would hold it, `reason` says why.

    `anyway`: the rules in force would do the same today, so it is not the new table that moves it.
    """

    kind: Kind
    case_id: str
    version: int
    reference: str
    closed: bool
    from_unit: str | None
    to_unit: str | None
    reason: str
    rule_id: str
    anyway: bool = False

    @property
    def may_be_applied(self) -> bool:
        return self.kind in {"moves", "freed"} and not self.closed


def outcome_of(
    case: Case, decision: Assignment | Held, in_force: Assignment | Held | None = None
) -> Outcome:
    """Return what `decision`, made with new rules, changes for a case that has been decided.

    `in_force` is the decision with the rules of today; it is only asked of a case that changes.
    """
    to_unit = unit_in(decision)
    return Outcome(
        kind=_kind(case, to_unit),
        case_id=case.id,
        version=case.version,
        reference=case.reference,
        closed=case.state == "closed",
        from_unit=case.unit_id,
        to_unit=to_unit,
        reason=decision.reason if isinstance(decision, Held) else "",
        rule_id=decision.rule_id if isinstance(decision, Assignment) else "",
        anyway=in_force is not None and unit_in(in_force) == to_unit,
    )


def unit_in(decision: Assignment | Held) -> str | None:
    return decision.unit_id if isinstance(decision, Assignment) else None


def was_moved_by_a_person(case: Case) -> bool:
    """Tell whether a person gave the case to the unit that has it."""
    chosen = case.assignment is not None and case.assignment.rule_id == BY_A_PERSON
    return chosen or (bool(case.moves) and case.moves[-1].how == "person")


def _kind(case: Case, to_unit: str | None) -> Kind:
    if was_moved_by_a_person(case):
        return "by_person"
    if case.unit_id == to_unit:
        return "stays"
    if case.unit_id is None:
        return "freed"
    return "doubted" if to_unit is None else "moves"


@dataclass(slots=True)
class Tally:
    """Outcomes as they come, counted; what may be applied is kept by id alone."""

    seen: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    ways: Counter[tuple[Kind, str, str]] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    anyway: int = 0
    closed: int = 0
    applicable: list[tuple[str, int, str]] = field(default_factory=list)

    def add(self, outcome: Outcome, units: Mapping[str, Unit]) -> None:
        self.seen += 1
        self.kinds[outcome.kind] += 1
        if outcome.kind == "stays":
            return
        before = outcome.from_unit or "held"
        self.ways[outcome.kind, before, outcome.to_unit or f"held: {outcome.reason}"] += 1
        if outcome.kind == "by_person":
            return
        self.anyway += outcome.anyway
        if outcome.kind == "doubted":
            return
        self.closed += outcome.closed
        self.regions.update(_regions(outcome, units))
        if outcome.may_be_applied and outcome.to_unit:
            self.applicable.append((outcome.case_id, outcome.version, outcome.to_unit))


def _regions(outcome: Outcome, units: Mapping[str, Unit]) -> Iterator[str]:
    """Yield the region that a case leaves; of one that was held, the region that gets it."""
    found = (units.get(unit) for unit in (outcome.from_unit, outcome.to_unit) if unit)
    yield from [unit.region for unit in found if unit and unit.region][:1]
