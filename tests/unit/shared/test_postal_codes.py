"""A department's own table of whole postal codes: found by halving, refused when out of order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.postal_table import PostalTable
from shared.errors import Misconfigured
from shared.postal_codes import read_postal_codes

UNITS = {"DR-13", "DR-07"}
HEADER = "postal_code,unit_id,valid_from,valid_to\n"
CODES = st.from_regex(r"[GHJ][0-9][A-C][0-9][A-C][0-9]", fullmatch=True)


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    (folder / "postal_codes.csv").write_text(header + "".join(f"{row}\n" for row in rows))
    return folder


def fault(folder: Path) -> str:
    with pytest.raises(Misconfigured) as caught:
        read_postal_codes(folder, UNITS)
    return str(caught.value)


@given(st.sets(CODES, max_size=40), CODES)
def test_a_code_is_found_if_and_only_if_it_is_there(codes: set[str], other: str) -> None:
    table = PostalTable(lines="".join(f"{code},U-{code},,\n" for code in sorted(codes)).encode())
    assert all(table.rules_for(code)[0].unit_id == f"U-{code}" for code in codes)
    assert bool(table.rules_for(other)) is (other in codes)
    assert len(table) == len(codes)


@pytest.mark.parametrize("code", ["", "H7N", "H7N1A", "H7N1A12", "é7N1A1", "A0A0A0", "Z9Z9Z9"])
def test_what_is_no_whole_code_is_not_found(code: str) -> None:
    table = PostalTable(lines=b"H7N1A1,DR-13,,\n")
    assert table.rules_for(code) == ()
    assert PostalTable().rules_for(code) == ()


def test_a_code_has_one_rule_for_each_time(tmp_path: Path) -> None:
    table = read_postal_codes(
        written(tmp_path, "H7N1A1,DR-07,,2019-12-31", "H7N1A1,DR-13,2020-01-01,"), UNITS
    )
    first, second = table.rules_for("H7N1A1")
    assert (first.id, first.unit_id, first.valid_to) == ("CP-H7N1A1", "DR-07", date(2019, 12, 31))
    assert (second.unit_id, second.valid_from) == ("DR-13", date(2020, 1, 1))
    assert table.rule_named("CP-H7N1A1") == second
    assert table.rule_named("CP-H7N1A2") is None
    assert table.rule_named("R-13") is None


def test_a_department_without_the_table_has_no_codes(tmp_path: Path) -> None:
    assert len(read_postal_codes(tmp_path, UNITS)) == 0


def test_lines_of_windows_and_a_last_line_without_end_are_read(tmp_path: Path) -> None:
    body = "\ufeffpostal_code,unit_id,valid_from,valid_to\r\nH7N1A1,DR-13,,\r\nH7N1A2,DR-13,,"
    (tmp_path / "postal_codes.csv").write_bytes(body.encode())
    assert len(read_postal_codes(tmp_path, UNITS)) == 2


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["H7N1A1,DR-13,,", "H7N 1A2,DR-13,,"], "line 3: this is not"),
        (["H7N1A1,DR-13,,", "H7N1A2,DR-13,"], "line 3: this is not"),
        (["H7N1A1,NOBODY,,"], "line 2: unit NOBODY is not in units.csv"),
        (["H7N1A1,DR-13,2020-02-30,"], "line 2: there is no such day"),
        (["H7N1A1,DR-13,2020-02-03,2020-02-02"], "line 2: it ends before it begins"),
        (["H7N1A2,DR-13,,", "H7N1A1,DR-13,,"], "line 3: the lines are not sorted"),
        (["H7N1A1,DR-13,,", "H7N1A1,DR-07,,"], "line 3: H7N1A1 has two units on one day"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(
    tmp_path: Path, rows: list[str], said: str
) -> None:
    assert f"postal_codes.csv {said}" in fault(written(tmp_path, *rows))


def test_other_columns_are_refused(tmp_path: Path) -> None:
    assert "line 1: the columns are" in fault(written(tmp_path, header="code,unit\n"))
