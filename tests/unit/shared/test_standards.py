"""Standards have versions, each for its days; those that do not follow each other are refused."""

from __future__ import annotations

from datetime import date

import pytest

from services.notifier.sample import sample_standards
from shared.domain.clocks import (
    due_days,
)
from shared.domain.standards import Standards
from tests.unit.shared.test_clocks import CALENDAR, at


def versions(**second: object) -> Standards:
    plain = sample_standards()
    others = [one for one in plain.standards if one.name != "answer"]
    (answer,) = (one for one in plain.standards if one.name == "answer")
    old = answer.model_copy(update={"valid_to": date(2026, 12, 31)})
    new = {"name": "answer", "days": 15, "target": 95, "valid_from": date(2027, 1, 1), **second}
    return Standards.model_validate(
        {"standards": [one.model_dump() for one in (*others, old)] + [new]}
    )


def test_the_version_of_the_day_of_receipt_counts() -> None:
    table = versions()
    assert table.days("answer", date(2026, 12, 31)) == 20
    assert table.days("answer", date(2027, 1, 1)) == 15
    assert due_days(CALENDAR, table, at(date(2026, 12, 31), 23, 59)).answer_on == date(2027, 1, 29)
    assert due_days(CALENDAR, table, at(date(2027, 1, 1))).answer_on == date(2027, 1, 22)


def test_versions_of_how_often_it_is_repeated_follow_each_other_too() -> None:
    plain = sample_standards()
    day, next_day = date(2026, 12, 31), date(2027, 1, 1)
    two = [{"hours": 24, "valid_to": day}, {"hours": 12, "valid_from": next_day}]
    table = Standards.model_validate({**plain.model_dump(), "repeats": two})
    found = [table.repeat(one) for one in (day, next_day)]
    assert [one.hours for one in found if one] == [24, 12]
    assert Standards(standards=plain.standards).repeat(day) is None
    with pytest.raises(ValueError, match="the versions of repeat overlap"):
        Standards.model_validate({**plain.model_dump(), "repeats": [two[0], {"hours": 12}]})


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"valid_from": date(2026, 12, 31)}, "overlap"),
        ({"valid_from": date(2027, 1, 2)}, "overlap or leave days without"),
        ({"valid_to": date(2028, 1, 1)}, "must not end"),
        ({"target": 101}, "less than or equal to 100"),
    ],
)
def test_versions_that_do_not_follow_each_other_are_refused(
    second: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        versions(**second)
