"""Other provinces and countries, where an address names them and where a word only looks so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.domain.place import Location

Locating = Callable[..., Location]


@pytest.mark.parametrize(
    ("text", "kind", "value", "words"),
    [
        ("Windsor, Ontario", "province", "ON", "Windsor, Ontario"),
        ("j’habite à Windsor ON", "province", "ON", "Windsor ON"),
        ("12 King Street\nWindsor (Ont.)\n", "province", "ON", "Windsor (Ont."),
        ("12, rue X, Grand-Sault (N.-B.)", "province", "NB", "Grand-Sault (N.-B."),
        ("12 Main Street, Stowe, VT 05672", "country", "US", "VT 05672"),
        ("Laval, France", "country", "FR", "Laval, France"),
        ("3, rue X\n67000 Strasbourg, France", "country", "FR", "Strasbourg, France"),
        ("12, rue X, Colmar, France", "country", "FR", "France"),
        ("j’habite en Belgique", "country", "BE", "Belgique"),
        ("Moncton", "province", "NB", "Moncton"),
    ],
)
def test_an_address_abroad_is_outside(
    locating: Locating, text: str, kind: str, value: str, words: str
) -> None:
    found = locating(text)
    assert found.status == "outside"
    assert [(clue.kind, clue.value, clue.words) for clue in found.evidence] == [
        (kind, value, words)
    ]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("JE VIS A SHERBROOKE ON NE ME REPOND PAS", "05"),
        ("A MONTREAL, LA DAME DIT NON", "06"),
        ("J’HABITE A GATINEAU, ME DIT-ON", "07"),
        ("12, rue de Paris, Gatineau", "07"),
        ("Je suis né à Paris. J’habite à Matane.", "01"),
        ("J’habite à Rimouski depuis mon retour de France.", "01"),
        ("Merci,\nMB\nGatineau", "07"),
        ("18500 rue X, Mirabel, QC", "15"),
    ],
)
def test_words_that_only_look_like_another_province_are_none(
    locating: Locating, text: str, region: str
) -> None:
    assert locating(text).region == region


def test_a_town_abroad_that_is_only_mentioned_says_nothing(locating: Locating) -> None:
    assert locating("Mon frère est allé à Toronto et à Boston.").status == "none"


def test_a_name_of_quebec_that_is_also_a_country_stays_here(locating: Locating) -> None:
    assert locating("12, rue X, Irlande (Québec) G6H 2N7").region == "12"
