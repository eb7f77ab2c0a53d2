"""A case is found by what its messages say, and by what is attached to them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.intake.found_by import MOST_MESSAGES
from services.intake.readers import Readers
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.keys import Keys
from shared.ports.query import Words
from tests import papers
from tests.conftest import ToldClock
from tests.letters import WORDS, LetterIntake, in_folder, letter, scan, tesseract
from tests.taking_in import mail


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    pool = Readers(max_workers=1)
    yield pool
    asyncio.run(pool.close())


@pytest.fixture
def intake(
    store: SqliteStore, clock: ToldClock, keys: Keys, addresses: Addresses, readers: Readers
) -> LetterIntake:
    return LetterIntake(store, clock, keys, addresses, readers, scans=True)


async def found(intake: LetterIntake, text: str) -> int:
    return await intake.store.cases.count(Words(text))


async def test_a_case_is_found_by_who_wrote_and_by_every_word_of_theirs(
    intake: LetterIntake,
) -> None:
    end = "un mot après l'autre " * 40 + "enfin l'hydravion\r\n\r\n> cité autrefois"
    await intake.take(mail(text=end))
    assert await found(intake, "ginette hydravion") == 1
    assert await found(intake, "hydravions") == 0
    assert await found(intake, "autrefois") == 0


async def test_what_a_later_message_says_finds_its_case(intake: LetterIntake) -> None:
    await intake.take(mail())
    case = await intake.the_case()
    subject = f"Re: {case.reference}"
    for number in range(MOST_MESSAGES + 1):
        text = f"numero{number} hydravion"
        await intake.take(mail(subject=subject, text=text, message_id=f"{number}@x.example"))
    assert await found(intake, "semaines hydravion") == 1
    assert await found(intake, "numero1") == 1
    # Somebody who writes every day does not fill the index
    assert await found(intake, f"numero{MOST_MESSAGES}") == 0


async def test_a_letter_finds_its_case(intake: LetterIntake) -> None:
    await intake.take(letter(("lettre.docx", papers.docx("Mon hydravion est en panne."))))
    assert await found(intake, "plainte hydravion") == 1


async def test_a_scanned_letter_finds_its_case_once_it_is_read(
    intake: LetterIntake, tmp_path: Path
) -> None:
    await intake.take(letter(("lettre.pdf", papers.picture("PDF"))))
    assert await found(intake, "laval") == 0
    await scan(intake, in_folder(tesseract(tmp_path, WORDS)))
    assert await found(intake, "plainte laval h7n") == 1
