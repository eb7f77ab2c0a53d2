"""A case given to a unit after the router has decided: by a person, or by new rules. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.router.guard import may_be_disclosure
from shared.department import Department
from shared.domain.assignment import Assignment, Move
from shared.domain.case import Case
from shared.domain.clocks import due_days_of
from shared.domain.unit import Unit
from shared.errors import Refused
from shared.events import CaseAssigned, caused_by

#: Stands in the place of a rule's id when a person chose.
BY_A_PERSON = "person"


def live_unit(unit_id: str, department: Department, at: datetime) -> Unit:
    """Return a unit that can take a case at `at`; raise Refused, with the heir of a closed one."""
    unit = department.units.get(unit_id)
    if unit is None:
        raise Refused("no_such_unit", f"{unit_id} is not in units.csv. Nothing was changed.")
    if not unit.live_on(department.calendar.day_of(at)):
        heir = f" Its successor is {unit.successor}." if unit.successor else ""
        message = f"{unit_id} takes no cases today.{heir} Nothing was changed."
        raise Refused("unit_not_live", message)
    return unit


def refuse_handover(case: Case, unit: Unit, department: Department, *, cleared: bool) -> None:
    """Raise Refused when this case cannot go to this unit.

    `cleared` says that a person has decided: this is no disclosure of wrongdoing.
    """
    if case.state == "opened":
        raise Refused("not_decided", f"{case.reference} waits for the router. Try again shortly.")
    if case.state == "closed":
        raise Refused("case_closed", f"{case.reference} is closed. Nothing was changed.")
    if case.unit_id == unit.id:
        raise Refused("same_unit", f"{unit.id} has {case.reference} already. Nothing was changed.")
    office = unit.id == department.complaints_office
    held_for_it = case.held is not None and case.held.reason == "possible_disclosure"
    if (held_for_it or may_be_disclosure(case.flags)) and not cleared and not office:
        raise Refused(
            "may_be_disclosure",
            f"{case.reference} may be a disclosure of wrongdoing, which no unit may see. Nothing "
            "was changed. If you have decided that it is none, say --not-a-disclosure.",
        )


def chosen_by_a_person(
    case: Case, unit: Unit, department: Department, *, by: str, because: str, at: datetime
) -> Assignment:
    """Return the assignment of a unit that a person chose, with what the router had found."""
    candidates = case.held.candidates if case.held else ()
    spoke_for_it = [one for one in candidates if one.unit_id == unit.id]
    before = case.assignment
    return Assignment(
        unit_id=unit.id,
        rule_id=BY_A_PERSON,
        at=at,
        evidence=tuple(clue for one in spoke_for_it for clue in one.evidence),
        rules_version=department.version,
        location_status=before.location_status if before else "none",
        region=before.region if before else None,
        municipality_code=before.municipality_code if before else None,
        by=by,
        because=because,
    )


def handed_over(
    case: Case,
    to: Assignment,
    department: Department,
    *,
    how: Literal["person", "rules"],
    by: str,
    because: str,
) -> tuple[Case, CaseAssigned]:
    """Return the case with its new unit, and the event that tells that unit.

    A case that a unit refused comes from that unit, as far as the person knows. The unit before
    has nothing to answer for any more; days that were promised stay. Mail that was taken for
    automatic or unwanted becomes ordinary: somebody has looked at it.
    """
    move = Move(
        at=to.at,
        how=how,
        by=by,
        because=because,
        from_unit=case.unit_id or _refused_by(case, to),
        to_unit=to.unit_id,
        held_because=case.held.reason if case.held else "",
        rules_version=to.rules_version,
    )
    due = due_days_of(case, department.calendar, department.standards)
    moved = case.changed(
        state="assigned",
        assignment=to,
        held=None,
        moves=(*case.moves, move),
        tray="unreadable" if case.tray == "unreadable" else "ordinary",
        contact_due_on=due.contact_on,
        due_on=due.answer_on,
        taken_by=None,
        taken_by_name="",
    )
    event_id = caused_by(case.id, f"moved.{len(moved.moves)}")
    return moved, CaseAssigned(id=event_id, at=to.at, case_id=case.id)


def _refused_by(case: Case, to: Assignment) -> str | None:
    """Return the unit that refused a held case last; None when it gets it back."""
    if case.held is None or case.held.reason != "refused" or not case.refusals:
        return None
    last = case.refusals[-1].unit_id
    return last if last != to.unit_id else None
