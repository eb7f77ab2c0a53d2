"""Scanned letters are read after their case was routed or held, and lead a held case on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.intake.children import Readers
from services.intake.scanning import MOST_SCANS, Tesseract, scan_documents
from services.router.assigning import assign_case
from services.router.locating.gazetteer import Gazetteer, load_gazetteer
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses, Department, load_department
from shared.domain.case import Case
from shared.domain.keys import Keys
from shared.domain.reading import DocumentText
from shared.errors import Transient
from shared.events import CaseOpened, DocumentsRead, Event, ScanWanted
from shared.ports.query import Query
from tests import papers
from tests.conftest import ROOT, ToldClock
from tests.letters import LetterIntake, letter, tesseract
from tests.waiting import until

WORDS = ("Je", "demeure", "à", "Laval", "H7N", "1A1")
FOLDER = ROOT / "deploy" / "department"


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    pool = Readers(max_workers=1)
    yield pool
    asyncio.run(pool.close())


@pytest.fixture(scope="module")
def department() -> Department:
    return load_department(FOLDER)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(FOLDER)


@pytest.fixture
def intake(
    store: SqliteStore, clock: ToldClock, keys: Keys, addresses: Addresses, readers: Readers
) -> LetterIntake:
    return LetterIntake(store, clock, keys, addresses, readers, scans=True)


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


def runs(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def in_folder(folder: Path) -> Tesseract:
    return Tesseract(str(folder / "tesseract"), "fra+eng")


async def test_a_scanned_letter_becomes_text(intake: LetterIntake, tmp_path: Path) -> None:
    await intake.take(letter(("lettre.pdf", papers.picture("PDF", pages=2))))
    (found,) = await scan(intake, in_folder(tesseract(tmp_path, WORDS)))
    line = "Je demeure à Laval H7N 1A1"
    assert (found.state, found.text) == ("read", f"{line}\n\n{line}")
    assert (found.because, found.cut, found.pages) == ("", False, 2)
    (told,) = read_since(intake)
    assert told.message_id == wanted(intake).message_id


async def test_a_redelivery_scans_nothing_twice(intake: LetterIntake, tmp_path: Path) -> None:
    await intake.take(letter(("lettre.png", papers.picture())))
    first = await scan(intake, in_folder(tesseract(tmp_path, WORDS)))
    assert await scan(intake, in_folder(tesseract(tmp_path, ("Autre", "chose", "ici")))) == first
    assert len(read_since(intake)) == 1
    assert (await intake.the_message()).version == 2


async def test_a_scanned_letter_adds_its_flags_to_the_case_once(
    intake: LetterIntake, tmp_path: Path
) -> None:
    await intake.take(letter(("lettre.png", papers.picture())))
    words = ("Je", "conteste", "la", "décision", "du", "3", "novembre")
    scanner = in_folder(tesseract(tmp_path, words))
    await asyncio.gather(scan(intake, scanner), scan(intake, scanner))
    (found,) = await scan(intake, scanner)
    (case,) = await intake.store.cases.find(Query())
    (flag,) = case.flags
    assert (flag.name, flag.where) == ("possible_review", found.part)
    assert found.text[flag.start : flag.end] == flag.words


async def test_two_at_the_same_moment_save_one(intake: LetterIntake, tmp_path: Path) -> None:
    await intake.take(letter(("lettre.png", papers.picture())))
    scanner = in_folder(tesseract(tmp_path, WORDS))
    await asyncio.gather(scan(intake, scanner), scan(intake, scanner))
    assert (await intake.the_message()).version == 2
    assert len(read_since(intake)) == 1


@pytest.mark.parametrize("certainty", [10, 49])
async def test_a_photograph_is_for_a_person(
    intake: LetterIntake, tmp_path: Path, certainty: int
) -> None:
    await intake.take(letter(("photo.jpg", papers.picture("JPEG"))))
    (found,) = await scan(intake, in_folder(tesseract(tmp_path, WORDS, certainty=certainty)))
    assert (found.state, found.because) == ("by_a_person", "scan_unreadable")
    assert read_since(intake) == []


async def test_a_scanner_that_hangs_is_killed_with_all_it_started(
    intake: LetterIntake, tmp_path: Path
) -> None:
    await intake.take(letter(("lettre.png", papers.picture())))
    note = tmp_path / "started"
    slow = tesseract(tmp_path, WORDS, then=f"sleep 60 & echo $! > {note}; wait")
    (found,) = await scan(intake, in_folder(slow), seconds=2)
    assert (found.state, found.because) == ("by_a_person", "took_too_long")
    started = int(note.read_text("ascii"))
    await until(lambda: not runs(started))


async def test_without_a_scanner_what_waits_is_left_to_a_person(intake: LetterIntake) -> None:
    await intake.take(letter(("lettre.png", papers.picture())))
    (found,) = await scan(intake, None)
    assert (found.state, found.because) == ("by_a_person", "no_scanner")


async def test_a_scanner_that_was_taken_away_is_missed(
    intake: LetterIntake, tmp_path: Path
) -> None:
    await intake.take(letter(("lettre.png", papers.picture())))
    (found,) = await scan(intake, in_folder(tmp_path))
    assert (found.state, found.because) == ("by_a_person", "no_scanner")


async def test_pages_and_documents_past_the_limits_are_left(
    intake: LetterIntake, tmp_path: Path
) -> None:
    long = ("fax.tiff", papers.picture("TIFF", pages=12))
    others = [(f"{number}.png", papers.picture()) for number in range(MOST_SCANS)]
    await intake.take(letter(long, *others))
    found = await scan(intake, in_folder(tesseract(tmp_path, WORDS)))
    assert (found[0].state, found[0].cut, found[0].text.count("Laval")) == ("read", True, 10)
    assert (found[-1].state, found[-1].because) == ("by_a_person", "too_many_scans")


async def test_a_message_that_is_not_there_yet_is_waited_for(intake: LetterIntake) -> None:
    event = ScanWanted(id="e", at=intake.clock.now(), case_id="c", message_id="nowhere")
    with pytest.raises(Transient):
        await scan_documents(
            event, store=intake.store, clock=intake.clock, readers=intake.readers, scanner=None
        )


class Routed:
    """The router's part: what it does with the events of an intake."""

    def __init__(self, intake: LetterIntake, department: Department, gazetteer: Gazetteer) -> None:
        self.intake, self.department, self.gazetteer = intake, department, gazetteer

    async def take(self, event: Event) -> Case:
        assert isinstance(event, CaseOpened | DocumentsRead)
        await assign_case(
            event,
            store=self.intake.store,
            clock=self.intake.clock,
            department=self.department,
            gazetteer=self.gazetteer,
        )
        return await self.intake.the_case()

    async def opened(self) -> Case:
        (event,) = [each for each in self.intake.told() if isinstance(each, CaseOpened)]
        return await self.take(event)

    async def read(self) -> Case:
        (event,) = read_since(self.intake)
        return await self.take(event)

    @property
    def decisions(self) -> list[str]:
        kinds = [each.type for each in self.intake.told()]
        return [kind for kind in kinds if kind in {"case.assigned", "case.held"}]


