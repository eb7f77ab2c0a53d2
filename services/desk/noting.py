"""What a person notes about a case, and nobody is mailed: receipt confirmed, contact made. Pure."""

from __future__ import annotations

from services.desk.acting import NOTHING_CHANGED, Actor
from shared.domain.act import Receipt
from shared.domain.case import Case
from shared.errors import Refused


def confirmed(case: Case, actor: Actor) -> Case:
    """Note who received the alert of a sensitive case, which then is not repeated any more.

    It does nothing for the person: no clock stops by it.
    """
    by = _named(actor)
    if case.receipt:
        day = actor.department.calendar.day_of(case.receipt.at)
        raise Refused(
            "confirmed",
            f"{case.receipt.by} confirmed receipt of {case.reference} on {day}. {NOTHING_CHANGED}",
        )
    if not case.awaits_receipt:
        message = f"{case.reference} is told to nobody as sensitive. {NOTHING_CHANGED}"
        raise Refused("nothing_to_confirm", message)
    return case.changed(receipt=Receipt(at=actor.at, by=by))


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
