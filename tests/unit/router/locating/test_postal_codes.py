"""Postal codes as people type them, and what only looks like one."""

from __future__ import annotations

import pytest

from services.router.locating.postal_codes import postal_codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("H7N 1A1", "H7N1A1"),
        ("h7n1a1", "H7N1A1"),
        ("(H7N-1A1)", "H7N1A1"),
        ("J8X\u00a02A1.", "J8X2A1"),
        ("G1V OA6", "G1V0A6"),
        ("GlV 0A6", "G1V0A6"),
        ("g1v oa6", "G1V0A6"),
        ("J4B lA1", "J4B1A1"),
        ("Laval H7N", None),
        ("code postal : H7N", "H7N"),
        ("Laval (Québec) H7N", "H7N"),
        ("dossier G12 345 678", None),
        ("XH7N 1A1", None),
        ("H7N 1A12", None),
        ("D7N 1A1", None),
        ("colibi violon police", None),
        ("514 555-0123", None),
    ],
)
def test_a_code_is_read_or_left(text: str, code: str | None) -> None:
    assert [found.code for found in postal_codes(text)] == ([code] if code else [])


def test_each_code_says_where_it_stands() -> None:
    text = "de K1A 0B1 à h2x 1y4"
    found = list(postal_codes(text))
    assert [text[one.start : one.end] for one in found] == ["K1A 0B1", "h2x 1y4"]
    assert [one.province for one in found] == ["ON", "QC"]
