"""What new rules change for a case that was decided, and what they may never change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.router.replaying import Outcome, Tally, outcome_of
from shared.department import Department
from shared.domain.assignment import Assignment, Held, Move
from shared.domain.case import Case
from tests.unit.router.conftest import NOW

HELD = Held(reason="no_rule", at=NOW)


def to(unit: str, rule: str = "R") -> Assignment:
    return Assignment(unit_id=unit, rule_id=rule, at=NOW)


def moved(how: str) -> Move:
    return Move.model_validate(
        {"at": NOW, "how": how, "by": "x", "because": "y", "from_unit": None, "to_unit": "DR-13"}
    )


ASSIGNED = {"state": "assigned", "assignment": to("DR-13")}
WAITING = {"state": "held", "held": HELD}


@pytest.mark.parametrize(
    ("fields", "decision", "kind", "applied"),
    [
        (ASSIGNED, to("DR-13"), "stays", False),
        (ASSIGNED, to("DR-07"), "moves", True),
        (ASSIGNED, HELD, "doubted", False),
        (WAITING, to("DR-07"), "freed", True),
        (WAITING, HELD, "stays", False),
        ({**ASSIGNED, "state": "closed"}, to("DR-07"), "moves", False),
        ({**ASSIGNED, "assignment": to("DR-13", "person")}, to("DR-07"), "by_person", False),
        ({**ASSIGNED, "moves": (moved("person"),)}, to("DR-07"), "by_person", False),
        ({**ASSIGNED, "moves": (moved("rules"),)}, to("DR-07"), "moves", True),
        ({**ASSIGNED, "moves": (moved("person"), moved("rules"))}, to("DR-07"), "moves", True),
    ],
)
def test_only_what_the_rules_decided_is_moved_by_rules(
    a_case: Callable[..., Case],
    fields: dict[str, object],
    decision: Assignment | Held,
    kind: str,
    applied: bool,
) -> None:
    outcome = outcome_of(a_case(**fields), decision)
    assert (outcome.kind, outcome.may_be_applied) == (kind, applied)


@pytest.mark.parametrize(
    ("in_force", "anyway"), [(None, False), (to("DR-07"), True), (to("DR-13"), False)]
)
def test_a_case_that_the_rules_in_force_would_move_too_says_so(
    a_case: Callable[..., Case], in_force: Assignment | None, anyway: bool
) -> None:
    assert outcome_of(a_case(**ASSIGNED), to("DR-07"), in_force).anyway is anyway


@pytest.fixture
def outcomes(a_case: Callable[..., Case]) -> list[Outcome]:
    by_person = {**ASSIGNED, "assignment": to("DR-13", "person")}
    return [
        outcome_of(a_case(id="1", **ASSIGNED), to("DR-07")),
        outcome_of(a_case(id="2", version=4, **ASSIGNED), to("DR-07")),
        outcome_of(a_case(id="3", **WAITING), to("DR-07")),
        outcome_of(a_case(id="4", **ASSIGNED), HELD),
        outcome_of(a_case(id="5", **by_person), to("DR-07")),
        outcome_of(a_case(id="6", **{**ASSIGNED, "state": "closed"}), to("DR-07")),
        outcome_of(a_case(id="7", **ASSIGNED), to("DR-13")),
    ]


def test_a_tally_counts_ways_and_regions_and_keeps_what_may_be_applied(
    outcomes: list[Outcome], department: Department
) -> None:
    tally = Tally()
    for outcome in outcomes:
        tally.add(outcome, department.units)
    assert tally.seen == 7
    assert tally.ways == {
        ("moves", "DR-13", "DR-07"): 3,
        ("freed", "held", "DR-07"): 1,
        ("doubted", "DR-13", "held: no_rule"): 1,
        ("by_person", "DR-13", "DR-07"): 1,
    }
    assert tally.regions == {"13": 3, "07": 1}
    assert tally.closed == 1
    assert tally.applicable == [("1", 0, "DR-07"), ("2", 4, "DR-07"), ("3", 0, "DR-07")]
