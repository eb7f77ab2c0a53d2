"""`recours rules check` as the desk asks it: the tables of the folder, looked through anew."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from services.desk.returned_notices import returned_notices
from services.router.finding import Finding
from services.router.reach import Returned, dead_mailboxes
from shared.department import Department, load_department
from shared.errors import Misconfigured
from shared.ports.store import Store


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: the version of the tables in the folder, their sizes, and the findings.

    `broken` says why they cannot be loaded at all; nothing else is known then.
    """

    version: str = ""
    rules: int = 0
    units: int = 0
    findings: tuple[Finding, ...] = ()
    broken: str = ""

    @property
    def errors(self) -> int:
        return sum(one.severity == "error" for one in self.findings) + bool(self.broken)

    @property
    def warnings(self) -> int:
        return len(self.findings) + bool(self.broken) - self.errors


async def check_tables(folder: Path, store: Store, today: date) -> Checked:
    """Return what is wrong with the tables of a folder; takes seconds, in a thread."""
    try:
        department = await asyncio.to_thread(load_department, folder)
    except Misconfigured as error:
        return Checked(broken=str(error))
    returned = await returned_notices(store, department)
    return await asyncio.to_thread(_check, department, folder, returned, today)


def _check(
    department: Department, folder: Path, returned: dict[str, Returned], today: date
) -> Checked:
    # Half a second of imports that no other page of the desk needs
    from services.notifier.obligations import refuse_missing
    from services.notifier.rendering import Renderer
    from services.router.checking import check
    from services.router.locating.gazetteer import load_gazetteer

    try:
        gazetteer = load_gazetteer(folder)
        refuse_missing(department, today)
        Renderer(department)
    except Misconfigured as error:
        return Checked(broken=str(error))
    dead = dead_mailboxes(department, returned, today)
    findings = (*check(department, gazetteer, on=today), *dead)
    return Checked(
        version=department.version,
        rules=len(department.rules),
        units=len(department.units),
        findings=findings,
    )
