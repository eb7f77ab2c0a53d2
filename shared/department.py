"""The department as data: `deploy/department/` read and checked once, frozen, passed in.

`load_addresses` reads only what the doors need, so that broken rules never close a door;
`load_department` reads all of it. Both raise Misconfigured and name file and line.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.domain.calendar import Calendar
from shared.domain.document import Value
from shared.domain.recourse import Recourse, Standards
from shared.domain.unit import Rule, Unit


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

    @property
    def known(self) -> frozenset[str]:
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
    calendar: Calendar
    standards: Standards
    recourses: tuple[Recourse, ...]

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_fr

    def office(self) -> Unit:
        """Return the complaints office: it takes what no unit has."""
        return self.units[self.complaints_office]


def load_addresses(folder: Path) -> Addresses:
    """Return the addresses of `folder`/department.toml and units.csv, and nothing else."""
    raise NotImplementedError(folder)


def load_department(folder: Path) -> Department:
    """Return the whole department, checked; raise Misconfigured with file and line."""
    raise NotImplementedError(folder)
