"""`recours locate` as a person runs it: arguments, lines, days, and input that is no text."""

from __future__ import annotations

import json

import pytest

from tests.commands import Said, recours

KEYS = ["text", "status", "region", "municipality_code", "unit", "candidates", "evidence"]


async def _locate(*arguments: str, given: bytes | None = None) -> Said:
    return await recours("locate", *arguments, env={}, given=given)


def _lines(said: Said) -> list[dict[str, object]]:
    assert (said.status, said.err) == (0, "")
    return [json.loads(line) for line in said.out.split("\n")[:-1]]


async def test_each_argument_gives_one_json_line() -> None:
    first, second = _lines(await _locate("--json", "Laval H7N 1A1", "Saint-Augustin"))
    assert list(first) == list(second) == KEYS
    assert first == {
        "text": "Laval H7N 1A1",
        "status": "resolved",
        "region": "13",
        "municipality_code": "65005",
        "unit": "DR-13",
        "candidates": [],
        "evidence": [
            {"kind": "municipality", "value": "laval", "words": "Laval", "start": 0, "end": 5},
            {"kind": "postal_code", "value": "H7N1A1", "words": "H7N 1A1", "start": 6, "end": 13},
        ],
    }
    assert second["status"] == "ambiguous"
    assert second["unit"] is None
    assert isinstance(second["candidates"], list)
    assert [(one["unit"], one["municipality_code"]) for one in second["candidates"]] == [
        ("DR-02", "92005"),
        ("DR-09", "98012"),
    ]


@pytest.mark.parametrize("arguments", [("--json",), ("--json", "-")])
async def test_each_line_of_input_gives_one_json_line(arguments: tuple[str, ...]) -> None:
    given = b"Chicoutimi\r\n\nMontr\xe9al\n\x00\xff\xfe\n" + b"Laval " * 1_000_000 + b"\nend"
    found = _lines(await _locate(*arguments, given=given))
    assert [(line["status"], line["region"]) for line in found] == [
        ("resolved", "02"), ("none", None), ("resolved", "06"), ("none", None),
        ("resolved", "13"), ("none", None),
    ]  # fmt: skip
    assert [line["text"] for line in found[:3]] == ["Chicoutimi", "", "Montréal"]


async def test_the_day_of_the_facts_decides() -> None:
    before = _lines(await _locate("--json", "--on", "2021-07-07", "Granby"))[0]
    after = _lines(await _locate("--json", "--on", "2021-07-08", "Granby"))[0]
    assert (before["region"], before["unit"]) == ("16", "DR-16")
    assert (after["region"], after["unit"]) == ("05", "DR-05")


async def test_a_day_that_is_none_is_refused_in_words() -> None:
    said = await _locate("--on", "hier", "Granby")
    assert (said.status, said.out) == (2, "")
    assert "hier" in said.err


async def test_words_say_why_in_french_and_in_english() -> None:
    french = await _locate("Laval H7N 1A1", "L'Ange-Gardien")
    assert french.out.splitlines()[0] == (
        "Laval H7N 1A1: Lieu\u00a0: Laval (65005), région 13 (Laval). Confiée à\u00a0: Direction "
        "régionale de Services Québec – Laval, parce que le nom «\u00a0Laval\u00a0» et le code "
        "postal H7N 1A1 s’accordent\u00a0; règle R-13."
    )
    assert "Ange-Gardien (55008), région 16 (Montérégie)" in french.out.splitlines()[1]
    english = await _locate("--language", "en", "Laval H7N 1A1", "hello")
    assert english.out.startswith(
        "Laval H7N 1A1: Place: Laval (65005), region 13 (Laval). Assigned"
    )
    assert "No place. Held: the text names no place" in english.out
