"""Tesseract is used where it is installed and knows one of our two languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.intake.scanning import Tesseract, find_scanner
from tests.letters import tesseract


async def test_a_tesseract_is_found_with_the_languages_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    path = str(tesseract(tmp_path) / "tesseract")
    assert await find_scanner() == Tesseract(path, "fra+eng")
    tesseract(tmp_path, languages=("eng",))
    assert await find_scanner() == Tesseract(path, "eng")
    tesseract(tmp_path, languages=("deu", "osd"))
    assert await find_scanner() is None
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert await find_scanner() is None
