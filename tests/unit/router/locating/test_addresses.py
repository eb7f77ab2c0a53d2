"""Lines as citizens and lists write them, each with the answer of a careful clerk.

`addresses.csv`: text ("\\n" for a new line), status, region. Invented, except for names of places.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from shared.domain.place import Location

Locating = Callable[..., Location]
LINES = Path(__file__).with_name("addresses.csv")


def _lines() -> list[tuple[str, str, str | None]]:
    with LINES.open(encoding="utf-8", newline="") as rows:
        return [
            (row["text"].replace("\\n", "\n"), row["status"], row["region"] or None)
            for row in csv.DictReader(rows)
        ]


def test_every_line_gets_the_answer_of_a_careful_clerk(locating: Locating) -> None:
    lines = _lines()
    assert len(lines) > 150
    found = [(text, locating(text)) for text, _, _ in lines]
    answers = [(text, place.status, place.region) for text, place in found]
    assert answers == lines


def test_no_line_says_other_things_in_another_line_ending(locating: Locating) -> None:
    for text, status, region in _lines():
        found = locating(f"\r\n{text}\r\n".replace("\n", "\r\n").replace("\r\r", "\r"))
        assert (found.status, found.region) == (status, region), text
