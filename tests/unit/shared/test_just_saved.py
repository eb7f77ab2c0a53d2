"""What was just saved is handed over once, and never when something newer may be in the store."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.adapters.just_saved import DOCUMENTS, JustSaved
from shared.domain.case_read import CaseRead


def a_read(number: int = 1, version: int = 1) -> CaseRead:
    return CaseRead(
        id=f"r{number}", version=version, case_id="c", at=datetime(2026, 11, 20, tzinfo=UTC), by="u"
    )


def saved(kept: JustSaved[CaseRead], document: CaseRead, raw: bytes | None = None) -> None:
    kept.expect(document.id)
    kept.put(document, raw)


def test_a_saved_document_is_handed_over_once() -> None:
    kept: JustSaved[CaseRead] = JustSaved()
    saved(kept, a_read(), b"raw")
    assert kept.take("r1") == a_read()
    assert kept.take("r1") is None
    assert kept.take_raw("r1") == b"raw"
    assert kept.take_raw("r1") is None


def test_while_a_newer_version_is_being_committed_the_older_one_is_gone() -> None:
    kept: JustSaved[CaseRead] = JustSaved()
    saved(kept, a_read(version=1))
    kept.expect("r1")
    assert kept.take("r1") is None


def test_who_asked_during_the_commit_leaves_nothing_behind_for_the_next() -> None:
    # The reader saw the store before or after the commit; the next version may come from its save.
    kept: JustSaved[CaseRead] = JustSaved()
    kept.expect("r1")
    assert kept.take("r1") is None
    kept.put(a_read(version=1), None)
    assert kept.take("r1") is None


def test_the_number_of_documents_is_bounded_and_the_oldest_goes_first() -> None:
    kept: JustSaved[CaseRead] = JustSaved()
    for number in range(DOCUMENTS + 1):
        saved(kept, a_read(number))
    assert kept.take("r0") is None
    assert kept.take(f"r{DOCUMENTS}") is not None
