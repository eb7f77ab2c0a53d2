"""The department's tables: what is read, and every fault told with file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from shared.department import load_addresses, load_department
from shared.errors import Misconfigured

SHIPPED = Path(__file__).resolve().parents[3] / "deploy" / "department"
Changing = Callable[[str, str, str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "department"))


@pytest.fixture
def changing(folder: Path) -> Changing:
    def changing(file: str, old: str, new: str) -> Path:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return changing


def fault(folder: Path) -> str:
    with pytest.raises(Misconfigured) as caught:
        load_department(folder)
    return str(caught.value)


def test_the_shipped_department_is_whole() -> None:
    here = load_department(SHIPPED)
    assert here.name("fr") == "Ministère de l’Emploi et de la Solidarité sociale"
    assert here.addresses.main == "plaintes@ministere.example"
    assert here.office().kind == "complaints_office"
    assert sum(unit.kind == "regional_direction" for unit in here.units.values()) == 17
    assert {rule.scope_value for rule in here.rules if rule.scope_kind == "region"} == {
        f"{number:02d}" for number in range(1, 18)
    }
    assert here.standards.days("contact", date(2026, 11, 20)) == 2
    assert here.standards.days("answer", date(2026, 11, 20)) == 20
    assert here.standards.ours
    assert "gmail.com" in here.shared_mail_providers
    assert {"review", "taq", "protecteur", "cai"} <= {one.id for one in here.recourses}


def test_every_unit_is_ascii_where_machines_read_it_and_uses_example_numbers() -> None:
    units = load_department(SHIPPED).units.values()
    assert all(unit.address.isascii() for unit in units)
    assert all(" 555-0" in unit.phone for unit in units)
    assert len({unit.address for unit in units}) == len(units)
    assert all(unit.name_fr and unit.name_en for unit in units)


def test_a_former_name_has_its_days() -> None:
    former = load_department(SHIPPED).units["MTL-NO"].former_names[0]
    assert former.name == "Centre local d’emploi d’Ahuntsic"
    assert former.valid_to is not None
    assert former.valid_to.isoformat() == "2019-12-08"


def test_our_addresses_are_ours_with_and_without_plus_part() -> None:
    addresses = load_addresses(SHIPPED)
    assert addresses.owns("Plaintes+26-7K3Q@ministere.example")
    assert addresses.owns("plaintes.longueuil@ministere.example")
    assert not addresses.owns("plaintes@ailleurs.example")
    assert addresses.units["plaintes.longueuil@ministere.example"] == "MO-LON"


def test_the_version_follows_every_table(changing: Changing) -> None:
    before = load_department(SHIPPED).version
    folder = changing("territory/fsas.csv", "H7N,13", "H7N,06")
    assert load_department(folder).version != before
    assert len(before) == 12


@pytest.mark.parametrize("file", ["rules.csv", "calendar.toml", "recourses.toml"])
def test_broken_tables_never_close_a_door(folder: Path, file: str) -> None:
    (folder / file).write_text("broken", encoding="utf-8")
    assert load_addresses(folder) == load_addresses(SHIPPED)
    assert fault(folder).startswith(file)


def test_a_unit_whose_dates_are_broken_still_has_its_address(changing: Changing) -> None:
    folder = changing("units.csv", "2015-06-28", "2015-06-98")
    assert load_addresses(folder) == load_addresses(SHIPPED)
    assert fault(folder).startswith("units.csv line 26: valid_to: ")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("rules.csv", "01,DR-01", "01,DR-99", "rules.csv line 2: unit DR-99 is not in units.csv"),
        ("rules.csv", "R-02,", "R-01,", "rules.csv line 3: rule R-01 is there twice"),
        (
            "rules.csv",
            "region,03",
            "region,99",
            "rules.csv line 4: '99' is not a value for scope region",
        ),
        ("rules.csv", "region,04", "planet,04", "rules.csv line 5: scope_kind: "),
        ("rules.csv", "2017-03-27,,", "2017-03-27,2016-01-01,", "R-101 ends before it begins"),
        ("rules.csv", "scope_kind", "kind", "rules.csv line 1: column scope_kind is missing"),
        ("rules.csv", "R-05,", "R-05,x,", "rules.csv line 6: 8 cells, not 7"),
        (
            "units.csv",
            "MTL-E,http",
            "MTL-Z,http",
            "units.csv line 26: successor MTL-Z of MTL-PAT is not in units.csv",
        ),
        (
            "units.csv",
            "equipe.region-mauricie@",
            "plaintes.region-estrie@",
            "line 5: unit DR-04 needs a mailbox, and not an address that comes in at our own door",
        ),
        ("units.csv", "DR-02,regional", "DR-01,regional", "line 3: unit DR-01 is there twice"),
        (
            "units.csv",
            "plaintes.region-mauricie@",
            "plaintes.region-estrie@",
            "line 6: plaintes.region-estrie@ministere.example already belongs to DR-04",
        ),
        (
            "units.csv",
            "plaintes.region-mauricie@",
            "plaintes@",
            "line 5: plaintes@ministere.example already belongs to the whole department",
        ),
        ("units.csv", "plaintes.region-mauricie@", "Mauricie@", "needs an address in lower case"),
        ("units.csv", "||2019-12-08", "|2019-12-08", "former_names are written as"),
        ("department.toml", 'phone = "418', 'fone = "418', "phone is missing or is not text"),
        (
            "department.toml",
            'complaints_office = "DPRC"',
            'complaints_office = "X"',
            "department.toml line 11: complaints_office is not in units.csv",
        ),
        ("department.toml", "name_fr = ", "name_fr ", "department.toml line 7: this is not valid"),
        ("calendar.toml", "month = 1\nday = 1\n", "month = 1\n", "calendar.toml line 9: "),
        ("calendar.toml", "first_year = 2015", 'first_year = "x"', "calendar.toml line 6: "),
        ("standards.toml", "days = 20", 'days = "x"', "standards.toml line 20: days: "),
        (
            "standards.toml",
            'name = "idle"',
            'name = "answer"',
            "standards.toml line 43: Standards: ",
        ),
        ("standards.toml", "opens = 08:30:00", "opens = 17:00:00", "alerts open before they"),
        (
            "recourses.toml",
            'name_en = "Review',
            'nam_en = "Review',
            "recourses.toml line 17: name_en: ",
        ),
    ],
)
def test_a_fault_is_told_with_file_and_line(
    changing: Changing, file: str, old: str, new: str, message: str
) -> None:
    assert message in fault(changing(file, old, new))


def test_successors_that_go_round_are_refused(changing: Changing) -> None:
    folder = changing("units.csv", "2015-06-28,MTL-E", "2015-06-28,MTL-PAT")
    assert fault(folder) == "units.csv line 26: successors of MTL-PAT come back to MTL-PAT"


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "standards.toml").unlink()
    assert fault(folder) == "standards.toml: the file is missing"


def test_a_table_in_another_charset_is_named(folder: Path) -> None:
    (folder / "units.csv").write_bytes("Montréal".encode("latin-1"))
    assert fault(folder) == "units.csv: the file is not in UTF-8"


def test_managers_of_a_unit_are_read_when_the_table_has_the_column(folder: Path) -> None:
    file = folder / "units.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    named = [f"{lines[0]},managers", f"{lines[1]},Julie Modèle; Jean Exemple"]
    file.write_text("\n".join([*named, *(f"{line}," for line in lines[2:])]), encoding="utf-8")
    units = load_department(folder).units
    assert units["DR-01"].managers == ("Julie Modèle", "Jean Exemple")
    assert units["DR-02"].managers == ()


def test_a_unit_is_known_by_its_address_and_by_its_mailbox() -> None:
    owners = load_department(SHIPPED).unit_addresses
    assert owners["plaintes.longueuil@ministere.example"] == "MO-LON"
    assert owners["equipe.longueuil@ministere.example"] == "MO-LON"


def test_a_mailbox_that_two_units_share_is_the_address_of_none(changing: Changing) -> None:
    folder = changing(
        "units.csv", "equipe.square-decarie@ministere.example", "equipe.longueuil@ministere.example"
    )
    owners = load_department(folder).unit_addresses
    assert "equipe.longueuil@ministere.example" not in owners
    assert owners["plaintes.longueuil@ministere.example"] == "MO-LON"
