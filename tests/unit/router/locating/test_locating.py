"""What a text says about where its writer lives, and what it does not say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.locating.gazetteer import Gazetteer, locate
from shared.domain.place import Location
from shared.domain.unit import Unit
from tests import shipped

Locating = Callable[..., Location]


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("J’habite à Laval, H7N 1A1", "13", "65005"),
        ("mon dossier à st-jerome n'avance pas", "15", "75017"),
        ("J HABITE A ST-JEROME", "15", "75017"),
        ("j'habite val dor", "08", "89008"),
        ("dossier de lassomption", "14", "60028"),
        ("Trois-\nRivières", "04", "37067"),
        ("Montre\u0301al", "06", "66023"),
        ("rouyn noranda", "08", "86042"),
        ("Hull", "07", "81017"),
        ("Asbestos", "05", "40043"),
        ("Cap-de-la-Madeleine", "04", "37067"),
        ("Saint-Hubert, Longueuil", "16", "58227"),
        ("en Gaspésie", "11", None),
        ("Eastern Townships J1H 2B3", "05", None),
        ("MRC de La Haute-Yamaska", "05", None),
        ("j’habite à Québec", "03", "23027"),
        ("12, rue X\nQuébec (Québec) G1R 2B5", "03", "23027"),
        ("Alma, le 3 mars 2026", "02", "93042"),
        ("j’habite à Saint-Louis-du-Ha! Ha!", "01", "13080"),
        ("J8X 2A1", "07", None),
        ("à Mercier J6R 1A1", "16", "67045"),
        ("Saint-Lambert J4P 1A1", "16", "58012"),
        ("Clermont (Québec) G4A 1A1", "03", "15035"),
        ("I live in Windsor, QC J1S 2A1", "05", "42088"),
        ("Îles-de-la-Madeleine", "11", "01023"),
        ("NDG", "06", "66023"),
    ],
)
def test_a_place_is_found(locating: Locating, text: str, region: str, code: str | None) -> None:
    found = locating(text)
    assert (found.status, found.region, found.municipality_code) == ("resolved", region, code)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("123, rue de Montréal, Sherbrooke (Québec) J1H 2B3", "05"),
        ("chemin de Chambly, Drummondville", "17"),
        ("500 Sherbrooke Ouest, Montréal", "06"),
        ("4523 Laval, Montréal", "06"),
        ("I live on Sherbrooke Street in Montreal", "06"),
        ("Mme Mercier, à Gatineau", "07"),
        ("boul. Curé-Labelle, Blainville", "15"),
    ],
)
def test_a_street_or_a_person_is_no_town(locating: Locating, text: str, region: str) -> None:
    assert locating(text).region == region


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, personne ne me répond.",
        "le gouvernement du Québec et Services Québec",
        "il a percé le mur, à la présentation de mes papiers",
        "mon numéro est le 514 555-0123, code régional 418",
        "dossier G12 345 678",
        "Mme Laval et M. Mercier",
        "Hope you are well",
    ],
)
def test_ordinary_words_name_no_place(locating: Locating, text: str) -> None:
    assert locating(text).status in {"none", "ambiguous"}
    assert locating(text).region is None


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("à Saint-Siméon", {"03", "11"}),
        ("L’Ange-Gardien", {"03", "07", "16"}),
        ("Rive-Sud", {"12", "16"}),
        ("J0J 1A0", {"05", "16"}),
        ("Saint-Cyprien G0R 1A0", {"01", "12"}),
    ],
)
def test_what_stays_open_is_ambiguous(locating: Locating, text: str, regions: set[str]) -> None:
    found = locating(text)
    assert found.status == "ambiguous"
    assert {region for clue in found.evidence for region in clue.regions} == regions


def test_a_homonym_is_narrowed_by_the_postal_area(locating: Locating) -> None:
    assert locating("Saint-Siméon G0T 1X0").municipality_code == "15058"


def test_a_short_form_is_read_with_the_postal_code_beside_it(locating: Locating) -> None:
    assert locating("St-Basile J3N 1M2").municipality_code == "57020"
    assert locating("à Saint-Basile").municipality_code == "34038"


def test_a_short_form_that_is_no_name_never_decides(locating: Locating) -> None:
    found = locating("j’habite à Sainte-Agathe")
    assert found.status == "ambiguous"
    assert {region for clue in found.evidence for region in clue.regions} == {"12", "15"}


@pytest.mark.parametrize("text", ["Laval J4H 1A1", "j’habite à Gatineau et à Rimouski"])
def test_witnesses_that_disagree_are_a_conflict_not_a_vote(locating: Locating, text: str) -> None:
    found = locating(text)
    assert (found.status, found.region) == ("conflict", None)


@pytest.mark.parametrize("text", ["I live in Windsor, Ontario", "K1A 0B1", "j’habite en Ontario"])
def test_another_province_is_outside(locating: Locating, text: str) -> None:
    assert locating(text).status == "outside"


def test_quebec_alone_is_undecided(locating: Locating) -> None:
    assert locating("123, rue X, Québec").status == "ambiguous"


@pytest.mark.parametrize(
    ("text", "day", "region"),
    [
        ("Granby", date(2021, 7, 7), "16"),
        ("Granby", date(2021, 7, 8), "05"),
        ("J2G 1A1", date(2020, 1, 1), "16"),
        ("j’habite à Courcelles", date(2023, 12, 31), "05"),
        ("j’habite à Courcelles", date(2024, 1, 1), "12"),
    ],
)
def test_the_territory_is_read_as_of_the_day(
    locating: Locating, text: str, day: date, region: str
) -> None:
    assert locating(text, day).region == region


def test_a_name_that_came_later_covers_its_former_parts(locating: Locating) -> None:
    found = locating("à Courcelles–Saint-Évariste", date(2020, 1, 1))
    assert found.status == "ambiguous"
    assert set(found.evidence[0].municipality_codes) == {"29025", "30090"}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("le bureau de Longueuil", "MO-LON"),
        ("the Longueuil office", "MO-LON"),
        ("services quebec trois-rivieres", "MAU-TR"),
        ("le CLE d’Ahuntsic", "MTL-NO"),
        ("centre local d'emploi LaSalle", "MTL-S"),
        ("la Direction régionale de la Montérégie", "DR-16"),
    ],
)
def test_a_unit_is_found_by_any_of_its_names(locating: Locating, text: str, unit: str) -> None:
    found = [clue.value for clue in locating(text).evidence if clue.kind == "unit_named"]
    assert found == [unit]


def test_the_complaints_office_is_not_the_unit_that_served(locating: Locating) -> None:
    assert locating("à la Direction des plaintes").evidence == ()


def test_evidence_shows_the_words_where_they_stand(locating: Locating) -> None:
    text = "au cœur de  St. Jérôme,\nJ7Y  3C2 (sœur au CLE d’Ahuntsic)"
    found = locating(text).evidence
    assert [clue.words for clue in found] == ["St. Jérôme", "J7Y  3C2", "CLE d’Ahuntsic"]
    assert all(text[clue.start : clue.end] == clue.words for clue in found)


def test_every_municipality_leads_to_its_own_region_or_stays_open(
    locating: Locating, gazetteer: Gazetteer
) -> None:
    wrong = []
    for name in gazetteer.names:
        meaning = name.meaning
        if meaning.kind == "municipality" and meaning.live_on(date(2026, 11, 20)):
            found = locating(f"12, rue Principale\n{name.text} (Québec)")
            if found.region not in (None, *meaning.regions) or found.status == "none":
                wrong.append(name.text)
    assert wrong == []


def test_a_name_said_again_is_one_clue(locating: Locating) -> None:
    found = locating("à Laval " * 130_000)
    assert [(clue.words, clue.start) for clue in found.evidence] == [("Laval", 2)]


def test_a_list_of_every_town_is_judged_whole_and_kept_in_part(
    locating: Locating, gazetteer: Gazetteer
) -> None:
    found = locating("\n\n".join(name.text for name in gazetteer.names))
    assert found.status == "conflict"
    assert len(found.evidence) == 50


_NO_UNITS: dict[str, Unit] = {}
_PIECES = st.sampled_from(
    ["Laval", "St", "-", " ", "\n", "Québec", "(", ")", ", ", "J0J 1A0", "K", "Ontario", "rue ",
     "\u0301", "à ", "H7N", "œ", "\u212a1A 1A1", "MRC de ", "Saint", "Lambert", "123 ", "Mtl", "…"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(_PIECES, max_size=12))
def test_no_text_breaks_locating_and_evidence_is_always_in_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = locate(text, shipped.gazetteer(), on=date(2026, 11, 20), units=_NO_UNITS)
    assert all(text[clue.start : clue.end] == clue.words for clue in found.evidence)
    assert (found.region is None) == (found.status != "resolved")
