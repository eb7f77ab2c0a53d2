"""A map of regions, each as dark as its number."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from services.commands.coloured_map import SHADES, coloured_map, shade

SVG = "{http://www.w3.org/2000/svg}"


def test_every_region_says_its_number_and_has_its_colour() -> None:
    image = ET.fromstring(coloured_map({"13": 12, "05": 1}, "a & b"))  # noqa: S314 - our own
    regions = {
        path.get("id"): (path.findtext(f"{SVG}title"), path.get("style"))
        for path in image.iter(f"{SVG}path")
        if re.fullmatch(r"r\d\d", path.get("id", ""))
    }
    assert len(regions) == 17
    assert regions["r13"] == ("Laval : 12", f"fill:{SHADES[-1]}")
    assert regions["r05"] == ("Estrie : 1", f"fill:{SHADES[1]}")
    assert regions["r01"] == ("Bas-Saint-Laurent : 0", f"fill:{SHADES[0]}")
    assert image.get("aria-label") == "a & b"


def test_a_map_of_nothing_is_light_everywhere() -> None:
    assert SHADES[1] not in coloured_map({}, "x").partition("<g style")[0]


@pytest.mark.parametrize(("number", "step"), [(0, 0), (1, 1), (25, 1), (26, 2), (99, 4), (100, 4)])
def test_only_nothing_has_the_lightest_shade(number: int, step: int) -> None:
    assert shade(number, 100) == step


@pytest.mark.parametrize(
    ("most", "said"), [(0, ["0"]), (1, ["0", "≤ 1"]), (3, ["0", "≤ 1", "≤ 2", "≤ 3"])]
)
def test_the_legend_names_each_number_once(most: int, said: list[str]) -> None:
    image = ET.fromstring(coloured_map({"13": most}, "x"))  # noqa: S314 - our own
    texts = [text.text or "" for text in image.iter(f"{SVG}text")]
    assert [text for text in texts if text != "x"] == said
