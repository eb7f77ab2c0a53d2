"""Documents held between two tries."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services.intake.documents import Posted
from services.intake.holding import HeldDocuments
from services.intake.limits import FormLimits
from shared.domain.keys import Keys
from tests.pages_samples import KEYS, NOW, StoppedClock

PDF = Posted("avis.pdf", b"%PDF-1.4", "pdf")


def held_in(
    folder: Path, clock: StoppedClock | None = None, keys: Keys = KEYS, held_bytes: int = 1000
) -> HeldDocuments:
    limits = FormLimits(held_bytes=held_bytes)
    return HeldDocuments(folder, keys=keys, clock=clock or StoppedClock(), limits=limits)


def test_a_held_document_comes_back(tmp_path: Path) -> None:
    held = held_in(tmp_path).hold(PDF)
    assert held is not None
    found = held_in(tmp_path).find(held.token)
    assert found is not None
    assert (found.name, found.kind, found.data) == ("avis.pdf", "pdf", PDF.data)


def test_a_process_without_the_folder_says_that_it_is_gone(tmp_path: Path) -> None:
    held = held_in(tmp_path / "one").hold(PDF)
    assert held is not None
    found = held_in(tmp_path / "two").find(held.token)
    assert found is not None
    assert (found.name, found.data) == ("avis.pdf", None)


def test_a_token_that_we_did_not_sign_is_worth_nothing(tmp_path: Path) -> None:
    held = held_in(tmp_path).hold(PDF)
    assert held is not None
    assert held_in(tmp_path, keys=Keys([b"x" * 32])).find(held.token) is None
    assert held_in(tmp_path).find("../../etc/passwd") is None


def test_a_document_is_gone_after_its_hour(tmp_path: Path) -> None:
    clock = StoppedClock()
    documents = held_in(tmp_path, clock)
    held = documents.hold(PDF)
    assert held is not None
    clock.at = NOW + timedelta(hours=1, seconds=1)
    found = documents.find(held.token)
    assert found is not None
    assert found.data is None
    documents.hold(PDF._replace(data=b"other"))
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_is_held_beyond_the_room_there_is(tmp_path: Path) -> None:
    documents = held_in(tmp_path, held_bytes=10)
    assert documents.hold(PDF) is not None
    assert documents.hold(PDF) is None


def test_a_document_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "held"
    held_in(folder).hold(PDF)
    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_forgotten_document_leaves_nothing(tmp_path: Path) -> None:
    documents = held_in(tmp_path)
    held = documents.hold(PDF)
    assert held is not None
    documents.forget(held)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(tmp_path / "private")
    (tmp_path / "private").mkdir(mode=0o700)
    assert held_in(tmp_path / "open").hold(PDF) is None
    assert held_in(tmp_path / "link").hold(PDF) is None
    assert held_in(tmp_path / "private").hold(PDF) is not None


def test_old_documents_go_when_a_page_is_shown(tmp_path: Path) -> None:
    clock = StoppedClock()
    documents = held_in(tmp_path / "held", clock)
    documents.hold(PDF)
    clock.at = NOW + timedelta(minutes=59)
    documents.tidy()
    assert len(list((tmp_path / "held").iterdir())) == 1
    clock.at = NOW + timedelta(hours=2)
    documents.tidy()
    assert list((tmp_path / "held").iterdir()) == []


def test_a_folder_that_cannot_be_written_holds_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    assert held_in(blocked).hold(PDF) is None
