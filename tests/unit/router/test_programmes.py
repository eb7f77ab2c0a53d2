"""A rule for one programme speaks of complaints that name it, and of no others."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from services.router.checking import check
from services.router.locating.gazetteer import Gazetteer
from services.router.routing import route
from shared.department import Department, load_department
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from shared.errors import Misconfigured
from tests.unit.router.conftest import FOLDER, NOW

PROGRAMMES = (
    "id,name_fr,name_en,words\n"
    "ZEPHYR,Allocation Zéphyr,Zephyr Allowance,prestation zéphyr; zephyr benefit\n"
    "MISTRAL,Aide Mistral,Mistral Aid,\n"
)
RULES = (
    "Z-13,region,13,DR-06,,,invented,ZEPHYR",
    "Z-TOWN,municipality,65005,MO-LON,,,invented,MISTRAL",
)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "department"))
    (folder / "programmes.csv").write_text(PROGRAMMES, encoding="utf-8")
    header, *lines = (folder / "rules.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{header},programme", *(f"{line}," for line in lines), *RULES]
    (folder / "rules.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture
def with_programmes(tables: Path) -> Department:
    return load_department(tables)


@pytest.mark.parametrize(
    ("text", "unit", "rule"),
    [
        ("à Laval", "DR-13", "R-13"),
        ("mon Allocation Zéphyr, à Laval", "DR-06", "Z-13"),
        ("my ZEPHYR benefit, Laval", "DR-06", "Z-13"),
        ("l’aide-mistral à Laval", "MO-LON", "Z-TOWN"),
        ("mon Allocation Zéphyr, à Gatineau", "DR-07", "R-07"),
        ("l’allocation zéphyrine, à Laval", "DR-13", "R-13"),
    ],
)
def test_a_programme_that_is_named_has_its_own_rule(
    with_programmes: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
    text: str,
    unit: str,
    rule: str,
) -> None:
    found = route(a_case(), text, department=with_programmes, gazetteer=gazetteer, at=NOW)
    assert isinstance(found, Assignment)
    assert (found.unit_id, found.rule_id) == (unit, rule)
    kinds = [clue.kind for clue in found.evidence]
    assert ("programme" in kinds) is rule.startswith("Z")


def test_two_programmes_of_two_units_are_for_a_person(
    with_programmes: Department, gazetteer: Gazetteer, a_case: Callable[..., Case]
) -> None:
    text = "Allocation Zéphyr et Aide Mistral, à Laval"
    rule = with_programmes.rules[-1].model_copy(
        update={"scope_kind": "region", "scope_value": "13"}
    )
    here = with_programmes.model_copy(update={"rules": (*with_programmes.rules[:-1], rule)})
    found = route(a_case(), text, department=here, gazetteer=gazetteer, at=NOW)
    assert isinstance(found, Held)
    assert found.reason == "several_units"
    assert {one.unit_id for one in found.candidates} == {"DR-06", "MO-LON"}


def test_a_rule_for_a_programme_overlaps_none_that_is_for_all(
    with_programmes: Department, gazetteer: Gazetteer
) -> None:
    assert [one for one in check(with_programmes, gazetteer) if one.severity == "error"] == []
    twice = with_programmes.rules[-2].model_copy(update={"id": "Z-2", "line": 99})
    here = with_programmes.model_copy(update={"rules": (*with_programmes.rules, twice)})
    found = [str(one) for one in check(here, gazetteer)]
    assert any("line 99: rule Z-2 overlaps Z-13" in one for one in found)


def test_a_rule_for_a_programme_alone_leaves_the_gap_of_all_others(
    with_programmes: Department, gazetteer: Gazetteer
) -> None:
    rules = tuple(rule for rule in with_programmes.rules if rule.id != "R-13")
    found = check(with_programmes.model_copy(update={"rules": rules}), gazetteer)
    assert any("no rule leads from municipality 65005" in one.message for one in found)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("rules.csv", "ZEPHYR", "NONE", "programme NONE is not in programmes.csv"),
        ("programmes.csv", "MISTRAL", "ZEPHYR", "programmes.csv line 3"),
        ("programmes.csv", "Aide Mistral", "", "needs an id of its own and both names"),
    ],
)
def test_a_broken_table_of_programmes_is_refused(
    tables: Path, file: str, old: str, new: str, fault: str
) -> None:
    text = (tables / file).read_text(encoding="utf-8")
    assert old in text
    (tables / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Misconfigured, match=fault):
        load_department(tables)
