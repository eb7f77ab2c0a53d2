"""The department as data: `deploy/department/` read and checked once, frozen, passed in.

`load_addresses` reads only what the doors need, so that broken rules never close a door;
`load_department` reads all of it. Both raise Misconfigured and name file and line.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from pathlib import Path

from pydantic import Field

from shared.domain.calendar import Calendar
from shared.domain.closed_days import ClosedDay, closed_days
from shared.domain.document import Value
from shared.domain.postal_table import PostalTable
from shared.domain.recourse import Recourse
from shared.domain.standards import AlertRule, Repeat, Standard, Standards
from shared.domain.unit import Programme, Rule, Unit
from shared.population import Population, read_population
from shared.postal_codes import read_postal_codes
from shared.tables import Table, fingerprint, read_csv, read_toml
from shared.unit_tables import ADDRESS, read_programmes, read_rules, read_units, valid


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
    population: Population = Population()
    programmes: tuple[Programme, ...] = ()
    calendar: Calendar
    standards: Standards
    recourses: tuple[Recourse, ...]
    #: who hears at once of what is sensitive; the complaints office when there is none
    authorities: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_fr

    @cached_property
    def unit_addresses(self) -> dict[str, str]:
        """The unit of every address that people may write to a unit at, its mailbox included.

        A mailbox that several units share says nothing of which.
        """
        shared = Counter(unit.mailbox for unit in self.units.values())
        boxes = {u.mailbox: u.id for u in self.units.values() if shared[u.mailbox] == 1}
        return {**boxes, **self.addresses.units}

    def rule_named(self, rule_id: str) -> Rule | None:
        """Return the rule that has this id, of either table."""
        own = (rule for rule in self.rules if rule.id == rule_id)
        return next(own, None) or self.postal.rule_named(rule_id)

    def office(self) -> Unit:
        """Return the complaints office: it takes what no unit has."""
        return self.units[self.complaints_office]


def load_addresses(folder: Path) -> Addresses:
    """Return the addresses of `folder`/department.toml and units.csv, and nothing else.

    A door opens with them even when rules, calendar or territory are broken.
    """
    own = read_toml(folder / "department.toml")
    intake = own.strings("intake_addresses")
    if not intake:
        raise own.fault("intake_addresses", "intake_addresses is empty")
    for address in intake:
        if not ADDRESS.fullmatch(address):
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
    units = read_units(folder / "units.csv", own.strings("intake_addresses"))
    if own.text("complaints_office") not in units:
        raise own.fault("complaints_office", "complaints_office is not in units.csv")
    programmes = tuple(read_programmes(folder / "programmes.csv"))
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
        authorities=_authorities(own),
        shared_mail_providers=frozenset(own.table("shared_mail_providers").strings("domains")),
        units=units,
        programmes=programmes,
        rules=tuple(read_rules(folder / "rules.csv", units, programmes)),
        postal=read_postal_codes(folder, units),
        population=read_population(folder / "territory" / "population.csv"),
        calendar=_calendar(read_toml(folder / "calendar.toml")),
        standards=_standards(read_toml(folder / "standards.toml")),
        recourses=tuple(
            valid(Recourse, entry.values, entry)
            for entry in read_toml(folder / "recourses.toml").tables("recourse")
        ),
    )


def with_rules(department: Department, folder: Path, file: Path) -> Department:
    """Return the department of `folder` as it would be with `file` in the place of its rules.

    Raise Misconfigured with file and line, as `load_department` does.
    """
    rules = tuple(read_rules(file, department.units, department.programmes))
    version = fingerprint(folder, instead={"rules.csv": file})
    return department.model_copy(update={"rules": rules, "version": version})


def _standards(file: Table) -> Standards:
    alerts = file.table("alerts")
    fields = {
        **alerts.values,
        "standards": [valid(Standard, one.values, one) for one in file.tables("standard")],
        "alerts": [valid(AlertRule, one.values, one) for one in file.tables("alert")],
        "repeats": [valid(Repeat, one.values, one) for one in file.tables("repeat")],
    }
    return valid(Standards, fields, alerts)


def _authorities(own: Table) -> tuple[str, ...]:
    if "authorities" not in own.values:
        return ()
    found = own.strings("authorities")
    for address in found:
        if not ADDRESS.fullmatch(address):
            raise own.fault("authorities", f"{address!r} is not an address in lower case")
    return found


def _calendar(file: Table) -> Calendar:
    first, last = file.number("first_year"), file.number("last_year")
    rules = [valid(ClosedDay, entry.values, entry) for entry in file.tables("closed")]
    return Calendar(
        time_zone=file.text("time_zone"),
        closed=closed_days(rules, first, last),
        first_year=first,
        last_year=last,
    )
