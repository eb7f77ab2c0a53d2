"""The table of how many people live in each region."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import Misconfigured
from shared.population import Population, read_population


def test_a_table_of_population_names_the_line_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "population.csv"
    assert read_population(file) == Population()
    file.write_text("region,population,year,source\n06,2000000,2026,x\n", encoding="utf-8")
    assert read_population(file).per_100_000("06", 30) == 2
    assert read_population(file).per_100_000("07", 30) is None
    for wrong in ("16,0,2026,x", "16,many,2026,x", "16,5,2025,x", "06,5,2026,x", "16,5,26,x"):
        file.write_text(
            f"region,population,year,source\n06,2000000,2026,x\n{wrong}\n", encoding="utf-8"
        )
        with pytest.raises(Misconfigured, match=r"population\.csv line 3"):
            read_population(file)
