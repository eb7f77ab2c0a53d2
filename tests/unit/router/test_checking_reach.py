"""Units that nothing leads to, mandates that are overstepped, ends that nobody took up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from services.router.checking import check
from services.router.locating.gazetteer import Gazetteer
from services.router.reach import Returned, dead_mailboxes
from shared.department import Department
from shared.domain.unit import Rule, Unit

TODAY = date(2026, 11, 28)
Saying = Callable[..., list[str]]


@pytest.fixture
def saying(department: Department, gazetteer: Gazetteer) -> Saying:
    def saying(
        *, units: list[Unit] | None = None, rules: list[Rule] | None = None, without: str = ""
    ) -> list[str]:
        kept = tuple(rule for rule in department.rules if rule.id != without)
        broken = department.model_copy(
            update={
                "units": {**department.units, **{unit.id: unit for unit in units or []}},
                "rules": (*kept, *(rules or [])),
            }
        )
        return [str(finding) for finding in check(broken, gazetteer, on=TODAY)]

    return saying


def a_unit(**fields: object) -> Unit:
    basis: dict[str, object] = {
        "id": "U", "kind": "office", "name_fr": "Comptoir Zéphyr", "name_en": "Zephyr counter",
        "address": "plaintes.zephyr@ministere.example", "mailbox": "zephyr@ministere.example",
        "line": 77,
    }  # fmt: skip
    return Unit.model_validate({**basis, **fields})


def a_rule(rule_id: str, kind: str, value: str, unit: str, **fields: object) -> Rule:
    return Rule.model_validate(
        {"id": rule_id, "scope_kind": kind, "scope_value": value, "unit_id": unit, "line": 99}
        | fields
    )


def test_an_office_with_a_name_of_its_own_is_within_reach(saying: Saying) -> None:
    assert saying(units=[a_unit()]) == []


def test_an_office_whose_names_are_those_of_another_is_out_of_reach(saying: Saying) -> None:
    twins = [a_unit(), a_unit(id="V", line=78, address="v@ministere.example")]
    assert saying(units=twins) == [
        "warning: units.csv line 77: nothing leads to U: no rule, and no name that it has alone",
        "warning: units.csv line 78: nothing leads to V: no rule, and no name that it has alone",
    ]
    assert (
        saying(units=twins, rules=[a_rule("A", "fsa", "H7N", "U"), a_rule("B", "fsa", "H7A", "V")])
        == []
    )


def test_a_branch_without_a_rule_is_told(saying: Saying) -> None:
    assert saying(units=[a_unit(kind="regional_direction")]) == [
        "warning: units.csv line 77: no rule leads to U on 2026-11-28"
    ]


MANDATE = {"kind": "partner", "municipality_code": "66023", "valid_from": date(2016, 1, 1)}


@pytest.mark.parametrize(
    ("scope", "value", "is_within"),
    [
        ("municipality", "66023", True),
        ("borough", "REM12", True),
        ("fsa", "H4G", True),
        ("municipality", "66032", False),
        ("borough", "REA01", False),
        ("region", "06", False),
        ("mrc", "660", False),
    ],
)
def test_a_partner_gets_nobody_from_beyond_its_town(
    saying: Saying, scope: str, value: str, is_within: bool
) -> None:
    rule = a_rule("P", scope, value, "U", valid_from=date(2016, 1, 1))
    found = saying(units=[a_unit(**MANDATE)], rules=[rule])
    fault = "error: rules.csv line 99: rule P goes beyond the mandate of partner U"
    assert (fault not in found) is is_within


@pytest.mark.parametrize("missing", ["municipality_code", "valid_from"])
def test_a_partner_has_a_town_and_a_first_day(saying: Saying, missing: str) -> None:
    rule = a_rule("P", "municipality", "66023", "U", valid_from=date(2016, 1, 1))
    found = saying(units=[a_unit(**{**MANDATE, missing: None})], rules=[rule])
    fault = "partner U needs the first day and the municipality of its mandate"
    assert f"error: units.csv line 77: {fault}" in found


def test_an_ended_rule_whose_people_go_to_the_heir_of_its_unit_is_in_order(saying: Saying) -> None:
    # R-103A ended with its office, whose successor is the branch of the region
    assert not [one for one in saying() if "R-103A" in one]


def test_an_ended_rule_whose_people_go_elsewhere_than_to_its_unit_is_told(saying: Saying) -> None:
    assert saying(without="R-106B") == [
        "warning: rules.csv line 27: rule R-106A ended on 2021-11-07 and its people then go to "
        "DR-12, not by a rule to CA-STL"
    ]


def test_an_ended_rule_of_a_postal_area_is_followed_to_its_region(saying: Saying) -> None:
    rule = a_rule("A", "fsa", "H7N", "DR-07", valid_to=date(2020, 1, 1))
    assert saying(rules=[rule]) == [
        "warning: rules.csv line 99: rule A ended on 2020-01-01 and its people then go to DR-13, "
        "not by a rule to DR-07"
    ]


def test_a_rule_that_has_not_ended_yet_is_not_told(saying: Saying) -> None:
    assert saying(rules=[a_rule("A", "fsa", "H7N", "DR-13", valid_to=date(2027, 1, 1))]) == []


def test_a_rule_for_a_town_that_was_merged_before_says_so(saying: Saying) -> None:
    rule = a_rule("A", "municipality", "88055", "DR-08", valid_from=date(2025, 6, 1))
    found = saying(rules=[rule])
    assert any("municipality 88055 is not there on any day of rule A" in one for one in found)


def test_a_mailbox_from_which_notices_came_back_is_told_while_its_unit_lives(
    department: Department,
) -> None:
    laval, closed = department.units["DR-13"], department.units["MO-BOU"]
    found = dead_mailboxes(
        department,
        {laval.mailbox: Returned(3, TODAY), closed.mailbox: Returned(1, TODAY)},
        TODAY,
    )
    assert [str(one) for one in found] == [
        f"warning: units.csv line {laval.line}: 3 notices to {laval.mailbox} of DR-13 came back, "
        "last on 2026-11-28"
    ]
