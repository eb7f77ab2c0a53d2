"""`recours route`: which unit a message would go to, and why. Nothing is kept, nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from services.commands.handing_in import prepared
from services.commands.json_lines import print_line
from services.commands.mail_files import mail_files
from services.commands.understanding import Understood, envelope_of, understand
from services.intake.readers import Readers
from services.intake.scanning import find_scanner
from services.intake.triage import first_case
from services.router.assigning import decide, letters_of, text_of
from services.router.explaining import explain, report
from services.router.locating.gazetteer import load_gazetteer, locate
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.domain.case import Case
from shared.domain.document import new_id
from shared.domain.place import Location
from shared.runtime.settings import Settings

#: What a letter may help with, as in `assigning.decide`.
CURABLE = frozenset({"none", "ambiguous"})


def route_files(
    paths: Sequence[Path], settings: Settings, out: Console, *, as_json: bool, language: str
) -> None:
    """Print a sentence for each message, or one JSON line."""
    department = load_department(settings.department)
    gazetteer = load_gazetteer(settings.department)
    now = SystemClock().now()

    def place(case: Case, understood: Understood) -> Location:
        text = text_of(case, understood.reading)
        letters = letters_of(understood.reading, understood.documents)
        look = partial(
            locate, gazetteer=gazetteer, on=department.calendar.day_of(now), units=department.units
        )
        found = look(text)
        with_letters = (
            look(f"{text}\n\n{letters}") if letters and found.status in CURABLE else found
        )
        return (
            with_letters if found.status == "none" or with_letters.status == "resolved" else found
        )

    async def work() -> None:
        readers = Readers(max_workers=settings.readers)
        await readers.start()
        scanner = await find_scanner() if settings.scans == "auto" else None
        try:
            for message in prepared(mail_files(paths), department.addresses):
                rcpt_tos = tuple(message.rcpt_tos)
                envelope = envelope_of(message.raw, message.mail_from, rcpt_tos, now)
                understood = await understand(
                    message.raw,
                    envelope,
                    mail_from=message.mail_from,
                    readers=readers,
                    scanner=scanner,
                    addresses=department.addresses,
                )
                reading, documents, triage = understood
                case = first_case(
                    new_id(), envelope, reading, addresses=department.addresses, triage=triage
                )
                decision = decide(
                    case, reading, documents, department=department, gazetteer=gazetteer, at=now
                )
                if as_json:
                    print_line(report(message.name, place(case, understood), decision, department))
                else:
                    words = explain(decision, department, language)
                    out.print(f"{message.name}: {words}", markup=False, soft_wrap=True)
        finally:
            await readers.close()

    asyncio.run(work())
