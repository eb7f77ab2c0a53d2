"""What is attached to a mail is read with it, and kept beside it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar, cast

import pytest

from services.intake.children import Children
from services.intake.papers import limits, unread
from services.intake.readers import Readers
from services.intake.unpacking import documents_of, read_documents, within
from services.intake.viruses import Clamd
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.keys import Keys
from shared.domain.reading import Attachment, DocumentText, Message, Reading
from shared.errors import Poison
from tests import papers
from tests.conftest import ToldClock
from tests.letters import LetterIntake, letter
from tests.papers import LETTER
from tests.scripted_clamd import VIRUS, clamd
from tests.taking_in import mail

T = TypeVar("T")


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    pool = Readers(max_workers=1)
    yield pool
    asyncio.run(pool.close())


@pytest.fixture
def intake(
    store: SqliteStore, clock: ToldClock, keys: Keys, addresses: Addresses, readers: Readers
) -> LetterIntake:
    return LetterIntake(store, clock, keys, addresses, readers)


async def documents(intake: LetterIntake, *attached: tuple[str, bytes]) -> tuple[DocumentText, ...]:
    await intake.take(letter(*attached))
    return (await intake.the_message()).documents


async def test_a_letter_is_read_and_kept_with_its_message(intake: LetterIntake) -> None:
    pdf, docx = await documents(
        intake, ("lettre.pdf", papers.pdf(LETTER)), ("annexe.docx", papers.docx("Oui"))
    )
    assert (pdf.name, pdf.text, pdf.pages, pdf.state) == ("lettre.pdf", LETTER, 1, "read")
    assert (docx.name, docx.text, docx.pages) == ("annexe.docx", "Oui", None)
    message = await intake.the_message()
    assert [each.part for each in message.reading.attachments] == [pdf.part, docx.part]


async def test_an_ordinary_mail_starts_no_children_for_documents(
    store: SqliteStore, clock: ToldClock, keys: Keys, addresses: Addresses
) -> None:
    readers = Readers(max_workers=1)
    intake = LetterIntake(store, clock, keys, addresses, readers)
    try:
        await intake.take(mail())
        await intake.take(letter(logo=papers.picture(), message_id="2@x.example"))
        assert readers.started
        assert not readers.papers.started
    finally:
        await readers.close()


async def test_a_redelivery_keeps_and_asks_for_nothing_twice(intake: LetterIntake) -> None:
    intake.scans = True
    event = await intake.keep(letter(("lettre.pdf", papers.picture("PDF"))))
    first = await intake.open(event)
    # A crash before the outcome was saved: everything is done again.
    await intake.store.envelopes.save(first.changed(outcome=None))
    await intake.open(event)
    assert (await intake.the_message()).version == 1
    kinds = [each.type for each in intake.told()]
    assert kinds == ["envelope.received", "scan.wanted", "case.opened"]


async def test_a_letter_that_joins_a_case_is_read_too(intake: LetterIntake) -> None:
    await intake.take(letter(("a.pdf", papers.pdf(LETTER))))
    case = await intake.the_case()
    reply = letter(("b.pdf", papers.picture("PDF")), message_id="2@courriel.example")
    intake.scans = True
    extra = b"In-Reply-To: <1@courriel.example>\n"
    envelope = await intake.take(extra + reply)
    assert (envelope.outcome_kind, envelope.case_id) == ("added", case.id)
    added = await intake.store.messages.get(envelope.id)
    assert added is not None
    assert [each.state for each in added.documents] == ["scan"]
    assert [each.type for each in intake.told()][-2:] == ["scan.wanted", "message.added"]


async def test_without_a_scanner_a_picture_is_for_a_person(intake: LetterIntake) -> None:
    (found,) = await documents(intake, ("photo.png", papers.picture()))
    assert (found.state, found.because, found.pages) == ("by_a_person", "no_scanner", 1)
    assert "scan.wanted" not in [each.type for each in intake.told()]


async def test_what_was_marked_as_spam_is_not_scanned(intake: LetterIntake) -> None:
    intake.scans = True
    await intake.take(letter(("photo.png", papers.picture())), spam=True)
    (found,) = (await intake.the_message()).documents
    assert (found.state, found.because) == ("by_a_person", "spam")
    assert "scan.wanted" not in [each.type for each in intake.told()]


async def test_one_bad_document_stops_no_other(intake: LetterIntake) -> None:
    bad, good = await documents(
        intake, ("a.docx", papers.zipped(("x", b"\0" * 20_000_000))), ("b.pdf", papers.pdf(LETTER))
    )
    assert (bad.state, bad.because) == ("too_large", "compressed_too_much")
    assert good.text == LETTER


async def test_documents_beyond_the_limit_are_for_a_person(intake: LetterIntake) -> None:
    many = [(f"{number}.txt", b"mot") for number in range(limits.DOCUMENTS + 2)]
    found = await documents(intake, *many)
    assert [each.because for each in found].count("too_many_documents") == 2
    assert {each.state for each in found} == {"read", "by_a_person"}
    assert found[limits.DOCUMENTS].state == "by_a_person"


async def test_a_virus_is_not_read_and_its_text_is_nowhere(intake: LetterIntake) -> None:
    async with clamd() as daemon:
        intake.viruses = Clamd(daemon.url)
        ill, well = await documents(
            intake, ("a.txt", b"mot " + VIRUS), ("b.pdf", papers.pdf(LETTER))
        )
    assert (ill.state, ill.because, ill.text) == ("infected", "virus_found", "")
    assert (well.state, well.because, well.text) == ("read", "", LETTER)


async def test_without_clamd_documents_are_read_and_marked(intake: LetterIntake) -> None:
    async with clamd() as daemon:
        gone = daemon.url
    intake.viruses = Clamd(gone)
    text, picture = await documents(
        intake, ("a.pdf", papers.pdf(LETTER)), ("b.png", papers.picture())
    )
    assert (text.text, text.because) == (LETTER, "not_checked_for_viruses")
    assert picture.because == "no_scanner not_checked_for_viruses"


async def test_a_virus_is_found_wherever_it_is_attached(intake: LetterIntake) -> None:
    many = [(f"{number}.txt", b"mot") for number in range(limits.DOCUMENTS)]
    logo = papers.picture() + VIRUS
    async with clamd() as daemon:
        intake.viruses = Clamd(daemon.url)
        await intake.take(letter(*many, ("last.txt", VIRUS), logo=logo))
    message = await intake.the_message()
    inline = next(each for each in message.reading.attachments if each.inline)
    infected = [each for each in message.documents if each.state == "infected"]
    assert {each.part for each in infected} == {
        message.documents[limits.DOCUMENTS].part,
        inline.part,
    }


class Slow(Readers):
    """Readers whose documents all take their whole time."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self.asked = 0

    async def parts_of(self, raw: bytes, paths: Sequence[str]) -> list[bytes]:
        return [b"" for _ in paths]

    async def read_document(
        self, data: bytes, *, part: str, name: str, declared: str
    ) -> DocumentText:
        self.asked += 1
        return unread(part, name, declared, "took_too_long")