@pytest.fixture
def router(intake: LetterIntake, department: Department, gazetteer: Gazetteer) -> Routed:
    return Routed(intake, department, gazetteer)


async def test_a_mail_that_only_says_see_attached_goes_where_its_letter_says(
    intake: LetterIntake, router: Routed
) -> None:
    await intake.take(letter(("lettre.pdf", papers.pdf(papers.LETTER))))
    case = await router.opened()
    assert (case.state, case.unit_id) == ("assigned", "DR-13")
    assert case.assignment is not None
    assert "Laval" in [clue.words for clue in case.assignment.evidence]


async def test_the_person_s_own_words_come_before_the_letter(
    intake: LetterIntake, router: Routed
) -> None:
    own = "J’habite à Gatineau, J8X 2A1. Voir la lettre du bureau."
    await intake.take(letter(("lettre.pdf", papers.pdf(papers.LETTER)), text=own))
    assert (await router.opened()).unit_id == "DR-07"


async def test_a_held_case_goes_on_when_its_scan_is_read(
    intake: LetterIntake, router: Routed, tmp_path: Path
) -> None:
    await intake.take(letter(("lettre.pdf", papers.picture("PDF"))))
    held = await router.opened()
    assert held.held is not None
    assert (held.state, held.held.reason) == ("held", "no_place")
    await scan(intake, in_folder(tesseract(tmp_path, WORDS)))
    case = await router.read()
    assert (case.state, case.unit_id, case.held) == ("assigned", "DR-13", None)
    assert (case.contact_due_on, case.due_on) == (held.contact_due_on, held.due_on)
    assert await router.read() == case
    assert router.decisions == ["case.held", "case.assigned"]


async def test_a_scan_that_is_read_before_the_case_is_routed_counts_once(
    intake: LetterIntake, router: Routed, tmp_path: Path
) -> None:
    await intake.take(letter(("lettre.pdf", papers.picture("PDF"))))
    await scan(intake, in_folder(tesseract(tmp_path, WORDS)))
    case = await router.read()
    assert case.unit_id == "DR-13"
    assert await router.opened() == case
    assert router.decisions == ["case.assigned"]


async def test_a_scan_without_a_place_tells_nobody_twice(
    intake: LetterIntake, router: Routed, tmp_path: Path
) -> None:
    await intake.take(letter(("lettre.pdf", papers.picture("PDF"))))
    held = await router.opened()
    await scan(intake, in_folder(tesseract(tmp_path, ("Personne", "ne", "répond"))))
    intake.clock.pass_by(minutes=5)
    assert await router.read() == held
    assert router.decisions == ["case.held"]


async def test_a_case_that_a_person_took_is_left_alone(
    intake: LetterIntake, router: Routed, tmp_path: Path
) -> None:
    await intake.take(letter(("lettre.pdf", papers.picture("PDF"))))
    await scan(intake, in_folder(tesseract(tmp_path, WORDS)))
    await router.opened()
    case = await intake.the_case()
    closed = await intake.store.cases.save(case.changed(state="closed"))
    assert await router.read() == closed


async def test_what_is_held_for_another_reason_is_left_alone(
    intake: LetterIntake, router: Routed, tmp_path: Path
) -> None:
    own = "J’habite à Laval H7N 1A1, mon frère à Gatineau J8X 2A1."
    await intake.take(letter(("lettre.pdf", papers.picture("PDF")), text=own))
    held = await router.opened()
    assert held.held is not None
    assert held.held.reason == "conflicting_places"
    await scan(intake, in_folder(tesseract(tmp_path, WORDS)))
    assert await router.read() == held


async def test_documents_of_a_case_that_is_not_there_yet_are_waited_for(
    intake: LetterIntake, router: Routed
) -> None:
    event = DocumentsRead(id="e", at=intake.clock.now(), case_id="nowhere", message_id="m")
    with pytest.raises(Transient):
        await router.take(event)
