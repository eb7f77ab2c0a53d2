"""case.opened → case.assigned | case.held: let the rules choose the unit, or a person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from services.router.routing import route
from shared.domain.assignment import Assignment, Held, HeldReason
from shared.domain.reading import Reading
from shared.errors import Conflict, Poison
from shared.events import CaseAssigned, CaseHeld, CaseOpened, caused_by

if TYPE_CHECKING:
    from services.router.locating.gazetteer import Gazetteer
    from shared.department import Department
    from shared.domain.case import Case, Tray
    from shared.ports.clock import Clock
    from shared.ports.store import Store

#: Characters of a person's words that are searched for places; they take some 8 ms.
LONGEST = 64 * 1024
#: From here on a text is searched in a thread, so that other work on the loop goes on.
LONG = 16 * 1024
_TRAYS: Mapping[Tray, HeldReason] = {
    "automatic": "automatic_mail",
    "spam": "spam",
    "unreadable": "unreadable",
}


async def assign_case(
    event: CaseOpened,
    *,
    store: Store,
    clock: Clock,
    department: Department,
    gazetteer: Gazetteer,
) -> None:
    """Give the case its unit or hold it, set its due days, and say so in one write.

    A case that is no longer just opened is left as it is, so a redelivery changes nothing.
    Raise Poison when the case is not there, Transient when the store does not answer.
    """
    while True:
        case = await store.cases.get(event.case_id)
        if case is None:
            raise Poison("no_such_case", f"case {event.case_id} is not in the store")
        if case.state != "opened":
            return
        text = await _text(case, store)
        now = clock.now()
        decision = await _decide(case, text, department=department, gazetteer=gazetteer, at=now)
        try:
            await store.cases.save(
                _decided(case, decision, department), emit=[_told(event, decision, now)]
            )
        except Conflict:
            continue
        return


async def _text(case: Case, store: Store) -> str:
    message = await store.messages.get(case.first_message_id) if case.first_message_id else None
    return text_of(case, message.reading if message else Reading())


def text_of(case: Case, reading: Reading) -> str:
    """Return what the person wrote: own words, subject, postal address; quotes left out.

    The words come first, so that positions of evidence in them are positions in the own text.
    """
    rest = [part for part in (case.subject, case.complainant.postal_address) if part]
    room = max(LONGEST - sum(len(part) + 2 for part in rest), 0)
    return "\n\n".join((reading.own_text[:room], *rest))


async def _decide(
    case: Case, text: str, *, department: Department, gazetteer: Gazetteer, at: datetime
) -> Assignment | Held:
    reason = _TRAYS.get(case.tray)
    if reason is not None:
        return Held(reason=reason, at=at, rules_version=department.version)
    if len(text) < LONG:
        return route(case, text, department=department, gazetteer=gazetteer, at=at)
    return await asyncio.to_thread(
        route, case, text, department=department, gazetteer=gazetteer, at=at
    )


def _decided(case: Case, decision: Assignment | Held, department: Department) -> Case:
    """Return the case with the decision and its due days; the day of receipt is day 0."""
    calendar, standards = department.calendar, department.standards
    received = calendar.day_of(case.received_at)
    assigned = isinstance(decision, Assignment)
    return case.changed(
        state="assigned" if assigned else "held",
        assignment=decision if assigned else None,
        held=None if assigned else decision,
        contact_due_on=calendar.after(received, standards.contact_days),
        due_on=calendar.after(received, standards.answer_days),
        policy_version=department.policy_version,
    )


def _told(event: CaseOpened, decision: Assignment | Held, now: datetime) -> CaseAssigned | CaseHeld:
    if isinstance(decision, Assignment):
        return CaseAssigned(id=caused_by(event.id, "case.assigned"), at=now, case_id=event.case_id)
    return CaseHeld(id=caused_by(event.id, "case.held"), at=now, case_id=event.case_id)
