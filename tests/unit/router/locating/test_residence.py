"""Several addresses in one text: the writer's own, a ministry's, an office's, a helper's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.locating.gazetteer import locate
from shared.domain.place import Location
from tests import shipped
from tests.unit.router.conftest import NOW

Locating = Callable[..., Location]
MINISTRY = "Ministère de l’Exemple\n1, rue X\nQuébec (Québec) G1R 1A1"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        (f"12, rue des Pins\nAlma (Québec) G8B 1A1\n\n{MINISTRY}\n\nMadame,", "02"),
        ("J’habite à Gatineau.\n\nUn organisme m’aide : 5, rue X, Saint-Jérôme J7Z 1A1", "07"),
        ("I live at 12 Main Street, Shawville. The letter came from Rimouski.", "07"),
        ("Adresse : 3, rue X, Matane\n\nJ’ai téléphoné à Montréal.", "01"),
        ("Elle habite à Lachute. Je suis son avocat, 9, rue X, Montréal H2X 1Y4.", "15"),
    ],
)
def test_the_home_outweighs_addresses_that_are_not_the_persons(
    locating: Locating, text: str, region: str
) -> None:
    found = locating(text)
    assert (found.status, found.region) == ("resolved", region)
    others = [clue for clue in found.evidence if region not in clue.regions]
    assert {clue.strength for clue in others if clue.kind != "province"} == {"weak"}


@pytest.mark.parametrize(
    "text",
    [
        "J’habite à Gatineau et à Rimouski",
        "J’habite à Laval. Mon dossier est à Longueuil.",
        "I live in Laval. The agent in Sherbrooke refused.",
        "J’habite à Laval. J’ai déménagé, avant j’étais à Rimouski.",
        "12, rue X, Alma\n\n9, rue Y, Montréal",
        "J’habite à Laval, J4H 1A1",
        "J’habite à Laval. Ma mère, à Matane, attend son chèque.",
    ],
)
def test_what_may_be_where_the_person_was_served_stays_a_conflict(
    locating: Locating, text: str
) -> None:
    assert locating(text).status == "conflict"


_ADDRESSES = st.sampled_from(
    [
        "J’habite à Laval, H7N 1A1.",
        "12, rue de Rimouski, Gatineau (Québec) J8X 1A1",
        "I live in Windsor, QC.",
        "Je demeure au 3, rang Saint-Joseph, Sainte-Perpétue (Québec) J0C 1R0.",
        "Nom : Roy\nVille : Chicoutimi\nCode postal : G7H 1A1",
        "MON ADRESSE EST 12 RUE X SEPT-ILES QC G4R 1A1",
        "je reste a st-jerome",
        "en Gaspésie",
    ]
)
_SENTENCES = st.sampled_from(
    [
        "Personne ne me répond depuis six semaines.",
        "Mme Mercier m’a dit de rappeler au 514 555-0123.",
        "J’ai percé le mystère: une nouvelle demande, la présentation de mes papiers.",
        "J’étudie à l’Université Laval.",
        "Mon frère vit à Toronto.",
        "Merci, Alma",
        "La rue de Montréal est fermée.",
        "le gouvernement du Québec",
        "ON M’A DIT D’ATTENDRE, LA DAME DE LA REGIE",
        "My number is G12 345 678.",
        "Ma cousine est à Rimouski.",
        "Drummondville",
        "K1A 0B1",
        MINISTRY,
    ]
)


@settings(deadline=None, max_examples=60)
@given(_ADDRESSES, st.lists(_SENTENCES, min_size=1, max_size=3), st.booleans())
def test_another_sentence_never_moves_a_person_to_another_region(
    address: str, sentences: list[str], first: bool
) -> None:
    gazetteer, units = shipped.gazetteer(), shipped.department().units
    day = NOW.date()
    alone = locate(address, gazetteer, on=day, units=units)
    parts = [address, *sentences] if first else [*sentences, address]
    together = locate("\n\n".join(parts), gazetteer, on=day, units=units)
    assert alone.region is not None
    assert together.region in (alone.region, None)
