"""What needs a person, in the order in which it hurts. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from services.desk.operations.figures import Figures
from services.desk.operations.watch import Watch

#: How old the oldest document may be before somebody should look, by the queue it waits for.
LATE = {
    "intake.opening": timedelta(minutes=10),
    "router.assigning": timedelta(minutes=10),
    "notifier.sending": timedelta(hours=1),
}
#: Longer ages are told in hours.
IN_MINUTES = 120


class Alarm(NamedTuple):
    """One sentence at the top: its text, its number, the sub-page to go to, and the queue."""

    text: str
    number: int = 1
    page: str = ""
    queue: str = ""


def alarms_of(figures: Figures, watch: Watch) -> list[Alarm]:
    """Return what needs a person now; empty when nothing does."""
    found = [*_parts(figures), *_late(figures)]
    counted = (
        Alarm("dead", figures.dead, "dead"),
        Alarm("parked", figures.sum.parts["parked"], "parked"),
        Alarm("technical", figures.notices.get("technical", 0), "outgoing?groupe=failed"),
        Alarm("uncarried", figures.uncarried),
    )
    found += [one for one in counted if one.number]
    ledger, tables = watch.ledger.result, watch.tables.result
    if ledger is not None and not ledger.adds_up:
        found.append(Alarm("ledger", len(ledger.differences)))
    if tables is not None and tables.errors:
        found.append(Alarm("tables", tables.errors, "settings"))
    return found


def _parts(figures: Figures) -> list[Alarm]:
    """Doors and relay of other machines need not be within reach of this one."""
    asked = ("store", "bus", *(("smtp", "web", "relay") if figures.alone else ()))
    # A folder of mail is made with its first mail
    silent = [part for part in asked if figures.health.get(part, "ok") not in ("ok", "no_folder")]
    if figures.depths is None and "bus" not in silent:
        silent.append("bus")
    return [Alarm(f"no_{part}") for part in silent]


def _late(figures: Figures) -> list[Alarm]:
    found = [
        Alarm("nobody", depth.ready, queue=depth.name)
        for depth in figures.depths or ()
        if not depth.consumers
    ]
    for queue, longest in LATE.items():
        oldest = figures.oldest.get(queue)
        if oldest is not None and figures.now - oldest > longest:
            minutes = int((figures.now - oldest).total_seconds() // 60)
            hours = minutes // 60
            found.append(
                Alarm("late", minutes, queue=queue)
                if minutes < IN_MINUTES
                else Alarm("late_hours", hours, queue=queue)
            )
    return found
