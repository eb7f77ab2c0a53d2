"""Which budgets a notice uses up."""

from __future__ import annotations

from datetime import UTC, datetime

from services.notifier.budgets import budgets_for
from services.notifier.composing import compose
from services.notifier.letter import Letter
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from shared.department import Department
from shared.domain.notice import NoticeKind
from shared.ports.query import Equal

DEPARTMENT = sample_department()
CASE = sample_case("fr", DEPARTMENT)


def letter(kind: NoticeKind, department: Department = DEPARTMENT) -> Letter:
    case = sample_case("fr", department, kind=kind)
    return compose(kind, case, sample_head(department), RECEIVED)


def test_an_acknowledgement_uses_up_a_day_of_its_address_and_an_hour_of_its_domain() -> None:
    budgets = budgets_for(letter("acknowledgement"), CASE, RECEIVED)
    assert [(budget.spent, budget.limit) for budget in budgets] == [
        (Equal("budget_day", "personne@courriel.example 2026-11-20"), 5),
        (Equal("budget_hour", "courriel.example 2026-11-20T14"), 200),
    ]


def test_the_day_of_a_budget_is_the_departments_own() -> None:
    late = datetime(2026, 11, 21, 4, 59, tzinfo=UTC)
    budget, _ = budgets_for(letter("acknowledgement"), CASE, late)
    assert budget.key == "personne@courriel.example 2026-11-20"


def test_a_domain_that_many_persons_share_has_no_budget_of_its_own() -> None:
    department = DEPARTMENT.model_copy(update={"shared_mail_providers": {"courriel.example"}})
    budgets = budgets_for(letter("acknowledgement", department), CASE, RECEIVED)
    assert [budget.field for budget in budgets] == ["budget_day"]


def test_mail_about_assignments_is_never_held_back() -> None:
    assert budgets_for(letter("assigned"), CASE, RECEIVED) == ()
    assert budgets_for(letter("held"), CASE, RECEIVED) == ()


def test_automatic_mail_and_additions_fill_no_mailbox_of_ours() -> None:
    (hour,) = budgets_for(letter("held"), CASE.changed(tray="automatic"), RECEIVED)
    assert (hour.field, hour.limit) == ("budget_hour", 20)
    (day,) = budgets_for(letter("added"), CASE, RECEIVED)
    assert (day.key, day.limit) == (f"added {CASE.id} 2026-11-20", 10)
