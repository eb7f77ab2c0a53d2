"""A complaint that goes up to the complaints office: a second case, linked to the first. Pure."""

from __future__ import annotations

from services.desk.acting import NOTHING_CHANGED, Actor
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.clocks import due_days
from shared.domain.document import derived_id
from shared.domain.reference import reference_for, year_of
from shared.errors import Refused
from shared.events import CaseAssigned, caused_by

#: Stands in the place of a rule's id.
BY_ESCALATION = "escalated"


def second_level_id(first: Case) -> str:
    """Return the id of the case that `first` goes up as: always the same, so it goes up once."""
    return derived_id("case", first.id, "second level")


def escalated(
    first: Case, actor: Actor, because: str, *, attempt: int = 0
) -> tuple[Case, CaseAssigned]:
    """Return the second case with the event that tells the person and the office.

    It has a clock of its own from today on. `attempt` counts clashes of the reference. The words
    of the complaint stay with the first case, to which the second one is linked.
    """
    department = actor.department
    due = due_days(department.calendar, department.standards, actor.at)
    by, because = actor.by.strip(), because.strip()
    if not by or not because:
        raise Refused("who_and_why", "Say who decides (--by) and why (--because).")
    case_id = second_level_id(first)
    assignment = Assignment(
        unit_id=department.complaints_office,
        rule_id=BY_ESCALATION,
        at=actor.at,
        rules_version=department.version,
        location_status="none",
        by=by,
        because=because,
    )
    second = Case(
        id=case_id,
        reference=reference_for(case_id, year_of(actor.at), attempt=attempt),
        opened_at=actor.at,
        received_at=actor.at,
        channel=first.channel,
        complainant=first.complainant,
        acknowledge_to=first.acknowledge_to,
        silent_because=first.silent_because,
        language=first.language,
        language_confidence=first.language_confidence,
        language_ground=first.language_ground,
        subject=first.subject,
        summary=first.summary,
        happened_on=first.happened_on,
        kind=first.kind,
        flags=first.flags,
        linked_case_ids=(first.id,),
        concerned_units=(first.unit_id,) if first.unit_id else (),
        state="assigned",
        assignment=assignment,
        contact_due_on=due.contact_on,
        due_on=due.answer_on,
        policy_version=department.policy_version,
        level=2,
        first_level=first.reference,
    )
    event_id = caused_by(case_id, "escalated")
    return second, CaseAssigned(id=event_id, at=actor.at, case_id=case_id)


def linked(first: Case, second: Case) -> Case:
    """Return the first case with its way up."""
    links = tuple(dict.fromkeys((*first.linked_case_ids, second.id)))
    return first.changed(second_level=second.reference, linked_case_ids=links)


def refuse_escalation(first: Case, actor: Actor) -> None:
    """Raise Refused when this case cannot go up to the complaints office."""
    reference, office = first.reference, actor.department.complaints_office
    if first.second_level:
        raise Refused(
            "went_up", f"{reference} went up already, as {first.second_level}. {NOTHING_CHANGED}"
        )
    if first.level > 1 or first.unit_id == office:
        raise Refused("at_the_top", f"The complaints office has {reference}. {NOTHING_CHANGED}")
    if first.state not in ("assigned", "closed"):
        raise Refused("nobody_has_it", f"No unit has {reference} yet. {NOTHING_CHANGED}")
