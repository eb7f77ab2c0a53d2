"""What a person notes about a case, and nobody is mailed: contact with the person. Pure."""

from __future__ import annotations

from services.desk.acting import NOTHING_CHANGED, Actor
from shared.domain.case import Case
from shared.errors import Refused


def contacted(case: Case, actor: Actor) -> Case:
    """Note that somebody got in touch with the person by telephone or in another way than ours."""
    by = _named(actor)
    if case.state == "closed":
        raise Refused("case_closed", f"{case.reference} is closed. {NOTHING_CHANGED}")
    if case.contacted_at:
        day = actor.department.calendar.day_of(case.contacted_at)
        message = f"Somebody was in touch about {case.reference} on {day}. {NOTHING_CHANGED}"
        raise Refused("contacted", message)
    return case.changed(contacted_at=actor.at, contacted_by=by, acted_at=actor.at)


def _named(actor: Actor) -> str:
    by = actor.by.strip()
    if not by:
        raise Refused("who", f"Say who it was (--by). {NOTHING_CHANGED}")
    return by
