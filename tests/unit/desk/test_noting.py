"""What a person notes about a case: receipt of its alert, contact with the person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.desk.acting import Actor
from services.desk.noting import confirmed, contacted
from services.notifier.sample import sample_case, sample_department
from shared.domain.reading import Flag
from shared.errors import Refused

HERE = sample_department()
AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
LISE = Actor(by=" Lise Essai ", at=AT, department=HERE)
NOBODY = Actor(by=" ", at=AT, department=HERE)
CASE = sample_case("fr", HERE)
SENSITIVE = CASE.changed(flags=(Flag(name="sensitive", words="x", start=0, end=1),))


def test_receipt_is_noted_with_who_and_when_and_stops_no_clock() -> None:
    case = confirmed(SENSITIVE, LISE)
    assert case.receipt is not None
    assert (case.receipt.by, case.receipt.at) == ("Lise Essai", AT)
    assert not case.awaits_receipt
    assert (case.acted_at, case.contacted_at) == (None, None)


def test_receipt_is_confirmed_once_and_the_second_hears_by_whom() -> None:
    with pytest.raises(Refused, match=r"Lise Essai confirmed receipt of .* on 2026-11-23"):
        confirmed(confirmed(SENSITIVE, LISE), Actor(by="Paul", at=AT, department=HERE))


@pytest.mark.parametrize(
    "case",
    [
        CASE,
        SENSITIVE.changed(state="closed"),
        SENSITIVE.changed(tray="spam"),
        SENSITIVE.changed(level=2),
    ],
)
def test_where_nothing_was_told_there_is_nothing_to_confirm(case: object) -> None:
    with pytest.raises(Refused, match="told to nobody as sensitive"):
        confirmed(case, LISE)  # type: ignore[arg-type] # each is a case


def test_contact_by_telephone_is_noted_once() -> None:
    case = contacted(CASE, LISE)
    assert (case.contacted_at, case.acted_at, case.contacted_by) == (AT, AT, "Lise Essai")
    with pytest.raises(Refused, match=r"in touch about .* on 2026-11-23"):
        contacted(case, LISE)
    with pytest.raises(Refused, match="is closed"):
        contacted(CASE.changed(state="closed"), LISE)


def test_nobody_notes_anything_without_a_name() -> None:
    for note, case in ((confirmed, SENSITIVE), (contacted, CASE)):
        with pytest.raises(Refused, match="Say who"):
            note(case, NOBODY)
