"""A unit says that a case is not its own: the case goes back to sorting. Pure."""

from __future__ import annotations

from services.desk.acting import NOTHING_CHANGED, Actor
from shared.domain import clocks
from shared.domain.assignment import Assignment, Candidate, Held, Refusal
from shared.domain.case import Case
from shared.domain.delays import running_pause
from shared.errors import Refused
from shared.events import CaseHeld, caused_by


def refused(case: Case, actor: Actor, because: str) -> tuple[Case, CaseHeld]:
    """Return the case as the complaints office gets it, with the event that tells the office.

    The days promised to the person stand, and the person hears nothing before another unit has
    the case. A clock that stands runs again: nobody waits for a piece that no unit has asked for.
    """
    assignment, by, because = case.assignment, actor.by.strip(), because.strip()
    if not by or not because:
        raise Refused("who_and_why", f"Say who (--by) and why (--because). {NOTHING_CHANGED}")
    if case.state == "closed":
        raise Refused("case_closed", f"{case.reference} is closed. {NOTHING_CHANGED}")
    if assignment is None:
        raise Refused("nobody_has_it", f"No unit has {case.reference}. {NOTHING_CHANGED}")
    department = actor.department
    if assignment.unit_id == department.complaints_office:
        raise Refused(
            "office_has_it",
            f"The complaints office has {case.reference}, and takes what no unit has. "
            f"{NOTHING_CHANGED} Give it to a unit with `recours assign {case.reference} UNIT`.",
        )
    if running_pause(case.pauses):
        case = clocks.resumed(
            case, department.calendar, department.standards, at=actor.at, how="person", by=by
        )
    refusal = Refusal(
        at=actor.at,
        unit_id=assignment.unit_id,
        by=by,
        because=because,
        had_since=assignment.at,
    )
    due = clocks.due_days_of(case, department.calendar, department.standards)
    back = case.changed(
        state="held",
        assignment=None,
        held=_held(case, assignment, actor),
        refusals=(*case.refusals, refusal),
        taken_by=None,
        taken_by_name="",
        acted_at=actor.at,
        contact_due_on=due.contact_on,
        due_on=due.answer_on,
    )
    event_id = caused_by(case.id, f"refused.{len(back.refusals)}")
    return back, CaseHeld(id=event_id, at=actor.at, case_id=case.id)


def _held(case: Case, assignment: Assignment, actor: Actor) -> Held:
    """Return what the office decides from: the units that were weighed too, none that refused."""
    gone = {assignment.unit_id, *case.refused_by}
    return Held(
        reason="refused",
        at=actor.at,
        candidates=tuple(
            Candidate(unit_id=one.unit_id, rule_id=one.rule_id, evidence=one.evidence)
            for one in assignment.alternatives
            if one.unit_id not in gone
        ),
        evidence=assignment.evidence,
        rules_version=assignment.rules_version,
    )
