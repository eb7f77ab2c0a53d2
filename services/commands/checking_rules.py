"""`recours rules check`: the tables and the templates, before they are used."""

from __future__ import annotations

from rich.console import Console

from services.commands.returned_notices import ask_store
from services.notifier.obligations import refuse_missing
from services.notifier.rendering import Renderer
from services.router.checking import check
from services.router.locating.gazetteer import load_gazetteer
from services.router.reach import dead_mailboxes
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.errors import Misconfigured
from shared.runtime.settings import Settings


def check_rules(settings: Settings, out: Console) -> int:
    """Print every finding with its file and line; return 1 when one is an error."""
    try:
        department = load_department(settings.department)
        gazetteer = load_gazetteer(settings.department)
        today = department.calendar.day_of(SystemClock().now())
        refuse_missing(department, today)
        Renderer(department)
    except Misconfigured as error:
        out.print(str(error), markup=False, soft_wrap=True)
        return 1
    returned = ask_store(department, settings)
    dead = dead_mailboxes(department, returned or {}, today)
    findings = [*check(department, gazetteer, on=today), *dead]
    for finding in findings:
        out.print(str(finding), markup=False, soft_wrap=True)
    errors = sum(finding.severity == "error" for finding in findings)
    out.print(
        f"{len(department.rules)} rules, {len(department.units)} units, version "
        f"{department.version}: {errors} errors, {len(findings) - errors} warnings."
    )
    if returned is None:
        out.print("No store answered, so returned notices were not looked at.")
    return 1 if errors else 0
