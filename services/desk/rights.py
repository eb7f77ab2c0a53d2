"""What an account may see and do on one day, by its mandates and the unit tree. Pure.

Rights hold in the query: every find and every count of cases is joined with `visible`, so that
what somebody may not see is not in a list, a total or a search either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.department import Department
from shared.domain.account import Account, Role
from shared.domain.case import Case
from shared.domain.unit import Unit
from shared.ports.query import AllOf, AnyOf, Condition, ContainsAny, Equal, In

Doing = Literal[
    "read",  # the case with what the person wrote
    "work",  # take, write to the person, ask, extend, close, note, transfer
    "lead",  # give to a colleague, reopen
    "steer",  # sort held cases, any unit, second level
    "help",  # answer what a colleague asks of oneself, without the case
    "enter",  # a complaint received by telephone or at the counter
    "confirm",  # receipt of a sensitive case
    "report",  # the overview and its figures
    "operate",  # queues, dead letters, outgoing mail: never the content of a case
    "audit",  # who has read which case
    "accounts",  # who has an account
]
#: Matches no case at all.
NOTHING: Condition = In("unit_id", ())

_DOINGS: dict[Role, frozenset[Doing]] = {
    "staff": frozenset({"enter", "help"}),
    "agent": frozenset({"enter", "help", "read", "work"}),
    "manager": frozenset({"enter", "help", "read", "work", "lead", "report", "confirm"}),
    "complaints_office": frozenset(
        {"enter", "help", "read", "work", "lead", "steer", "report", "confirm", "accounts"}
    ),
    "authority": frozenset({"confirm"}),
    "operations": frozenset({"operate"}),
    "privacy": frozenset({"audit"}),
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do, and for which units; `everywhere` is the complaints office.

    `serves` are the units that they are people of, whether or not they read its cases.
    """

    doings: frozenset[Doing]
    units: frozenset[str]
    led: frozenset[str]
    everywhere: bool
    serves: frozenset[str] = frozenset()

    def may(self, doing: Doing) -> bool:
        return doing in self.doings

    @property
    def visible(self) -> Condition:
        """The condition that every question about cases is joined with."""
        if self.everywhere:
            return AllOf(())
        if not self.units or not self.may("read"):
            return NOTHING
        units = sorted(self.units)
        return AnyOf((In("unit_id", units), ContainsAny("concerned_units", units)))

    @property
    def addressed(self) -> Condition:
        """The condition of cases that these units, or the complaints office, must answer."""
        if self.everywhere:
            return AllOf(())
        return In("unit_id", sorted(self.units)) if self.may("read") else NOTHING

    def sees(self, case: Case) -> bool:
        """Tell for one case what `visible` tells for all."""
        if self.everywhere:
            return True
        return self.may("read") and not self.units.isdisjoint({case.unit_id, *case.concerned_units})

    def may_with(self, doing: Doing, case: Case) -> bool:
        """Tell whether somebody may do this with this case; one that only concerns a unit is
        read there, and answered elsewhere."""
        if doing not in self.doings:
            return False
        if self.everywhere:
            return True
        if doing == "read":
            return self.sees(case)
        return case.unit_id in (self.led if doing == "lead" else self.units)


def rights_of(account: Account, department: Department, on: date) -> Rights:
    """Return the rights of an account on a day; a closed account has none."""
    live = [] if account.closed_at else [one for one in account.mandates if one.live_on(on)]
    units = _units((one.unit_id for one in live if one.role == "agent"), department, deep=False)
    led = _units((one.unit_id for one in live if one.role == "manager"), department, deep=True)
    staff = _units((one.unit_id for one in live if one.role == "staff"), department, deep=False)
    roles = {one.role for one in live}
    office = {department.complaints_office} if "complaints_office" in roles else set()
    return Rights(
        doings=frozenset(doing for role in roles for doing in _DOINGS[role]),
        units=units | led,
        led=led,
        everywhere="complaints_office" in roles,
        serves=staff | units | led | office,
    )


def answering(unit: str) -> Condition:
    """Return the condition of the cases that one unit answers."""
    return Equal("unit_id", unit)


def _units(named: Iterable[str | None], department: Department, *, deep: bool) -> frozenset[str]:
    found = [department.units[one] for one in named if one in department.units]
    return frozenset(
        below.id
        for unit in found
        for below in ([unit, *_below(unit, department)] if deep else [unit])
    )


def _below(unit: Unit, department: Department) -> list[Unit]:
    """Return the offices of a regional direction: those of its region."""
    if unit.kind != "regional_direction" or not unit.region:
        return []
    return [
        one
        for one in department.units.values()
        if one.kind == "office" and one.region == unit.region
    ]
