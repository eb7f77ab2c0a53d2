"""Which budgets a notice uses up."""

from __future__ import annotations

from datetime import UTC, datetime

from services.notifier.budgets import budgets_for, charged
from services.notifier.sample import RECEIVED, sample_case, sample_department
from shared.domain.notice import Notice
from shared.ports.query import Equal

DEPARTMENT = sample_department()
CASE = sample_case("fr", DEPARTMENT)
ACKNOWLEDGEMENT = Notice(
    id="n1",
    case_id=CASE.id,
    kind="acknowledgement",
    role="complainant",
    recipient="personne@courriel.example",
    language="fr",
    message_id="n1.mark@ministere.example",
    created_at=RECEIVED,
)


def test_an_acknowledgement_uses_up_a_day_of_its_address_and_an_hour_of_its_domain() -> None:
    budgets = budgets_for(ACKNOWLEDGEMENT, CASE, DEPARTMENT, RECEIVED)
    assert [(budget.spent, budget.limit) for budget in budgets] == [
        (Equal("budget_day", "personne@courriel.example 2026-11-20"), 5),
        (Equal("budget_hour", "courriel.example 2026-11-20T14"), 200),
    ]
    paid = charged(ACKNOWLEDGEMENT, budgets)
    assert paid.budget_day == "personne@courriel.example 2026-11-20"
    assert paid.budget_hour == "courriel.example 2026-11-20T14"


def test_the_day_of_a_budget_is_the_departments_own() -> None:
    late = datetime(2026, 11, 21, 4, 59, tzinfo=UTC)
    budget, _ = budgets_for(ACKNOWLEDGEMENT, CASE, DEPARTMENT, late)
    assert budget.key == "personne@courriel.example 2026-11-20"


def test_a_domain_that_many_persons_share_has_no_budget_of_its_own() -> None:
    department = DEPARTMENT.model_copy(update={"shared_mail_providers": {"courriel.example"}})
    budgets = budgets_for(ACKNOWLEDGEMENT, CASE, department, RECEIVED)
    assert [budget.field for budget in budgets] == ["budget_day"]


def test_mail_about_assignments_is_never_held_back() -> None:
    told = ACKNOWLEDGEMENT.changed(kind="assigned", role="unit")
    assert budgets_for(told, CASE, DEPARTMENT, RECEIVED) == ()
    told = ACKNOWLEDGEMENT.changed(kind="held", role="complaints_office")
    assert budgets_for(told, CASE, DEPARTMENT, RECEIVED) == ()


def test_automatic_mail_and_additions_fill_no_mailbox_of_ours() -> None:
    told = ACKNOWLEDGEMENT.changed(kind="held", role="complaints_office")
    (hour,) = budgets_for(told, CASE.changed(tray="automatic"), DEPARTMENT, RECEIVED)
    assert (hour.field, hour.limit) == ("budget_hour", 20)
    told = ACKNOWLEDGEMENT.changed(kind="added", role="unit")
    (day,) = budgets_for(told, CASE, DEPARTMENT, RECEIVED)
    assert (day.key, day.limit) == (f"added {CASE.id} 2026-11-20", 10)
