"""A letter, typed or scanned, chooses the unit where the mail itself names no place."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.intake.readers import Readers
from services.router.assigning import assign_case
from services.router.locating.gazetteer import Gazetteer
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses, Department
from shared.domain.case import Case
from shared.domain.keys import Keys
from shared.domain.reading import Flag
from shared.errors import Poison, Transient
from shared.events import CaseOpened, DocumentsRead, Event
from tests import papers, shipped
from tests.conftest import ROOT, ToldClock
from tests.letters import WORDS, LetterIntake, in_folder, letter, read_since, scan, tesseract

FOLDER = ROOT / "deploy" / "department"


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    pool = Readers(max_workers=1)
    yield pool
    asyncio.run(pool.close())


@pytest.fixture(scope="module")
def department() -> Department:
    return shipped.department()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return shipped.gazetteer()


@pytest.fixture
def intake(
    store: SqliteStore, clock: ToldClock, keys: Keys, addresses: Addresses, readers: Readers
) -> LetterIntake:
    return LetterIntake(store, clock, keys, addresses, readers, scans=True)


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


async def test_a_scan_in_which_nobody_looked_for_signs_leads_its_case_to_no_unit(
    intake: LetterIntake, router: Routed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(letters: object) -> list[Flag]:
        raise Poison("died")

    monkeypatch.setattr(intake.readers, "flags_of", die)
    await intake.take(letter(("lettre.pdf", papers.picture("PDF"))))
    await router.opened()
    await scan(intake, in_folder(tesseract(tmp_path, WORDS)))
    held = (await router.read()).held
    assert held is not None
    assert held.reason == "nothing_proposed"
    assert router.decisions == ["case.held"]


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
    # Its words are looked for since; nothing else of it has changed
    assert (await router.read()).changed(version=held.version) == held
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
    assert (await router.read()).changed(version=held.version) == held


async def test_documents_of_a_case_that_is_not_there_yet_are_waited_for(
    intake: LetterIntake, router: Routed
) -> None:
    event = DocumentsRead(id="e", at=intake.clock.now(), case_id="nowhere", message_id="m")
    with pytest.raises(Transient):
        await router.take(event)
