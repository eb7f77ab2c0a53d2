"""What a person notes about a case: contact with the person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.desk.acting import Actor
from services.desk.noting import contacted
from services.notifier.sample import sample_case, sample_department
from shared.errors import Refused

HERE = sample_department()
AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
LISE = Actor(by=" Lise Essai ", at=AT, department=HERE)
NOBODY = Actor(by=" ", at=AT, department=HERE)
CASE = sample_case("fr", HERE)


def test_contact_by_telephone_is_noted_once() -> None:
    case = contacted(CASE, LISE)
    assert (case.contacted_at, case.acted_at, case.contacted_by) == (AT, AT, "Lise Essai")
    with pytest.raises(Refused, match=r"in touch about .* on 2026-11-23"):
        contacted(case, LISE)
    with pytest.raises(Refused, match="is closed"):
        contacted(CASE.changed(state="closed"), LISE)


def test_nobody_notes_anything_without_a_name() -> None:
    with pytest.raises(Refused, match="Say who"):
        contacted(CASE, NOBODY)
