"""scan.wanted → documents.read: pictures of pages made text by Tesseract, where it is installed.

A case waits for no scan: it was routed, or held, without. What a scanner cannot read is left to a
person, and says why. A redelivery finds nothing that waits, and does nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from services.intake.found_by import words_of_letters
from services.intake.papers import limits
from services.intake.papers.found import kept_text
from services.intake.papers.pictures import page_picture
from services.intake.papers.scanned import words_of
from services.intake.proposals import with_flags_of_letters
from services.intake.readers import Readers
from services.intake.unpacking import because_of, left_to_a_person, room_beside, within
from shared.domain.reading import DocumentText, Flag, Message
from shared.errors import Conflict, Poison, Transient
from shared.events import DocumentsRead, ScanWanted, caused_by
from shared.ports.clock import Clock
from shared.ports.store import Store

_log = logging.getLogger(__name__)

#: What one document may take, all its pages together.
SECONDS = 60.0
#: Documents of one message that are scanned: ten minutes, and a broker waits thirty for an ack.
MOST_SCANS = 10
_LANGUAGES = ("fra", "eng")
_START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Tesseract:
    """An installed Tesseract. `languages` as it takes them: "fra+eng"."""

    path: str
    languages: str

    async def words(self, picture: bytes) -> str:
        """Return the words on a picture (PNG), "" when it cannot be read.

        The caller sets the deadline; whoever is cancelled kills it.
        """
        with TemporaryDirectory(prefix="recours-scan-") as folder:
            file = Path(folder) / "page.png"
            await asyncio.to_thread(file.write_bytes, picture)
            arguments = (str(file), "stdout", "-l", self.languages, "tsv")
            return words_of(await _output(self.path, *arguments))


async def find_scanner() -> Tesseract | None:
    """Return the Tesseract of this machine, None without one that knows French or English."""
    path = shutil.which("tesseract")
    if path is None:
        return None
    try:
        async with asyncio.timeout(_START_SECONDS):
            known = set((await _output(path, "--list-langs")).split())
    except (OSError, TimeoutError):
        known = set()
    languages = [language for language in _LANGUAGES if language in known]
    if not languages:
        _log.warning("tesseract knows neither French nor English")
        return None
    return Tesseract(path, "+".join(languages))


async def scan_documents(
    event: ScanWanted,
    *,
    store: Store,
    clock: Clock,
    readers: Readers,
    scanner: Tesseract | None,
    seconds: float = SECONDS,
) -> None:
    """Read what waits for a scan in a message, and save it with the event that says so.

    `seconds` is the deadline of one document. Raise Transient when store or children are away.
    """
    message = await store.messages.get(event.message_id)
    if message is None:
        raise Transient("message_missing")
    waiting = [document for document in message.documents if document.state == "scan"]
    if not waiting:
        return
    raw = await store.envelopes.raw(message.envelope_id)
    if raw is None:
        raise Transient("envelope_missing")
    scanned = await scan(raw, waiting, readers=readers, scanner=scanner, seconds=seconds)
    searched = await _propose(message, scanned, store, readers)
    await _save(message, scanned, event, store, clock, searched=searched)


async def scan(
    raw: bytes,
    waiting: Sequence[DocumentText],
    *,
    readers: Readers,
    scanner: Tesseract | None,
    seconds: float = SECONDS,
) -> dict[str, DocumentText]:
    """Return what became of documents of a message that wait for a scan, by their part."""
    scanned: dict[str, DocumentText] = {}
    try:
        parts = await _parts(raw, waiting, readers)
    except Poison as error:
        return {each.part: left_to_a_person(each, error.code) for each in waiting}
    for document in waiting:
        data = parts.get(document.part)
        if data is None:
            scanned[document.part] = left_to_a_person(document, "too_many_scans")
        elif scanner is None:
            scanned[document.part] = left_to_a_person(document, "no_scanner")
        else:
            scanned[document.part] = await _scanned(document, data, readers, scanner, seconds)
    return scanned


async def _parts(
    raw: bytes, waiting: Sequence[DocumentText], readers: Readers
) -> Mapping[str, bytes]:
    paths = [document.part for document in waiting[:MOST_SCANS]]
    return dict(zip(paths, await readers.parts_of(raw, paths), strict=True))


async def _scanned(
    document: DocumentText, data: bytes, readers: Readers, scanner: Tesseract, seconds: float
) -> DocumentText:
    pages = document.pages or 1
    texts: list[str] = []
    because = ""
    try:
        async with asyncio.timeout(seconds):
            for number in range(min(pages, limits.SCANNED_PAGES)):
                picture = await readers.scans.run(page_picture, data, number, seconds=seconds)
                texts.append(await scanner.words(picture) if picture else "")
    except TimeoutError:
        because = "took_too_long"
    except Poison as error:
        because = error.code
    except OSError as error:
        _log.warning("tesseract did not start", extra={"code": type(error).__name__})
        because = "no_scanner"
    words = [document.text, *(text for text in texts if text)]
    if len(words) == 1:
        return left_to_a_person(document, because or "scan_unreadable")
    text, cut = kept_text("\n\n".join(words), limits.TEXT_BYTES)
    some_left = bool(because) or pages > len(texts)
    return document.model_copy(
        update={
            "state": "read",
            "text": text,
            "cut": document.cut or cut or some_left,
            "because": because_of(document.because, because),
        }
    )


async def _propose(
    message: Message, scanned: Mapping[str, DocumentText], store: Store, readers: Readers
) -> bool:
    """Let what was read add flags and words to the case, before the message says that nothing
    waits; return False where no flags could be looked for."""
    letters = [document for document in scanned.values() if document.state == "read"]
    if not letters:
        return True
    flags = await _flags_of(letters, readers)
    while True:
        case = await store.cases.get(message.case_id)
        if case is None:
            raise Transient("case_missing")  # the message is saved before its case
        proposed = with_flags_of_letters(case, message, flags or ())
        try:
            await store.cases.save(proposed, words=words_of_letters(letters))
        except Conflict:
            continue
        return flags is not None


async def _flags_of(letters: Sequence[DocumentText], readers: Readers) -> list[Flag] | None:
    """Return what stands in the letters, None where that goes wrong: it must not cost them."""
    try:
        return await readers.flags_of(letters)
    except Poison as error:
        _log.error("nothing proposed", extra={"reason": error.code})
        return None


async def _save(
    message: Message,
    scanned: Mapping[str, DocumentText],
    event: ScanWanted,
    store: Store,
    clock: Clock,
    *,
    searched: bool,
) -> None:
    """Save what was read; whoever saved the message meanwhile is not overwritten. Letters that
    could not be `searched` for signs leave a defect, so that a person looks."""
    while any(document.state == "scan" for document in message.documents):
        documents = within(
            (
                scanned.get(document.part, document) if document.state == "scan" else document
                for document in message.documents
            ),
            room_beside(message.reading),
        )
        told = DocumentsRead(
            id=caused_by(event.id, "documents.read"),
            at=clock.now(),
            case_id=message.case_id,
            message_id=message.id,
        )
        is_read = any(document.state == "read" for document in scanned.values())
        reading = message.reading if searched else message.reading.not_searched()
        try:
            await store.messages.save(
                message.changed(documents=documents, reading=reading),
                emit=[told] if is_read else [],
            )
        except Conflict:
            message = await store.messages.get(message.id) or message
            continue
        return


async def _output(path: str, *arguments: str) -> str:
    """Return what a program writes; it dies with whoever waits for it."""
    process = await asyncio.create_subprocess_exec(
        path,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # a group of its own, so that all of it can be killed
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return output.decode("utf-8", "replace")
