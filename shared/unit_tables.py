"""Units, rules and programmes of the department: `units.csv`, `rules.csv`, `programmes.csv`.

Each fault of a single table is refused here, with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from shared.domain.document import Value
from shared.domain.unit import FormerName, Programme, Rule, Unit
from shared.postal_codes import CODE
from shared.tables import Row, Table, read_csv

#: An address as the doors compare it: lower case, no plus part, nothing that needs quotes.
ADDRESS = re.compile(r"[a-z0-9._-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
#: What the value of each kind of scope looks like; a locality is written as its plain name.
_SCOPE = {
    "postal6": CODE,
    "municipality": r"\d{5}",
    "borough": r"[A-Z]{3}\d{2}",
    "locality": r".+",
    "mrc": r"\d{3}",
    "fsa": r"[GHJ]\d[A-Z]",
    "region": r"0[1-9]|1[0-7]",
    "default": r"",
}
_UNIT_COLUMNS = (
    "id", "kind", "name_fr", "name_en", "address", "mailbox", "phone", "region",
    "municipality_code", "aliases", "former_names", "valid_from", "valid_to", "successor", "source",
)  # fmt: skip
_RULE_COLUMNS = (
    "id", "scope_kind", "scope_value", "unit_id", "valid_from", "valid_to", "source",
)  # fmt: skip
V = TypeVar("V", bound=Value)


def read_units(file: Path, intake: tuple[str, ...]) -> dict[str, Unit]:
    """Return the units by id; `intake` are addresses of the whole department."""
    units: dict[str, Unit] = {}
    owners = dict.fromkeys(intake, "the whole department")
    for row in read_csv(file, _UNIT_COLUMNS):
        unit = _unit(row)
        if unit.id in units:
            raise row.fault(f"unit {unit.id} is there twice")
        if not ADDRESS.fullmatch(unit.address):
            raise row.fault(f"unit {unit.id} needs an address in lower case")
        if unit.address in owners:
            raise row.fault(f"{unit.address} already belongs to {owners[unit.address]}")
        units[unit.id] = unit
        owners[unit.address] = unit.id
        _in_order(row, unit)
    for unit in units.values():
        if not ADDRESS.fullmatch(unit.mailbox) or unit.mailbox in owners:
            raise Row(file.name, unit.line, {}).fault(
                f"unit {unit.id} needs a mailbox, and not an address that comes in at our own door"
            )
        _check_successors(unit, units, file)
    return units


def _unit(row: Row) -> Unit:
    """Return the unit of a row; the column `managers` may be missing."""
    fields: dict[str, object] = {
        name: row[name] or None for name in _UNIT_COLUMNS if name != "source"
    }
    fields["phone"] = row["phone"]
    fields["aliases"] = tuple(row.parts("aliases"))
    fields["managers"] = tuple(row.parts("managers")) if "managers" in row.cells else ()
    fields["former_names"] = tuple(_former_names(row))
    return valid(Unit, {**fields, "line": row.line}, row)


def _former_names(row: Row) -> Iterator[FormerName]:
    """Read `name|first day|last day; …`; an empty day means that it is not known."""
    for part in row.parts("former_names"):
        pieces = [piece.strip() or None for piece in part.split("|")]
        if len(pieces) != 3 or pieces[0] is None:
            raise row.fault("former_names are written as: name|first day|last day; …")
        fields = dict(zip(("name", "valid_from", "valid_to"), pieces, strict=True))
        yield valid(FormerName, fields, row)


def _check_successors(unit: Unit, units: Mapping[str, Unit], file: Path) -> None:
    """Follow the chain to its end: each successor is there and none comes back."""
    seen = {unit.id}
    here = unit
    while here.successor is not None:
        if here.successor not in units:
            raise Row(file.name, here.line, {}).fault(
                f"successor {here.successor} of {here.id} is not in {file.name}"
            )
        here = units[here.successor]
        if here.id in seen:
            raise Row(file.name, unit.line, {}).fault(
                f"successors of {unit.id} come back to {here.id}"
            )
        seen.add(here.id)


def read_programmes(file: Path) -> Iterator[Programme]:
    """Read the programmes; a department without the table has none."""
    if not file.exists():
        return
    seen: set[str] = set()
    for row in read_csv(file, ("id", "name_fr", "name_en", "words")):
        fields: dict[str, object] = {name: row[name] for name in ("id", "name_fr", "name_en")}
        if not all(fields.values()) or row["id"] in seen:
            raise row.fault(f"programme {row['id']!r} needs an id of its own and both names")
        seen.add(row["id"])
        yield valid(Programme, {**fields, "words": tuple(row.parts("words"))}, row)


def read_rules(
    file: Path, units: Mapping[str, Unit], programmes: Iterable[Programme]
) -> Iterator[Rule]:
    """Read the rules; the column `programme` may be missing."""
    known = {"", *(programme.id for programme in programmes)}
    seen: set[str] = set()
    for row in read_csv(file, _RULE_COLUMNS):
        fields: dict[str, object] = {name: row[name] for name in _RULE_COLUMNS}
        for name in ("valid_from", "valid_to"):
            fields[name] = row[name] or None
        fields["programme"] = row.cells.get("programme", "")
        rule = valid(Rule, {**fields, "line": row.line}, row)
        if rule.programme not in known:
            raise row.fault(f"programme {rule.programme} is not in programmes.csv")
        if rule.unit_id not in units:
            raise row.fault(f"unit {rule.unit_id} is not in units.csv")
        if rule.id in seen:
            raise row.fault(f"rule {rule.id} is there twice")
        if not re.fullmatch(_SCOPE[rule.scope_kind], rule.scope_value):
            raise row.fault(f"{rule.scope_value!r} is not a value for scope {rule.scope_kind}")
        _in_order(row, rule)
        seen.add(rule.id)
        yield rule


def _in_order(row: Row, dated: Unit | Rule) -> None:
    if dated.valid_from and dated.valid_to and dated.valid_to < dated.valid_from:
        raise row.fault(f"{dated.id} ends before it begins")


def valid(kind: type[V], fields: Mapping[str, object], place: Row | Table) -> V:
    """Return the value, or raise Misconfigured that names the field, never the whole input."""
    try:
        return kind.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or kind.__name__
        raise place.fault(f"{field}: {first['msg']}") from None
