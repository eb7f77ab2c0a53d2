"""When a sensitive case is told again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.notifier.receipts import repetitions, youngest
from services.notifier.sample import RECEIVED, sample_case, sample_department
from shared.domain.act import Receipt
from shared.domain.case import Case
from shared.domain.clocks import paused
from shared.domain.reading import Flag, FlagName
from shared.domain.standards import Repeat

DEPARTMENT = sample_department().model_copy(update={"authorities": ("a@x.example", "b@x.example")})


def flagged(*names: FlagName) -> Case:
    flags = tuple(Flag(name=name, words="x", start=0, end=1) for name in names)
    return sample_case("fr", DEPARTMENT).changed(flags=flags)


def moments(case: Case, hours: int, **standards: object) -> list[int]:
    """Return after how many hours something is told for the first time, looking each hour."""
    changed = DEPARTMENT.standards.model_copy(update=standards)
    department = DEPARTMENT.model_copy(update={"standards": changed})
    seen: set[str] = set()
    found = []
    for hour in range(hours):
        owed = repetitions(case, department, RECEIVED + timedelta(hours=hour))
        if new := {one.notice_id for one in owed} - seen:
            assert len(new) == 2
            found.append(hour)
            seen |= new
    return found


def test_it_is_told_again_each_day_by_the_clock_to_each_authority() -> None:
    """From Friday morning on: Saturday and Sunday count as any other day."""
    assert moments(flagged("sensitive"), 80) == [24, 48, 72]
    owed = repetitions(flagged("sensitive"), DEPARTMENT, RECEIVED + timedelta(hours=30))
    assert [(one.kind, one.recipient) for one in owed] == [
        ("unconfirmed", "a@x.example"),
        ("unconfirmed", "b@x.example"),
    ]


def test_a_pause_stops_no_repetition_and_a_possible_disclosure_goes_to_the_office_alone() -> None:
    case = paused(flagged("sensitive"), reason="pièce", by="Unité", at=RECEIVED)
    assert moments(case, 30) == [24]
    case = flagged("sensitive", "possible_disclosure")
    owed = repetitions(case, DEPARTMENT, RECEIVED + timedelta(hours=30))
    assert [one.recipient for one in owed] == [DEPARTMENT.office().mailbox]


@pytest.mark.parametrize(
    "fields",
    [
        {"receipt": Receipt(at=RECEIVED, by="Lise Essai")},
        {"state": "closed"},
        {"tray": "spam"},
        {"level": 2},
        {"flags": ()},
    ],
)
def test_what_is_confirmed_closed_or_was_never_told_is_not_told_again(
    fields: dict[str, object],
) -> None:
    assert moments(flagged("sensitive").changed(**fields), 60) == []


def test_a_case_that_nobody_has_sorted_is_told_again_too() -> None:
    assert moments(flagged("sensitive").changed(state="opened", assignment=None), 30) == [24]


def test_the_interval_is_that_of_the_day_of_receipt() -> None:
    later = date(2026, 11, 21)
    versions = (Repeat(hours=12, valid_to=date(2026, 11, 20)), Repeat(hours=48, valid_from=later))
    assert moments(flagged("sensitive"), 40, repeats=versions) == [12, 24, 36]
    assert moments(flagged("sensitive"), 100, repeats=()) == []


def test_a_short_interval_makes_rounds_look_at_cases_of_today() -> None:
    short = DEPARTMENT.standards.model_copy(update={"repeats": (Repeat(hours=2),)})
    department = DEPARTMENT.model_copy(update={"standards": short})
    assert youngest(department, RECEIVED) == RECEIVED - timedelta(hours=2)
