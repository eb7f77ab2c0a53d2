from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from services.desk.rights import Rights, rights_of
from services.desk.signing_in import new_account
from shared.department import Department
from shared.domain.account import Mandate, Role
from tests.pages_samples import OFFICE, assigned_case
from tests.pages_samples import department as read_department

TODAY = date(2026, 11, 24)


@cache
def department() -> Department:
    return read_department()


def rights(*mandates: Mandate, on: date = TODAY, **fields: object) -> Rights:
    return rights_of(new_account("x", "X", mandates=mandates, **fields), department(), on)


def test_an_agent_sees_the_cases_of_the_own_unit_and_no_other() -> None:
    agent = rights(Mandate(role="agent", unit_id=OFFICE))
    case = assigned_case().case
    elsewhere = case.changed(
        assignment=case.assignment and case.assignment.model_copy(update={"unit_id": "DR-01"})
    )
    assert (agent.sees(case), agent.sees(elsewhere)) == (True, False)
    assert (agent.may_with("work", case), agent.may_with("work", elsewhere)) == (True, False)


def test_a_case_that_concerns_a_unit_is_read_there_and_answered_elsewhere() -> None:
    agent = rights(Mandate(role="agent", unit_id="DR-01"))
    case = assigned_case().case.changed(concerned_units=("DR-01",))
    assert agent.sees(case)
    assert agent.may_with("read", case)
    assert not agent.may_with("work", case)


def test_a_manager_of_a_region_leads_its_offices_an_agent_only_the_own_unit() -> None:
    manager = rights(Mandate(role="manager", unit_id="DR-06"))
    agent = rights(Mandate(role="agent", unit_id="DR-06"))
    assert OFFICE in manager.units
    assert manager.may_with("lead", assigned_case().case)
    assert agent.units == {"DR-06"}
    assert not agent.may("lead")


def test_a_mandate_counts_on_its_days_alone() -> None:
    dated = Mandate(
        role="agent", unit_id=OFFICE, valid_from=date(2026, 11, 24), valid_to=date(2026, 11, 25)
    )
    seen = [rights(dated, on=date(2026, 11, day)).may("read") for day in (23, 24, 25, 26)]
    assert seen == [False, True, True, False]


def test_a_closed_account_may_nothing() -> None:
    from tests.pages_samples import NOW

    closed = rights(Mandate(role="complaints_office"), closed_at=NOW)
    assert closed.doings == frozenset()
    assert not closed.everywhere


@pytest.mark.parametrize("role", ["operations", "privacy", "authority", "staff"])
def test_roles_that_read_no_case_see_none(role: Role) -> None:
    unit = OFFICE if role == "staff" else None
    here = rights(Mandate(role=role, unit_id=unit))
    assert not here.sees(assigned_case().case)
    assert not here.may("read")


def test_a_unit_that_left_the_tables_gives_no_rights() -> None:
    gone = rights(Mandate(role="agent", unit_id="GONE"))
    assert gone.units == frozenset()
    assert not gone.sees(assigned_case().case)
