"""A table of the department comes in whole, or nothing changes."""

from __future__ import annotations

import io
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from services.commands.importing_table import import_table, put_in_place
from services.commands.table_files import read_table_file
from services.router.locating.gazetteer import load_gazetteer
from services.router.routing import route
from shared.department import load_department
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.errors import Misconfigured, Refused
from shared.runtime.settings import Settings
from tests.unit.router.conftest import FOLDER, NOW, a_case  # noqa: F401 - a fixture

UNITS, RULES = (FOLDER / f"{name}.csv" for name in ("units", "rules"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "department"))


@pytest.fixture
def importing(folder: Path, tmp_path: Path) -> Callable[..., str]:
    def importing(text: str, *, encoding: str = "utf-8", name: str = "given.csv") -> str:
        file = tmp_path / name
        file.write_bytes(text.encode(encoding))
        out = Console(file=io.StringIO(), width=1000)
        import_table(file, Settings(department=folder), out)
        assert isinstance(out.file, io.StringIO)
        return out.file.getvalue()

    return importing


Importing = Callable[..., str]


def everything(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def refused(importing: Importing, folder: Path, text: str, *, encoding: str = "utf-8") -> str:
    before = everything(folder)
    with pytest.raises(Misconfigured) as caught:
        importing(text, encoding=encoding)
    assert everything(folder) == before
    return str(caught.value)


def test_an_office_table_of_a_spreadsheet_in_french_comes_in(
    importing: Importing, folder: Path
) -> None:
    import csv

    rows = list(csv.reader(UNITS.read_text(encoding="utf-8").splitlines()))
    name = rows[0].index("name_fr")
    rows[1][name] = "Direction de l’Été – Bas-Saint-Laurent"
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows(rows)
    said = importing(written.getvalue(), encoding="cp1252")
    assert "given.csv: 52 rows for units.csv, read as cp1252 with semicolons." in said
    assert load_department(folder).units["DR-01"].name_fr == rows[1][name]


def test_the_table_before_is_kept_and_can_come_back(importing: Importing, folder: Path) -> None:
    first = load_department(folder)
    text = RULES.read_text(encoding="utf-8")
    said = importing(text.replace("R-13,region,13,DR-13", "R-13,region,13,MO-LON"))
    (kept,) = (folder / "versions").iterdir()
    assert kept.read_bytes() == RULES.read_bytes()
    assert f"versions/{kept.name}" in said
    now = load_department(folder)
    assert now.rule_named("R-13") != first.rule_named("R-13")
    assert now.version != first.version
    assert now.version in said
    importing(kept.read_text(encoding="utf-8"), name=kept.name)
    assert load_department(folder).version == first.version
    assert len(list((folder / "versions").iterdir())) == 2


def test_a_licensed_table_of_postal_codes_decides_before_the_town(
    importing: Importing,
    folder: Path,
    a_case: Callable[..., Case],  # noqa: F811
) -> None:
    said = importing("unit_id,postal_code\nMO-LON,h7n 1a1\nDR-13,G1A-1A1\n")
    assert "2 rows for postal_codes.csv" in said
    department = load_department(folder)
    decision = route(
        a_case(), "à Laval, H7N 1A1",
        department=department, gazetteer=load_gazetteer(folder), at=NOW,
    )  # fmt: skip
    assert isinstance(decision, Assignment)
    assert (decision.unit_id, decision.rule_id) == ("MO-LON", "CP-H7N1A1")
    assert [one.unit_id for one in decision.alternatives] == ["DR-13"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "given.csv line 1: no table has these columns"),
        ("postal_code,unit_id,unit_id\n", "given.csv line 1: a column is there twice"),
        ("postal_code,unit_id\nH7N1A1,DR-13\nH7N1A2\n", "given.csv line 3: 1 cells, not 2"),
        ('postal_code,unit_id\nH7N1A1,"DR\n-13"\n', "a cell goes over several lines"),
        ('postal_code,unit_id\nH7N1A1,"DR-13', "a quoted cell does not end"),
        ("", "given.csv line 1: no table has these columns"),
        ("postal_code,unit_id\nJ9Z9Z9,DR-13\n\nG1A1A1,NOBODY\n", "given.csv line 4: unit NOBODY"),
        ("postal_code,unit_id\nJ9Z9Z9,DR-13\nA1A1A1,DR-13\n", "given.csv line 3: this is not"),
        ("postal_code,unit_id\nJ1A1A1,MO-BOU\n", "given.csv line 2: unit MO-BOU is not there"),
    ],
)
def test_a_file_that_is_not_right_changes_nothing_and_is_told_with_its_line(
    importing: Importing, folder: Path, text: str, said: str
) -> None:
    message = refused(importing, folder, text)
    assert said in message
    assert message.endswith("\nNothing was changed: the table before stays.")


