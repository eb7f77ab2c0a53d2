"""Mail with documents, opened by an intake that reads them; scanners that a test wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from functools import partial
from pathlib import Path

from services.intake.opening import Documents, open_envelope
from services.intake.readers import Readers
from services.intake.scanning import Tesseract, scan_documents
from services.intake.understood import Ours
from services.intake.unpacking import Viruses, read_documents
from shared.domain.envelope import Envelope
from shared.domain.reading import DocumentText, Message
from shared.events import DocumentsRead, EnvelopeReceived, Event, ScanWanted
from shared.ports.query import Query
from tests.saved_events import saved_events
from tests.taking_in import GINETTE, MAIN, Intake

#: What a scanner of a test sees on a page.
WORDS = ("Je", "demeure", "à", "Laval", "H7N", "1A1")


def letter(
    *documents: tuple[str, bytes],
    text: str = "Voir lettre jointe.",
    message_id: str = "1@courriel.example",
    logo: bytes = b"",
) -> bytes:
    """Return a mail with these documents attached, and perhaps a picture in its text."""
    message = MIMEMultipart()
    message["From"], message["To"] = f"Ginette Exemple <{GINETTE}>", MAIN
    message["Subject"], message["Message-ID"] = "Plainte", f"<{message_id}>"
    message.attach(MIMEText(text, "plain", "utf-8"))
    for name, data in documents:
        part = MIMEApplication(data)
        part.add_header("Content-Disposition", "attachment", filename=name)
        message.attach(part)
    if logo:
        picture = MIMEImage(logo, "png")
        picture.add_header("Content-ID", "<logo>")
        picture.add_header("Content-Disposition", "inline")
        message.attach(picture)
    return message.as_bytes()


@dataclass
class LetterIntake(Intake):
    """An intake that reads documents, in child processes as it does in life."""

    readers: Readers = field(default_factory=Readers)
    viruses: Viruses | None = None
    scans: bool = False

    async def open(self, event: EnvelopeReceived) -> Envelope:
        await open_envelope(
            event,
            store=self.store,
            clock=self.clock,
            keys=self.keys,
            ours=Ours(self.addresses),
            understand=self.readers.understand,
            documents=Documents(
                partial(
                    read_documents, readers=self.readers, viruses=self.viruses, scans=self.scans
                ),
                self.readers.propose,
            ),
        )
        envelope = await self.store.envelopes.get(event.envelope_id)
        assert envelope is not None
        return envelope

    def told(self) -> list[Event]:
        """Return every event that was saved and that nobody has taken from its queue."""
        return saved_events(self.store.file)

    async def the_message(self) -> Message:
        (message,) = await self.store.messages.find(Query(limit=10))
        return message


def tesseract(
    folder: Path,
    words: Sequence[str] = (),
    *,
    languages: Sequence[str] = ("eng", "fra", "osd"),
    certainty: int = 95,
    then: str = "",
) -> Path:
    """Write a program named tesseract that sees these words on every page; return its folder.

    `then` is a line of shell that it runs before it answers.
    """
    rows = [
        f"5\\t1\\t1\\t1\\t1\\t{number}\\t0\\t0\\t9\\t9\\t{certainty}\\t{word}"
        for number, word in enumerate(words, start=1)
    ]
    listed = "\\n".join(["List of available languages (3):", *languages])
    table = "\\n".join(rows)
    program = folder / "tesseract"
    program.write_text(
        f"""#!/bin/sh
if [ "$1" = --list-langs ]; then printf '{listed}\\n'; exit 0; fi
[ -s "$1" ] && [ "$2 $3 $5" = "stdout -l tsv" ] || exit 1
{then}
printf '{table}\\n'
""",
        "utf-8",
    )
    program.chmod(0o755)
    return folder


def wanted(intake: LetterIntake) -> ScanWanted:
    (event,) = [each for each in intake.told() if isinstance(each, ScanWanted)]
    return event


def read_since(intake: LetterIntake) -> list[DocumentsRead]:
    return [each for each in intake.told() if isinstance(each, DocumentsRead)]


async def scan(
    intake: LetterIntake, scanner: Tesseract | None, *, seconds: float = 30
) -> tuple[DocumentText, ...]:
    await scan_documents(
        wanted(intake),
        store=intake.store,
        clock=intake.clock,
        readers=intake.readers,
        scanner=scanner,
        seconds=seconds,
    )
    return (await intake.the_message()).documents


def in_folder(folder: Path) -> Tesseract:
    return Tesseract(str(folder / "tesseract"), "fra+eng")
