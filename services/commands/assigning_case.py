"""`recours assign`: a person gives a case to a unit, or takes it from one for another."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console

from services.commands.opened import case_named, with_backends
from services.router.guard import names_a_manager
from services.router.handover import (
    chosen_by_a_person,
    handed_over,
    live_unit,
    refuse_handover,
)
from shared.adapters.system_clock import SystemClock
from shared.department import Department, load_department
from shared.domain.case import Case
from shared.domain.unit import Unit
from shared.errors import Conflict, Refused
from shared.ports.store import Store
from shared.runtime.settings import Settings


def assign_by_hand(
    reference: str,
    unit_id: str,
    settings: Settings,
    out: Console,
    *,
    by: str,
    because: str,
    cleared: bool,
) -> None:
    """Give the case to the unit and say so; raise Refused, with nothing changed, when it cannot."""
    department = load_department(settings.department)
    now = SystemClock().now()
    unit = live_unit(unit_id, department, now)

    async def work(store: Store, _: object) -> None:
        case = await case_named(store, reference)
        refuse_handover(case, unit, department, cleared=cleared)
        before = case.unit_id or "held"
        await give(case, unit, store, department, by=by, because=because, at=now)
        out.print(f"{case.reference}: {before} → {unit.id}, {unit.name_fr}.", markup=False)
        out.print(f"The unit is told at {unit.mailbox}.", markup=False, highlight=False)
        if names_a_manager(case.flags, unit):
            out.print("Mind that the text names somebody who manages this unit.")

    with_backends(settings, work)


async def give(
    case: Case,
    unit: Unit,
    store: Store,
    department: Department,
    *,
    by: str,
    because: str,
    at: datetime,
) -> Case:
    """Save the case with its new unit and the event that tells it, in one write."""
    by, because = by.strip(), because.strip()
    if not by or not because:
        raise Refused("who_and_why", "Say who decides (--by) and why (--because).")
    chosen = chosen_by_a_person(case, unit, department, by=by, because=because, at=at)
    moved, told = handed_over(case, chosen, department, how="person", by=by, because=because)
    try:
        return await store.cases.save(moved, emit=[told])
    except Conflict:
        raise Refused(
            "changed_meanwhile",
            f"Somebody changed {case.reference} at the same moment. Nothing of yours was kept: "
            f"look again with `recours show {case.reference}`.",
        ) from None
