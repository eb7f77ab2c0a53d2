"""The department as data: `deploy/department/` read and checked once, frozen, passed in.

`load_addresses` reads only what the doors need, so that broken rules never close a door;
`load_department` reads all of it. Both raise Misconfigured and name file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError

from shared.domain.calendar import Calendar
from shared.domain.closed_days import ClosedDay, closed_days
from shared.domain.document import Value
from shared.domain.postal_table import PostalTable
from shared.domain.recourse import Recourse, Standards
from shared.domain.unit import FormerName, Rule, Unit
from shared.postal_codes import CODE, read_postal_codes
from shared.tables import Row, Table, fingerprint, read_csv, read_toml


class Addresses(Value):
    """What a door must know: which recipients are ours (lower case, without plus part)."""

    intake: tuple[str, ...]
    #: unit id of an address that belongs to one unit; others belong to the whole department
    units: dict[str, str] = Field(default_factory=dict)

    @property
    def main(self) -> str:
        """The address that acknowledgements come from."""
        return self.intake[0]

    def owns(self, address: str) -> bool:
        """Tell whether mail to this address is for us; a plus part does not count."""
        local, at, domain = address.lower().rpartition("@")
        return f"{local.partition('+')[0]}{at}{domain}" in self.known

    @cached_property
    def domains(self) -> frozenset[str]:
        """The domains of our addresses."""
        return frozenset(address.rpartition("@")[2] for address in self.known)

    @cached_property
    def known(self) -> frozenset[str]:
        """All of them, for every RCPT."""
        return frozenset((*self.intake, *self.units))


class Department(Value):
    """Everything that may change without touching code. `version` names the exact tables."""

    version: str
    policy_version: str
    name_fr: str
    name_en: str
    complaints_name_fr: str
    complaints_name_en: str
    phone: str
    hours_fr: str
    hours_en: str
    policy_url_fr: str
    policy_url_en: str
    attribution: str
    addresses: Addresses
    mail_domains: tuple[str, ...]
    shared_mail_providers: frozenset[str]
    complaints_office: str
    units: dict[str, Unit]
    rules: tuple[Rule, ...]
    postal: PostalTable = PostalTable()
    calendar: Calendar
    standards: Standards
    recourses: tuple[Recourse, ...]

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_fr

    @cached_property
    def unit_addresses(self) -> dict[str, str]:
        """The unit of every address that people may write to a unit at, its mailbox included."""
        boxes = {unit.mailbox: unit.id for unit in self.units.values()}
        return {**boxes, **self.addresses.units}

    def rule_named(self, rule_id: str) -> Rule | None:
        """Return the rule that has this id, of either table."""
        own = (rule for rule in self.rules if rule.id == rule_id)
        return next(own, None) or self.postal.rule_named(rule_id)

    def office(self) -> Unit:
        """Return the complaints office: it takes what no unit has."""
        return self.units[self.complaints_office]


#: An address as the doors compare it: lower case, no plus part, nothing that needs quotes.
_ADDRESS = re.compile(r"[a-z0-9._-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
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


def load_addresses(folder: Path) -> Addresses:
    """Return the addresses of `folder`/department.toml and units.csv, and nothing else.

    A door opens with them even when rules, calendar or territory are broken.
    """
    own = read_toml(folder / "department.toml")
    intake = own.strings("intake_addresses")
    if not intake:
        raise own.fault("intake_addresses", "intake_addresses is empty")
    for address in intake:
        if not _ADDRESS.fullmatch(address):
            raise own.fault("intake_addresses", f"{address!r} is not an address in lower case")
    units: dict[str, str] = {}
    for row in read_csv(folder / "units.csv", ("id", "address")):
        units.setdefault(row["address"], row["id"])
    return Addresses(intake=intake, units=units)


def load_department(folder: Path) -> Department:
    """Return the whole department, checked; raise Misconfigured with file and line.

    What a single table can get wrong is refused here; whether the rules reach everybody is asked
    by `services/router/checking.py`.
    """
    own = read_toml(folder / "department.toml")
    units = _units(folder / "units.csv", own.strings("intake_addresses"))
    if own.text("complaints_office") not in units:
        raise own.fault("complaints_office", "complaints_office is not in units.csv")
    standards = read_toml(folder / "standards.toml")
    texts = {
        name: own.text(name)
        for name, field in Department.model_fields.items()
        if field.annotation is str and name != "version"
    }
    return Department(
        **texts,
        version=fingerprint(folder),
        addresses=load_addresses(folder),
        mail_domains=own.strings("mail_domains"),
        shared_mail_providers=frozenset(own.table("shared_mail_providers").strings("domains")),
        units=units,
        rules=tuple(_rules(folder / "rules.csv", units)),
        postal=read_postal_codes(folder, units),
        calendar=_calendar(read_toml(folder / "calendar.toml")),
        standards=_valid(Standards, standards.values, standards),
        recourses=tuple(
            _valid(Recourse, entry.values, entry)
            for entry in read_toml(folder / "recourses.toml").tables("recourse")
        ),
    )


def with_rules(department: Department, folder: Path, file: Path) -> Department:
    """Return the department of `folder` as it would be with `file` in the place of its rules.

    Raise Misconfigured with file and line, as `load_department` does.
    """
    rules = tuple(_rules(file, department.units))
    version = fingerprint(folder, instead={"rules.csv": file})
    return department.model_copy(update={"rules": rules, "version": version})


def _units(file: Path, intake: tuple[str, ...]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    owners = dict.fromkeys(intake, "the whole department")
    for row in read_csv(file, _UNIT_COLUMNS):
        unit = _unit(row)
        if unit.id in units:
            raise row.fault(f"unit {unit.id} is there twice")
        if not _ADDRESS.fullmatch(unit.address):
            raise row.fault(f"unit {unit.id} needs an address in lower case")
        if unit.address in owners:
            raise row.fault(f"{unit.address} already belongs to {owners[unit.address]}")
        units[unit.id] = unit
        owners[unit.address] = unit.id
        _in_order(row, unit)
    for unit in units.values():
        if not _ADDRESS.fullmatch(unit.mailbox) or unit.mailbox in owners:
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
    return _valid(Unit, {**fields, "line": row.line}, row)


def _former_names(row: Row) -> Iterator[FormerName]:
    """Read `name|first day|last day; …`; an empty day means that it is not known."""
    for part in row.parts("former_names"):
        pieces = [piece.strip() or None for piece in part.split("|")]
        if len(pieces) != 3 or pieces[0] is None:
            raise row.fault("former_names are written as: name|first day|last day; …")
        fields = dict(zip(("name", "valid_from", "valid_to"), pieces, strict=True))
        yield _valid(FormerName, fields, row)


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


def _rules(file: Path, units: Mapping[str, Unit]) -> Iterator[Rule]:
    seen: set[str] = set()
    for row in read_csv(file, _RULE_COLUMNS):
        fields: dict[str, object] = {name: row[name] for name in _RULE_COLUMNS}
        for name in ("valid_from", "valid_to"):
            fields[name] = row[name] or None
        rule = _valid(Rule, {**fields, "line": row.line}, row)
        if rule.unit_id not in units:
            raise row.fault(f"unit {rule.unit_id} is not in units.csv")
        if rule.id in seen:
            raise row.fault(f"rule {rule.id} is there twice")
        if not re.fullmatch(_SCOPE[rule.scope_kind], rule.scope_value):
            raise row.fault(f"{rule.scope_value!r} is not a value for scope {rule.scope_kind}")
        _in_order(row, rule)
        seen.add(rule.id)
        yield rule


def _calendar(file: Table) -> Calendar:
    first, last = file.number("first_year"), file.number("last_year")
    rules = [_valid(ClosedDay, entry.values, entry) for entry in file.tables("closed")]
    return Calendar(
        time_zone=file.text("time_zone"),
        closed=closed_days(rules, first, last),
        first_year=first,
        last_year=last,
    )


def _in_order(row: Row, dated: Unit | Rule) -> None:
    if dated.valid_from and dated.valid_to and dated.valid_to < dated.valid_from:
        raise row.fault(f"{dated.id} ends before it begins")


def _valid(kind: type[V], fields: Mapping[str, object], place: Row | Table) -> V:
    """Return the value, or raise Misconfigured that names the field, never the whole input."""
    try:
        return kind.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or kind.__name__
        raise place.fault(f"{field}: {first['msg']}") from None
