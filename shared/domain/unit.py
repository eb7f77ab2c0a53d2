"""Administrative units and the dated rules that lead to them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.domain.document import Value

ScopeKind = Literal[
    "postal6", "municipality", "borough", "locality", "mrc", "fsa", "region", "default"
]


class FormerName(Value):
    """A name that a unit had between two days; people go on using it long after."""

    name: str
    valid_from: date | None = None
    valid_to: date | None = None

    def live_on(self, day: date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)


class Unit(Value):
    """A unit that serves people and answers their complaints. Dates are inclusive.

    `aliases` are everyday names that are good at any time; `managers` are persons who answer for
    the unit; `line` is its line in `units.csv`. A partner serves people on behalf of the department
    between its days, and in its municipality only when it has one.
    """

    id: str
    kind: Literal["office", "regional_direction", "complaints_office", "partner"]
    name_fr: str
    name_en: str
    address: str
    mailbox: str
    phone: str = ""
    region: str | None = None
    municipality_code: str | None = None
    aliases: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    former_names: tuple[FormerName, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    line: int = 0

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_fr

    def live_on(self, day: date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)


class Programme(Value):
    """A programme of the department, and the words by which people name it."""

    id: str
    name_fr: str
    name_en: str
    words: tuple[str, ...] = ()


class Rule(Value):
    """One line of `rules.csv`: who serves the people of this scope, between these days.

    One with a programme speaks only of complaints that name it, and then before the others.
    """

    id: str
    scope_kind: ScopeKind
    scope_value: str
    unit_id: str
    programme: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    line: int = 0

    def live_on(self, day: date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)
