"""Broken tables are found before they route anybody, each fault with its file and line."""

from __future__ import annotations

from datetime import date

import pytest

from services.router.checking import check
from services.router.locating.gazetteer import Gazetteer
from shared.department import Department
from shared.domain.unit import Rule


def a_rule(**fields: object) -> Rule:
    basis: dict[str, object] = {
        "id": "R-X",
        "scope_kind": "region",
        "scope_value": "13",
        "unit_id": "DR-13",
        "line": 99,
    }
    return Rule.model_validate({**basis, **fields})


def messages(department: Department, gazetteer: Gazetteer) -> list[str]:
    return [str(finding) for finding in check(department, gazetteer)]


def test_the_tables_that_are_shipped_have_no_fault(
    department: Department, gazetteer: Gazetteer
) -> None:
    assert messages(department, gazetteer) == []


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (a_rule(), "error: rules.csv line 99: rule R-X overlaps R-13 (line 14) in time"),
        (
            a_rule(scope_kind="fsa", scope_value="H7N", unit_id="NOBODY"),
            "error: rules.csv line 99: unit NOBODY is not in units.csv",
        ),
        (
            a_rule(scope_kind="fsa", scope_value="H7N", unit_id="MO-BOU"),
            "error: rules.csv line 99: unit MO-BOU is not there on all days of rule R-X",
        ),
        (
            a_rule(scope_kind="municipality", scope_value="00000"),
            "error: rules.csv line 99: municipality 00000 is not in the territory tables",
        ),
        (
            a_rule(scope_kind="borough", scope_value="REM99"),
            "error: rules.csv line 99: borough REM99 is not in the territory tables",
        ),
    ],
)
def test_a_bad_rule_is_named_with_its_line(
    department: Department, gazetteer: Gazetteer, rule: Rule, fault: str
) -> None:
    broken = department.model_copy(update={"rules": (*department.rules, rule)})
    assert fault in messages(broken, gazetteer)


def test_rules_of_one_scope_that_follow_each_other_do_not_overlap(
    department: Department, gazetteer: Gazetteer
) -> None:
    days = date(2026, 1, 1), date(2026, 1, 2)
    pair = (
        a_rule(id="A", scope_kind="fsa", scope_value="H7N", valid_to=days[0]),
        a_rule(id="B", scope_kind="fsa", scope_value="H7N", valid_from=days[1]),
    )
    followed = department.model_copy(update={"rules": (*department.rules, *pair)})
    assert messages(followed, gazetteer) == []


def test_a_region_without_rule_leaves_its_places_unserved(
    department: Department, gazetteer: Gazetteer
) -> None:
    rules = tuple(rule for rule in department.rules if rule.scope_value != "13")
    found = messages(department.model_copy(update={"rules": rules}), gazetteer)
    town = gazetteer.lines["65005"]
    assert (
        f"error: territory/municipalities.csv line {town}: no rule leads from municipality "
        "65005 to a living unit (facts of 2017-03-27)"
    ) in found
    areas = [area for area in gazetteer.territory.areas if area.startswith("H7")]
    assert sum("from postal area H7" in one for one in found) == len(areas) > 0


def test_a_gap_between_two_rules_is_found_on_its_day(
    department: Department, gazetteer: Gazetteer
) -> None:
    rules = [rule for rule in department.rules if rule.scope_value != "13"]
    early = a_rule(id="A", valid_to=date(2026, 1, 1))
    late = a_rule(id="B", valid_from=date(2026, 2, 1))
    gap = department.model_copy(update={"rules": (*rules, early, late)})
    found = messages(gap, gazetteer)
    errors = [one for one in found if one.startswith("error")]
    assert all(one.endswith("(facts of 2026-01-02)") for one in errors)
    assert "warning: rules.csv line 99: rule A ended on 2026-01-01 and no rule follows it, " in (
        "\n".join(found)
    )
    assert any("municipality 65005" in one for one in found)


def test_successors_that_go_round_and_addresses_that_are_shared_are_found(
    department: Department, gazetteer: Gazetteer
) -> None:
    closed = date(2020, 1, 1)
    first = department.units["MO-BOU"]
    heir = department.units["MO-LON"].model_copy(
        update={"successor": "MO-BOU", "valid_to": closed, "address": first.address}
    )
    broken = department.model_copy(update={"units": {**department.units, "MO-LON": heir}})
    found = messages(broken, gazetteer)
    assert f"error: units.csv line {heir.line}: the successors of MO-LON lead back to it" in found
    assert f"error: units.csv line {first.line}: {first.address} already belongs to MO-LON" in found
    assert any(one.startswith("warning: units.csv") for one in found)
