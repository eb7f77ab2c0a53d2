"""One held case as the sorting queue shows it: words, why it is held, who could have it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from services.desk.marking import Piece, marked
from services.desk.office.excerpt import excerpt
from shared.department import Department
from shared.domain.case import Case
from shared.domain.clocks import left, sort_by
from shared.domain.place import Evidence
from shared.domain.reading import Message
from shared.domain.unit import Unit

#: Characters of the person's words; the whole is one click away.
WORDS = 660
#: A dozen candidates is no choice any more: the list of units is beside them.
MOST_CANDIDATES = 5
MOST_CLUES = 4
#: Of a case that goes round and round, the last ones are told; its page has all of them.
MOST_RETURNS = 2

Measure = Literal["minutes", "hours", "days"]


class Clue(NamedTuple):
    """Words that speak for a candidate; `number` is their mark in the text, None outside it."""

    number: int | None
    evidence: Evidence


class Choice(NamedTuple):
    """A unit that could be the one, `first` on the list or further down."""

    number: int
    unit: Unit
    clues: tuple[Clue, ...]


class Return(NamedTuple):
    """That a unit did not keep a case: it refused, or a person took it away (`taken`). `by` says
    who of the unit, or who took it; `unit` is None when the tables know it no more."""

    at: datetime
    unit: Unit | None
    unit_id: str
    by: str
    because: str
    taken: bool


class Age(NamedTuple):
    """How long a case has been with us, in the measure that says it shortest."""

    measure: Measure
    number: int


@dataclass(frozen=True, slots=True)
class Card:
    """A held case to be sorted. `left` is in business days, negative when late."""

    case: Case
    message: Message | None
    pieces: list[Piece]
    choices: tuple[Choice, ...]
    more: int
    regions: tuple[str, ...]
    returns: tuple[Return, ...]
    age: Age
    sort_on: date
    left: int

    @property
    def unread(self) -> bool:
        return self.message is not None and self.message.reading.state == "failed"

    @property
    def guarded(self) -> bool:
        """Whether a unit gets it only once a person has decided that it discloses nothing."""
        held = self.case.held
        disclosing = held is not None and held.reason == "possible_disclosure"
        return disclosing or "possible_disclosure" in self.case.flag_names


def card_of(case: Case, message: Message | None, department: Department, now: datetime) -> Card:
    """Return a held case as it is shown now; `message` is the first one."""
    calendar, standards = department.calendar, department.standards
    today, sort_on = calendar.day_of(now), sort_by(case, calendar, standards)
    evidence = case.held.evidence if case.held else ()
    choices = _choices(case, evidence, department, today)
    return Card(
        case=case,
        message=message,
        pieces=excerpt(marked(_words(message), evidence), WORDS),
        choices=choices[:MOST_CANDIDATES],
        more=len(choices) - MOST_CANDIDATES if len(choices) > MOST_CANDIDATES else 0,
        regions=tuple(dict.fromkeys(one.unit.region for one in choices if one.unit.region)),
        returns=_returns(case, department)[-MOST_RETURNS:],
        age=age_of(now - case.opened_at),
        sort_on=sort_on,
        left=left(calendar, today, sort_on),
    )


def age_of(passed: timedelta) -> Age:
    """Return a duration in minutes, hours or days, rounded down; a clock that is off counts 0."""
    minutes = max(int(passed.total_seconds() // 60), 0)
    if minutes < 60:
        return Age("minutes", minutes)
    return Age("hours", minutes // 60) if minutes < 48 * 60 else Age("days", minutes // 1440)


def _returns(case: Case, department: Department) -> tuple[Return, ...]:
    """Return who did not keep a case, oldest first."""
    refused = [(one.at, one.unit_id, one.by, one.because, False) for one in case.refusals]
    taken = [(one.at, one.from_unit or "", one.by, one.because, True) for one in case.taken_away]
    return tuple(
        Return(at, department.units.get(unit_id), unit_id, by, because, away)
        for at, unit_id, by, because, away in sorted((*refused, *taken))
    )


def _words(message: Message | None) -> str:
    if message is None:
        return ""
    passed = message.reading.forwarded
    own = message.reading.own_text
    return f"{own}\n\n{passed.text}" if passed and passed.text not in own else own


def _choices(
    case: Case, evidence: Sequence[Evidence], department: Department, today: date
) -> tuple[Choice, ...]:
    """Return the candidates that can take a case today, in the order of the router."""
    candidates = case.held.candidates if case.held else ()
    named = [(department.units.get(one.unit_id), one) for one in candidates]
    live = [(unit, one) for unit, one in named if unit and unit.live_on(today)]
    return tuple(
        Choice(number, unit, _clues(one.evidence, evidence))
        for number, (unit, one) in enumerate(live, start=1)
    )


def _clues(spoken: Sequence[Evidence], evidence: Sequence[Evidence]) -> tuple[Clue, ...]:
    found = [Clue(_number(clue, evidence), clue) for clue in dict.fromkeys(spoken)]
    return tuple(found[:MOST_CLUES])


def _number(clue: Evidence, evidence: Sequence[Evidence]) -> int | None:
    return next((at for at, one in enumerate(evidence, start=1) if one == clue), None)
