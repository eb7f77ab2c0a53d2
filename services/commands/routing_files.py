"""`recours route`: which unit a message would go to, and why. Nothing is kept, nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from services.commands.handing_in import prepared
from services.commands.json_lines import print_line
from services.commands.mail_files import mail_files
from services.intake.children import Readers
from services.intake.triage import first_case
from services.router.assigning import text_of
from services.router.explaining import explain, report
from services.router.locating.gazetteer import load_gazetteer, locate
from services.router.routing import route
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.domain.assignment import Assignment, Held
from shared.domain.document import new_id
from shared.domain.envelope import Envelope
from shared.domain.place import Location
from shared.domain.reading import Reading
from shared.runtime.settings import Settings


def route_files(
    paths: Sequence[Path], settings: Settings, out: Console, *, as_json: bool, language: str
) -> None:
    """Print a sentence for each message, or one JSON line."""
    department = load_department(settings.department)
    gazetteer = load_gazetteer(settings.department)
    now = SystemClock().now()

    def decide(envelope: Envelope, reading: Reading) -> tuple[Location, Assignment | Held]:
        case = first_case(new_id(), envelope, reading, addresses=department.addresses)
        text = text_of(case, reading)
        on = department.calendar.day_of(now)
        location = locate(text, gazetteer, on=on, units=department.units)
        return location, route(case, text, department=department, gazetteer=gazetteer, at=now)

    async def work() -> None:
        readers = Readers(max_workers=settings.readers)
        await readers.start()
        try:
            for message in prepared(mail_files(paths), department.addresses):
                reading = await readers.read(
                    message.raw, mail_from=message.mail_from, own_domains=frozenset()
                )
                envelope = Envelope(
                    id=new_id(),
                    channel="mail",
                    received_at=now,
                    mail_from=message.mail_from,
                    rcpt_tos=tuple(message.rcpt_tos),
                    size=len(message.raw),
                    sha256="",
                )
                location, decision = decide(envelope, reading)
                if as_json:
                    found = report(message.name, location, decision, department)
                    print_line(found)
                else:
                    words = explain(decision, department, language)
                    out.print(f"{message.name}: {words}", markup=False, soft_wrap=True)
        finally:
            await readers.close()

    asyncio.run(work())
