"""`recours assign`: a person gives a case to a unit, or takes it from one for another."""

from __future__ import annotations

from rich.console import Console

from services.commands.opened import case_named, with_backends
from services.desk.carrying_out import give
from services.router.guard import names_a_manager
from services.router.handover import live_unit, refuse_handover
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
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
