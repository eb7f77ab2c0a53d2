"""All municipalities in every spelling, all postal areas, all homonyms, every change by its day.

`municipality_history.csv`: mergers, renamings and changes of region since 2021, from the MAMH's
directory of municipalities (CC BY 4.0) and its communiqué of 8 July 2021.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.router.locating.folding import match_key
from services.router.locating.gazetteer import Gazetteer
from shared.domain.place import Location

Locating = Callable[..., Location]
#: What the directory calls unorganized territories that have no name yet.
UNNAMED = "Toponyme à venir"
TODAY = date(2026, 11, 20)
HISTORY = Path(__file__).with_name("municipality_history.csv")


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda name: name,
    "capitals": str.upper,
    "small letters": str.lower,
    "no accents": _plain,
    "capitals without accents": lambda name: _plain(name).upper(),
    "small letters without accents": lambda name: _plain(name).lower(),
    "St and Ste": lambda name: re.sub(r"\bSaint(e?)\b", r"St\1", name),
    "St. and Ste.": lambda name: re.sub(r"\bSaint(e?)-", r"St\1. ", name),
    "spaces": lambda name: re.sub("[-–]", " ", name),
    "typewriter apostrophe": lambda name: name.replace("’", "'"),
    "Ville de": lambda name: f"Ville de {name}",
    ", Québec": lambda name: f"{name}, Québec",
    ", QC": lambda name: f"{name}, QC",
    "(Québec)": lambda name: f"{name} (Québec)",
    "an address": lambda name: f"12, rue Principale\n{name} (Québec)",
    "a sentence": lambda name: f"Bonjour, j’habite à {name} depuis dix ans.",
}


def _today(gazetteer: Gazetteer) -> Iterator[tuple[str, str, str]]:
    """Yield (name, code, region) of each municipality and territory of today."""
    for name in gazetteer.names:
        meaning = name.meaning
        is_town = meaning.kind == "municipality" and len(meaning.codes) == 1
        if is_town and meaning.live_on(TODAY) and meaning.value == match_key(name.text):
            yield name.text, meaning.codes[0], meaning.regions[0]


def _codes(found: Location) -> set[str]:
    return {code for clue in found.evidence for code in clue.municipality_codes}


def test_the_tables_hold_every_municipality(gazetteer: Gazetteer) -> None:
    codes = {code for code, lines in gazetteer.territory.municipalities.items()
             if any(line.live_on(TODAY) for line in lines)}  # fmt: skip
    assert len(codes) == 1281


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_municipality_is_found_or_stays_open_with_it_among_the_candidates(
    locating: Locating, gazetteer: Gazetteer, spelling: str
) -> None:
    wrong, exact, all_of_them = [], 0, 0
    for name, code, region in _today(gazetteer):
        text = SPELLINGS[spelling](name)
        found = locating(text)
        all_of_them += 1
        exact += found.municipality_code == code
        if found.status == "ambiguous" and code in _codes(found):
            continue
        if found.region != region or code not in _codes(found):
            wrong.append((text, found.status, found.region))
    assert wrong == []
    assert exact / all_of_them > 0.85


def test_every_postal_area_gives_its_region_or_all_that_it_lies_in(
    locating: Locating, gazetteer: Gazetteer
) -> None:
    open_areas = []
    for area, lines in gazetteer.territory.areas.items():
        regions = next(line.regions for line in lines if line.live_on(TODAY))
        found = locating(f"12, rue Principale (Québec) {area} 1A1")
        assert {region for clue in found.evidence for region in clue.regions} == set(regions)
        if len(regions) > 1:
            open_areas.append(area)
        assert found.region == (regions[0] if len(regions) == 1 else None), area
    assert len(gazetteer.territory.areas) == 422
    assert len(open_areas) == 25


def test_homonyms_stay_open_until_a_postal_area_tells_them_apart(
    locating: Locating, gazetteer: Gazetteer
) -> None:
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for name, code, region in _today(gazetteer):
        if name == UNNAMED:
            continue
        squashed = re.sub(r"^(?:le|la|les|l) ", "", match_key(name)).replace(" ", "")
        groups[squashed][code] = region
    homonyms = {key: codes for key, codes in groups.items() if len(codes) > 1}
    assert sum(map(len, homonyms.values())) == 115
    names = {code: name for name, code, _ in _today(gazetteer)}
    areas = {area: lines[-1].regions for area, lines in gazetteer.territory.areas.items()}
    for codes in homonyms.values():
        name, regions = names[next(iter(codes))], set(codes.values())
        found = locating(f"12, rue Principale, {name} (Québec)")
        assert (found.status == "ambiguous") == (len(regions) > 1), name
        assert set(codes) <= _codes(found), name
        for area, allowed in areas.items():
            left = regions & set(allowed)
            if len(left) == 1 and len(regions) > 1:
                told = locating(f"12, rue Principale, {name} (Québec) {area} 1A1")
                assert told.region in left, (name, area)


def _events() -> list[dict[str, str]]:
    with HISTORY.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def _dated(*kinds: str) -> list[dict[str, str]]:
    return [event for event in _events() if event["event"] in kinds]


def test_the_history_is_whole() -> None:
    assert len(_events()) == 57


@pytest.mark.parametrize("event", _dated("merged", "recoded"), ids=lambda one: one["old_code"])
def test_a_merged_municipality_is_itself_before_the_day_and_its_successor_after(
    locating: Locating, event: dict[str, str]
) -> None:
    day = date.fromisoformat(event["day"])
    text = f"12, rue Principale, {event['old_name']} (Québec)"
    before, after = locating(text, day - timedelta(days=1)), locating(text, day)
    assert before.region in (event["old_region"], None)
    assert event["old_code"] in _codes(before)
    assert event["new_code"] not in _codes(before)
    assert after.region in (event["new_region"], None)
    assert event["new_code"] in _codes(after)
    assert event["old_code"] not in _codes(after)


@pytest.mark.parametrize("event", _dated("region_change"), ids=lambda one: one["old_code"])
def test_a_municipality_lies_in_the_region_of_the_day(
    locating: Locating, event: dict[str, str]
) -> None:
    day = date.fromisoformat(event["day"])
    text = f"j’habite à {event['old_name']}"
    before, after = locating(text, day - timedelta(days=1)), locating(text, day)
    assert event["new_code"] in _codes(before) & _codes(after)
    regions = [{region for clue in found.evidence for region in clue.regions}
               for found in (before, after)]  # fmt: skip
    assert event["old_region"] in regions[0]
    assert event["new_region"] in regions[1]
    assert before.region in (event["old_region"], None)
    assert after.region in (event["new_region"], None)


@pytest.mark.parametrize("event", _dated("renamed"), ids=lambda one: one["old_code"])
def test_a_former_name_still_leads_to_its_municipality(
    locating: Locating, event: dict[str, str]
) -> None:
    for name in (event["old_name"], event["new_name"]):
        found = locating(f"12, rue Principale, {name} (Québec)")
        assert found.region in (event["new_region"], None)
        assert event["new_code"] in _codes(found)
