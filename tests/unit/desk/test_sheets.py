"""Tables that leave the house: nothing in them is run, and what is quoted is read back."""

from __future__ import annotations

import csv
import io

import pytest

from services.desk.sheets import harmless, sheet


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "|x", "%x", "\u00a0=1"]
)
def test_no_cell_of_a_file_is_run_as_a_formula(cell: str) -> None:
    assert str(harmless(cell)).startswith("'")


def test_what_a_file_quotes_is_read_back() -> None:
    row: list[str | int] = ["Dit « oui ; non »", 'il a dit "oui"', "deux\nlignes", "-", 5]
    read = list(
        csv.reader(
            io.StringIO(sheet("fr", ["a"], [row]).decode("utf-8-sig"), newline=""), delimiter=";"
        )
    )
    assert read == [["a"], [*map(str, row)]]
    assert b"\r\n" in sheet("fr", ["a"], [row])
