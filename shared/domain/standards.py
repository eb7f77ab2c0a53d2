"""Service standards in business days, and when somebody is told that one is at risk: dated data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from shared.domain.document import Value

#: acknowledge: the person knows that it came in · contact: a person of ours gets in touch · answer:
#: in writing · idle: nobody does anything · sorting: a held case gets its unit
StandardName = Literal["acknowledge", "contact", "answer", "idle", "sorting"]
#: What may go wrong with a case, the gravest first; "unposted" is about a letter or a call to the
#: person, of a closed case too.
AlertKind = Literal["late", "unsorted", "no_contact", "unread", "reminder", "idle", "unposted"]
Told = Literal["unit", "complaints_office"]


class Standard(Value):
    """One promise: within `days` business days, for at least `target` per cent of the cases.

    `ours` when the department published none. `valid_from` and `valid_to` are inclusive; what
    counts is the day of receipt.
    """

    name: StandardName
    days: int = Field(ge=0, le=366)
    target: int = Field(ge=1, le=100)
    ours: bool = True
    valid_from: date | None = None
    valid_to: date | None = None

    def live_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


class AlertRule(Value):
    """Who is told of one kind of alert, and when.

    `before_days`: business days before the answer is due, for "reminder" alone. `after_days`: how
    long a unit may leave a case unopened, a letter unposted, for "unread" and "unposted" alone.
    `again_days`: told again after so many business days in which nobody acts; 0 for never.
    `then_tell`: who is told too from the second time on.
    """

    kind: AlertKind
    tell: tuple[Told, ...] = Field(min_length=1)
    again_days: int = Field(default=0, ge=0)
    before_days: tuple[int, ...] = ()
    after_days: int = Field(default=0, ge=0)
    then_tell: tuple[Told, ...] = ()


class Repeat(Value):
    """How often a sensitive case is told again until somebody confirms receipt: every so many
    hours by the clock, day and night. Versions follow each other as those of a standard do."""

    hours: int = Field(ge=1, le=24 * 31)
    valid_from: date | None = None
    valid_to: date | None = None

    def live_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


class Standards(Value):
    """Every version of every standard, and the alerts that follow from them.

    Alerts leave between `opens` and `closes` of a business day, local time; those about sensitive
    cases at any time. Whoever is owed more than `one_by_one` of them at once gets one mail with
    all of them, of which the gravest `listed` stand in it.
    """

    standards: tuple[Standard, ...]
    alerts: tuple[AlertRule, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    one_by_one: int = Field(default=5, ge=1)
    listed: int = Field(default=50, ge=1, le=500)
    opens: time = time(8, 30)
    closes: time = time(16, 30)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for name in get_args(StandardName):
            _check(name, list(self._versions(name)))
        if self.repeats:
            _check("repeat", self._repeats())
        kinds = [rule.kind for rule in self.alerts]
        if len(kinds) != len(set(kinds)):
            raise ValueError("a kind of alert has two rules")
        if self.opens >= self.closes:
            raise ValueError("alerts open before they close")
        return self

    @property
    def ours(self) -> bool:
        """Whether any of them is ours and must be marked as such."""
        return any(standard.ours for standard in self.standards)

    def on(self, name: StandardName, day: date) -> Standard:
        """Return the version that holds for a complaint received on `day`.

        Before the first version the first one holds: a complaint is never without a promise.
        """
        versions = list(self._versions(name))
        return next((one for one in versions if one.live_on(day)), versions[0])

    def days(self, name: StandardName, day: date) -> int:
        """Return how many business days are promised for a complaint received on `day`."""
        return self.on(name, day).days

    def alert(self, kind: AlertKind) -> AlertRule | None:
        """Return the rule of a kind of alert; None when the department wants none."""
        return next((rule for rule in self.alerts if rule.kind == kind), None)

    def repeat(self, day: date) -> Repeat | None:
        """Return how often a sensitive case received on `day` is told again; None for never."""
        versions = self._repeats()
        return next(
            (one for one in versions if one.live_on(day)), versions[0] if versions else None
        )

    def _repeats(self) -> list[Repeat]:
        return sorted(self.repeats, key=lambda repeat: repeat.valid_from or date.min)

    def _versions(self, name: StandardName) -> Iterator[Standard]:
        found = (standard for standard in self.standards if standard.name == name)
        yield from sorted(found, key=lambda standard: standard.valid_from or date.min)


def _check(name: str, versions: Sequence[Standard | Repeat]) -> None:
    """Raise ValueError unless each version ends on the day before the next, and the last is open:
    a complaint of any day has exactly one."""
    if not versions:
        raise ValueError(f"there is no standard named {name}")
    for before, after in pairwise(versions):
        if before.valid_to is None or after.valid_from != before.valid_to + timedelta(days=1):
            raise ValueError(f"the versions of {name} overlap or leave days without one")
    if versions[-1].valid_to is not None:
        raise ValueError(f"the last version of {name} must not end")
