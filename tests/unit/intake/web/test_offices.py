"""The list of offices in the form."""

from __future__ import annotations

from pathlib import Path

from services.intake.offices import offices_by_region
from shared.domain.unit import Unit
from shared.pages.rendering import HERE
from shared.pages.texts import load_texts

TEXTS = load_texts("fr", HERE / "texts", Path(__file__).parents[4] / "services/intake/texts")


def office(name: str, region: str | None, kind: str = "office") -> Unit:
    return Unit.model_validate(
        {
            "id": name,
            "kind": kind,
            "name_fr": name,
            "name_en": name,
            "address": "",
            "mailbox": "",
            "region": region,
        }
    )


def test_offices_stand_under_their_region_in_order_without_accents() -> None:
    units = [office("Zoé", "16"), office("Île", "16"), office("Amos", "08"), office("Hull", "07")]
    found = [
        (region, [unit.id for unit in group]) for region, group in offices_by_region(units, TEXTS)
    ]
    assert found == [
        ("Abitibi-Témiscamingue", ["Amos"]),
        ("Montérégie", ["Île", "Zoé"]),
        ("Outaouais", ["Hull"]),
    ]


def test_branches_of_a_whole_region_come_last() -> None:
    units = [office("DR", "01", "regional_direction"), office("Zoé", "16")]
    assert [region for region, _ in offices_by_region(units, TEXTS)] == [
        "Montérégie",
        "Directions régionales",
    ]