def test_all_faults_of_a_table_that_clashes_are_told_with_the_lines_that_came(
    importing: Importing, folder: Path
) -> None:
    lines = RULES.read_text(encoding="utf-8").splitlines()
    lines[1:1] = ["", ""]
    lines += ["X-1,region,13,DR-07,,,x", "X-2,region,99,DR-07,,,x"]
    assert f"given.csv line {len(lines)}: '99' is not a value" in refused(
        importing, folder, "\n".join(lines)
    )
    lines[-1] = "X-2,region,05,DR-07,,,x"
    message = refused(importing, folder, "\n".join(lines))
    assert f"given.csv line {len(lines) - 1}: rule X-1 overlaps R-13" in message
    assert f"given.csv line {len(lines)}: rule X-2 overlaps R-05" in message


def test_offices_that_rules_need_cannot_be_left_out(importing: Importing, folder: Path) -> None:
    lines = UNITS.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("DR-13,")]
    assert "rules.csv line 14: unit DR-13 is not in units.csv" in refused(
        importing, folder, "\n".join(kept)
    )


def test_bytes_that_are_no_text_are_refused(importing: Importing, folder: Path) -> None:
    message = refused(
        importing, folder, "postal_code,unit_id\nH7N1A1,\x81\x8d\n", encoding="latin1"
    )
    assert "neither in UTF-8 nor in cp1252" in message


def test_a_rule_of_both_tables_is_a_clash(importing: Importing, folder: Path) -> None:
    importing("postal_code,unit_id\nH7N1A1,DR-13\n")
    rules = RULES.read_text(encoding="utf-8").rstrip()
    line = len(rules.splitlines()) + 1
    message = refused(importing, folder, f"{rules}\nX,postal6,H7N1A1,DR-07,,,x\n")
    assert f"given.csv line {line}: rule X overlaps H7N1A1 of postal_codes.csv" in message


def test_days_of_codes_count(importing: Importing, folder: Path) -> None:
    importing(
        "postal_code;unit_id;valid_from;valid_to\n"
        "H7N1A1;DR-13;2020-01-01;\nH7N1A1;MO-BOU;;2019-12-31\n"
    )
    table = load_department(folder).postal
    units = [
        [rule.unit_id for rule in table.rules_for("H7N1A1") if rule.live_on(day)]
        for day in (date(2019, 5, 1), date(2021, 5, 1))
    ]
    assert units == [["MO-BOU"], ["DR-13"]]


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes, which fails as a full disk does.

    No longer than the deed that is tried: what the run itself writes may be a file too.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


@pytest.mark.parametrize("room", [0, 500])
def test_a_full_disk_is_said_and_leaves_every_table_as_it_was(folder: Path, room: int) -> None:
    before = contents(folder)
    new = read_table_file(RULES)
    with small_disk(room), pytest.raises(OSError, match="File too large"):
        put_in_place(new, folder, NOW)
    with small_disk(room), pytest.raises(Refused, match="Nothing was changed"):
        import_table(RULES, Settings(department=folder), Console(file=io.StringIO()))
    assert contents(folder) == before


def test_a_disk_that_fills_up_between_the_old_table_and_the_new_one_keeps_the_old_one(
    folder: Path,
) -> None:
    """The old one fits into its place among the versions; the new one, longer, does not."""
    before = contents(folder)
    new = read_table_file(RULES)
    longer = replace(new, text=new.text + "\n" * 4096)
    room = len(before["rules.csv"])
    with small_disk(room), pytest.raises(OSError, match="File too large"):
        put_in_place(longer, folder, NOW)
    after = contents(folder)
    assert {name: after[name] for name in before} == before
    (kept,) = set(after) - set(before)
    assert after[kept] == before["rules.csv"]
