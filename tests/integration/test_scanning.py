"""Scanned letters become text once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.intake.readers import Readers
from services.intake.scanning import MOST_SCANS, scan_documents
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.keys import Keys
from shared.domain.reading import Flag
from shared.errors import Poison, Transient
from shared.events import ScanWanted
from shared.ports.query import Query
from tests import papers
from tests.conftest import ToldClock
from tests.letters import (
    WORDS,
    LetterIntake,
    in_folder,
    letter,
    read_since,
    scan,
    tesseract,
    wanted,
)
from tests.waiting import until


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


def runs(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


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
    assert (await intake.the_message()).reading.searched


async def test_a_scanned_letter_is_kept_though_nothing_can_be_proposed(
    intake: LetterIntake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def die(letters: object) -> list[Flag]:
        raise Poison("died")

    monkeypatch.setattr(intake.readers, "flags_of", die)
    await intake.take(letter(("lettre.png", papers.picture())))
    words = ("Je", "conteste", "la", "décision", "du", "3", "novembre")
    (found,) = await scan(intake, in_folder(tesseract(tmp_path, words)))
    assert (found.state, found.text) == ("read", " ".join(words))
    (case,) = await intake.store.cases.find(Query())
    assert case.flags == ()
    assert not (await intake.the_message()).reading.searched
    assert len(read_since(intake)) == 1
    assert "nothing proposed" in caplog.text
    assert "conteste" not in caplog.text


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


async def test_a_message_whose_parts_cannot_be_got_out_again_waits_no_longer(
    intake: LetterIntake,
) -> None:
    class Unopened(Readers):
        async def parts_of(self, raw: bytes, paths: object) -> list[bytes]:
            raise Poison("died")

    await intake.take(letter(("lettre.png", papers.picture())))
    await scan_documents(
        wanted(intake), store=intake.store, clock=intake.clock, readers=Unopened(), scanner=None
    )
    (found,) = (await intake.the_message()).documents
    assert (found.state, found.because) == ("by_a_person", "died")


async def test_a_message_that_is_not_there_yet_is_waited_for(intake: LetterIntake) -> None:
    event = ScanWanted(id="e", at=intake.clock.now(), case_id="c", message_id="nowhere")
    with pytest.raises(Transient):
        await scan_documents(
            event, store=intake.store, clock=intake.clock, readers=intake.readers, scanner=None
        )
