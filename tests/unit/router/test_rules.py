"""Dated rules, and units that live on in their successors."""

from __future__ import annotations

from datetime import date

from services.router.rules import living_unit, rule_book
from shared.department import Department
from shared.domain.unit import Rule, Unit

DAY = date(2026, 11, 20)


def a_unit(unit_id: str, *, last: date | None = None, successor: str | None = None) -> Unit:
    return Unit(
        id=unit_id,
        kind="office",
        name_fr=unit_id,
        name_en=unit_id,
        address=f"{unit_id.lower()}@ministere.example",
        mailbox=f"equipe.{unit_id.lower()}@ministere.example",
        valid_to=last,
        successor=successor,
    )


def test_a_rule_speaks_only_between_its_days(department: Department) -> None:
    book = rule_book(department.rules)
    before = book.rule_for("municipality", "58033", on=date(2020, 11, 4))
    after = book.rule_for("municipality", "58033", on=date(2020, 11, 5))
    assert before is not None
    assert after is not None
    assert (before.unit_id, after.unit_id) == ("MO-BOU", "MO-LON")


def test_a_scope_without_rule_has_none(department: Department) -> None:
    assert rule_book(department.rules).rule_for("municipality", "66023", on=DAY) is None


def test_two_live_rules_of_one_scope_are_both_returned_and_none_is_chosen() -> None:
    rules = [
        Rule(id=name, scope_kind="region", scope_value="13", unit_id=name) for name in ("A", "B")
    ]
    book = rule_book(rules)
    assert len(book.rules_for("region", "13", on=DAY)) == 2
    assert book.rule_for("region", "13", on=DAY) is None


def test_a_locality_rule_is_found_whatever_its_spelling() -> None:
    rule = Rule(id="A", scope_kind="locality", scope_value="Côte-des-Neiges", unit_id="U")
    assert rule_book([rule]).rule_for("locality", "cote des neiges", on=DAY) == rule


def test_a_closed_unit_lives_on_in_the_end_of_its_chain() -> None:
    closed = date(2020, 1, 1)
    units = {
        "A": a_unit("A", last=closed, successor="B"),
        "B": a_unit("B", last=closed, successor="C"),
        "C": a_unit("C"),
    }
    living = living_unit("A", units, on=DAY)
    assert living is not None
    assert living.id == "C"
    assert living_unit("A", units, on=closed) == units["A"]


def test_a_chain_without_living_end_is_no_unit() -> None:
    closed = date(2020, 1, 1)
    units = {
        "A": a_unit("A", last=closed, successor="B"),
        "B": a_unit("B", last=closed, successor="A"),
        "C": a_unit("C", last=closed),
    }
    assert living_unit("A", units, on=DAY) is None
    assert living_unit("C", units, on=DAY) is None
    assert living_unit("unknown", units, on=DAY) is None
