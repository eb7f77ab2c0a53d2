"""`recours read-again`: a case whose message could not be read, after a fix."""

from __future__ import annotations

from rich.console import Console

from services.commands.opened import case_named, with_backends
from services.intake.readers import Readers
from services.intake.rereading import read_again
from services.intake.serving import documents_by, ours_of
from shared.ports.store import Store
from shared.runtime.settings import Settings


def read_case_again(reference: str, settings: Settings, out: Console) -> int:
    """Read one case again and say what came of it; return the exit status."""

    async def work(store: Store, _: object) -> int:
        case = await case_named(store, reference)
        readers = Readers(max_workers=1)
        await readers.start()
        try:
            reading = await read_again(
                case,
                store=store,
                ours=ours_of(settings),
                understand=readers.understand,
                documents=documents_by(readers, settings, scans=settings.scans == "auto"),
            )
        finally:
            await readers.close()
        if reading.state == "failed":
            why = reading.failed_because
            out.print(f"{case.reference} still cannot be read: {why}. Nothing was changed.")
            return 1
        out.print(f"{case.reference} was read; it goes its way as if it had just come.")
        return 0

    return with_backends(settings, work)
