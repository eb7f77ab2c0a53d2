"""Held cases for who sorts them: how long each waits, and the unit that comes first."""

from __future__ import annotations

from datetime import date

from rich.console import Console

from services.commands.listing import local, table_of
from shared.adapters.system_clock import SystemClock
from shared.department import Department
from shared.domain.assignment import Candidate, Held
from shared.domain.case import Case


def show_held(out: Console, cases: list[Case], total: int, department: Department) -> None:
    """Print a row for each held case: its age, why it is held, and who comes first and why."""
    today = department.calendar.day_of(SystemClock().now())
    table = table_of(
        "reference", "received", "state", "age", "first candidate", "due", "lang", "subject"
    )
    for case in cases:
        if case.held is None:
            continue
        table.add_row(
            case.reference,
            local(case.received_at),
            f"held: {case.held.reason}",
            age_of(case.held, department, today),
            _first(case.held.candidates),
            case.due_on_text or "",
            case.language,
            case.subject[:60],
        )
    out.print(table)
    out.print(f"{len(cases)} of {total} cases")


def age_of(held: Held, department: Department, today: date) -> str:
    """Return how many business days a case has waited, and whether that is over the standard."""
    calendar = department.calendar
    allowed = department.standards.days("sorting", calendar.day_of(held.at))
    waited = calendar.between(calendar.day_of(held.at), today)
    return f"{waited} d{', late' if waited > allowed else ''}"


def held_since(held: Held, department: Department) -> str:
    """Return since when, and how old that is today."""
    today = department.calendar.day_of(SystemClock().now())
    return f"since {local(held.at)}, {age_of(held, department, today)}"


def _first(candidates: tuple[Candidate, ...]) -> str:
    """Return the first candidate with its best clue, and how many more there are."""
    if not candidates:
        return "nobody"
    clues = candidates[0].evidence
    words = f" ({' '.join(clues[0].words.split())[:30]})" if clues else ""
    more = f", {len(candidates) - 1} more" if len(candidates) > 1 else ""
    return f"{candidates[0].unit_id}{words}{more}"
