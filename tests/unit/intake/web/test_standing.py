"""Where a complaint stands."""

from __future__ import annotations

from datetime import date

from services.intake.standing import due_days, standing_of
from tests.pages_samples import NOW, OFFICE, RECEIVED, assigned_case, department, held_case


def test_a_case_that_is_not_there_yet_is_being_read() -> None:
    assert standing_of(None, [], department(), NOW).where == "reading"


def test_a_held_case_is_being_sorted_and_has_its_days() -> None:
    found = standing_of(held_case().case, [], department(), NOW)
    assert (found.where, found.unit) == ("sorting", None)
    assert found.due_on == date(2026, 12, 18)
    assert [step.key for step in found.steps] == ["received", "to_assign", "contact", "answer"]


def test_an_assigned_case_names_its_unit_and_what_was_done() -> None:
    sample = assigned_case()
    found = standing_of(sample.case, sample.notices, department(), NOW)
    assert found.unit is not None
    assert (found.where, found.unit.id) == ("with_unit", OFFICE)
    done = [step.key for step in found.steps if step.done]
    assert done == ["received", "assigned", "acknowledged"]


def test_a_closed_case_has_no_clock_and_nothing_to_come() -> None:
    found = standing_of(assigned_case().case.changed(state="closed"), [], department(), NOW)
    assert (found.where, found.line) == ("closed", None)
    assert all(step.done for step in found.steps)


def test_a_case_without_due_days_gets_those_of_the_standards() -> None:
    case = assigned_case().case.changed(due_on=None, contact_due_on=None)
    found = standing_of(case, [], department(), NOW)
    assert found.line is not None
    assert (found.line.contact, found.line.due) == (date(2026, 11, 24), date(2026, 12, 18))


def test_without_a_department_no_day_is_promised() -> None:
    assert due_days(None, RECEIVED) is None
    found = standing_of(assigned_case().case.changed(due_on=None), [], None, NOW)
    assert (found.line, found.unit) == (None, None)
