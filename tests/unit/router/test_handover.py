"""A case given to a unit by hand: who may get it, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from services.router.handover import (
    chosen_by_a_person,
    handed_over,
    live_unit,
    refuse_handover,
)
from shared.department import Department
from shared.domain.assignment import Assignment, Candidate, Held
from shared.domain.case import Case
from shared.domain.place import Evidence
from shared.domain.reading import Flag
from shared.errors import Refused
from tests.unit.router.conftest import NOW

CLUE = Evidence(kind="municipality", value="65005", words="Laval", regions=("13",))
HELD = Held(
    reason="several_units", at=NOW, candidates=(Candidate(unit_id="DR-13", evidence=(CLUE,)),)
)
DISCLOSURE = Flag(name="possible_disclosure", words="pot-de-vin", start=0, end=10)


def hand(case: Case, unit: str, department: Department) -> tuple[Case, str]:
    chosen = chosen_by_a_person(
        case, department.units[unit], department, by="Lise Essai", because="appel", at=NOW
    )
    moved, event = handed_over(
        case, chosen, department, how="person", by="Lise Essai", because="appel"
    )
    return moved, event.id


def test_a_held_case_gets_its_unit_with_the_clues_that_spoke_for_it(
    department: Department, a_case: Callable[..., Case]
) -> None:
    case, _ = hand(a_case(state="held", held=HELD), "DR-13", department)
    assert (case.state, case.unit_id, case.held) == ("assigned", "DR-13", None)
    assert case.assignment is not None
    assert case.assignment.evidence == (CLUE,)
    assert (case.assignment.by, case.assignment.because) == ("Lise Essai", "appel")
    (move,) = case.moves
    assert (move.from_unit, move.to_unit, move.held_because) == (None, "DR-13", "several_units")
    assert case.due_on == date(2026, 12, 18)


def test_a_transfer_keeps_the_promised_days_and_every_move_and_tells_each_unit_anew(
    department: Department, a_case: Callable[..., Case]
) -> None:
    due = date(2026, 12, 1)
    start = a_case(state="held", held=HELD, due_on=due, contact_due_on=due)
    first, told_first = hand(start, "DR-13", department)
    second, told_second = hand(first, "DR-07", department)
    third, told_third = hand(second, "DR-13", department)
    assert [move.to_unit for move in third.moves] == ["DR-13", "DR-07", "DR-13"]
    assert [move.from_unit for move in third.moves] == [None, "DR-13", "DR-07"]
    assert third.due_on == due
    assert len({told_first, told_second, told_third}) == 3


@pytest.mark.parametrize(
    ("tray", "after"),
    [("spam", "ordinary"), ("automatic", "ordinary"), ("unreadable", "unreadable")],
)
def test_mail_that_a_person_has_looked_at_leaves_its_tray(
    department: Department, a_case: Callable[..., Case], tray: str, after: str
) -> None:
    case, _ = hand(a_case(state="held", tray=tray, held=HELD), "DR-13", department)
    assert case.tray == after


def test_a_unit_that_is_closed_or_unknown_gets_nothing(department: Department) -> None:
    with pytest.raises(Refused, match="Its successor is MO-LON"):
        live_unit("MO-BOU", department, NOW)
    with pytest.raises(Refused, match="NOBODY is not in units"):
        live_unit("NOBODY", department, NOW)
    assert live_unit("MO-LON", department, NOW).id == "MO-LON"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"state": "opened"}, "not_decided"),
        ({"state": "closed"}, "case_closed"),
        (
            {"state": "assigned", "assignment": Assignment(unit_id="DR-13", rule_id="R", at=NOW)},
            "same_unit",
        ),
        ({"state": "held", "held": HELD, "flags": (DISCLOSURE,)}, "may_be_disclosure"),
        (
            {"state": "held", "held": HELD.model_copy(update={"reason": "possible_disclosure"})},
            "may_be_disclosure",
        ),
    ],
)
def test_a_handover_that_may_not_be_is_refused(
    department: Department, a_case: Callable[..., Case], fields: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        refuse_handover(a_case(**fields), department.units["DR-13"], department, cleared=False)
    assert caught.value.code == code


def test_a_possible_disclosure_goes_to_the_complaints_office_or_when_a_person_has_decided(
    department: Department, a_case: Callable[..., Case]
) -> None:
    case = a_case(state="held", held=HELD, flags=(DISCLOSURE,))
    refuse_handover(case, department.office(), department, cleared=False)
    refuse_handover(case, department.units["DR-13"], department, cleared=True)