async def test_a_message_that_keeps_the_children_busy_has_had_its_time() -> None:
    attached = tuple(
        Attachment(
            name="a.docx", content_type="x/y", detected_type="x/y", size=1, sha256="", part=str(at)
        )
        for at in range(30)
    )
    readers = Slow()
    found = await read_documents(b"", Reading(attachments=attached), readers=readers)
    assert readers.asked == limits.SLOW_DOCUMENTS
    assert {each.because for each in found} == {"took_too_long"}


async def test_names_in_archives_never_outgrow_the_message(intake: LetterIntake) -> None:
    entries = [(f"{number}" + "x" * 190, b"") for number in range(900)]
    (found,) = await documents(intake, ("a.zip", papers.zipped(*entries)))
    assert found.cut
    assert 0 < len(found.entries) <= limits.NAMES
    assert sum(map(len, found.entries)) <= limits.NAMES_CHARACTERS


class Distracted(Children):
    """Children that do something else than what they are asked to."""

    def __init__(self, what: Callable[..., object], *arguments: object) -> None:
        super().__init__(max_workers=1, seconds=1, megabytes=256)
        self.instead = what, arguments

    async def run(
        self, function: Callable[..., T], *args: object, seconds: float | None = None
    ) -> T:
        del function, args, seconds
        what, arguments = self.instead
        return cast("T", await super().run(what, *arguments))


@pytest.mark.parametrize(
    ("what", "arguments", "state", "because"),
    [
        (signal.pause, (), "too_large", "took_too_long"),
        (bytearray, (1 << 30,), "too_large", "used_too_much_memory"),
        (signal.raise_signal, (signal.SIGKILL,), "by_a_person", "died"),
    ],
)
async def test_a_child_that_fails_is_told_of_its_document_alone(
    what: Callable[..., object], arguments: tuple[object, ...], state: str, because: str
) -> None:
    readers = Readers(max_workers=1)
    readers.papers = Distracted(what, *arguments)
    try:
        found = await readers.read_document(b"x", part="2", name="a", declared="text/plain")
    finally:
        await readers.close()
    assert (found.state, found.because, found.part, found.name) == (state, because, "2", "a")


async def test_a_message_whose_parts_cannot_be_got_out_says_so() -> None:
    class Unopened(Readers):
        async def parts_of(self, raw: bytes, paths: object) -> list[bytes]:
            raise Poison("took_too_long")

    pdf = Attachment(
        name="a.pdf", content_type="application/pdf", detected_type="application/pdf",
        size=1, sha256="", part="2",
    )  # fmt: skip
    (found,) = await read_documents(b"", Reading(attachments=(pdf,)), readers=Unopened())
    assert (found.state, found.because, found.part) == ("too_large", "took_too_long", "2")


def test_pictures_in_the_text_and_signatures_are_no_documents() -> None:
    def attached(kind: str, *, inline: bool) -> Attachment:
        return Attachment(
            name="a", content_type=kind, detected_type=kind, size=1, sha256="", part="2",
            inline=inline,
        )  # fmt: skip

    kept = (
        attached("application/pdf", inline=True),  # as Apple Mail sends them
        attached("image/jpeg", inline=False),
    )
    left = (
        attached("image/png", inline=True),
        attached("application/pkcs7-signature", inline=False),
    )
    assert documents_of(Reading(attachments=(*kept, *left))) == list(kept)


def test_all_documents_of_a_message_share_their_room() -> None:
    one = DocumentText(part="2", name="a", type="text/plain", state="read", text="é" * 10)
    first, second, third = within([one, one, one], 30)
    assert (first.text, first.cut) == ("é" * 10, False)
    assert (second.text, second.cut) == ("é" * 5, True)
    assert (third.text, third.cut) == ("", True)


def test_a_message_that_was_kept_before_documents_were_read_still_loads() -> None:
    kept = Message(
        id="m", case_id="c", envelope_id="e", channel="mail",
        at=datetime(2026, 11, 20, tzinfo=UTC), reading=Reading(text="Bonjour", own_text="Bonjour"),
    )  # fmt: skip
    stored = json.loads(kept.model_dump_json())
    del stored["documents"]
    for field in ("signature", "forwarded", "mixed"):
        del stored["reading"][field]
    assert Message.model_validate_json(json.dumps(stored)) == kept
