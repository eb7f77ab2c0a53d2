"""Recourses that exist beside a complaint: dated data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal, NamedTuple

from shared.domain.calendar import Calendar
from shared.domain.document import Value

#: What a delay counts from. A person records the day; nothing is guessed from a message.
Since = Literal["decision", "review_decision", "review_refused_late"]


class Term(Value):
    """A delay that ends on a day: so many days after an event, counted as the source says.

    `presumed_after` days pass between the day on a decision and the day on which it is presumed
    received. `programme` limits the delay to one; `except_programmes` have another.
    """

    since: Since
    days: int
    label_fr: str
    label_en: str
    presumed_after: int = 0
    programme: str = ""
    except_programmes: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        return self.label_en if language == "en" else self.label_fr

    def applies_to(self, programme: str) -> bool:
        """Tell whether the delay is surely this programme's; "" is a programme not known."""
        if self.programme:
            return programme == self.programme
        return not self.except_programmes or programme not in {"", *self.except_programmes}


class Recourse(Value):
    """One way to be heard elsewhere. `rule` says the delay in words, `terms` what can be counted.

    `languages` are those in which the body itself answers, as far as its source says.
    """

    id: str
    name_fr: str
    name_en: str
    rule_fr: str
    rule_en: str
    contact: str = ""
    languages: tuple[Literal["fr", "en"], ...] = ()
    terms: tuple[Term, ...] = ()
    source: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_fr

    def rule(self, language: str) -> str:
        return self.rule_en if language == "en" else self.rule_fr

    def live_on(self, day: date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)


class LastDay(NamedTuple):
    """A term whose last day is known."""

    term: Term
    day: date


class ToldRecourse(NamedTuple):
    """A recourse as a person is told of it: in words, with the last days that are known."""

    recourse: Recourse
    last_days: tuple[LastDay, ...] = ()


def last_day(term: Term, since: date, calendar: Calendar) -> date | None:
    """Return the last day of a delay that counts from `since`, or None when it cannot be told.

    The first day does not count, the last one does, and one that is closed becomes the next
    business day (J-3 r. 3 section 3, I-16 section 52). None beyond the years that the calendar
    knows: a holiday that it does not have would make the day wrong.
    """
    day = since + timedelta(days=term.presumed_after + term.days)
    if not calendar.first_year <= day.year <= calendar.last_year:
        return None
    day = calendar.next_business_day(day)
    return day if day.year <= calendar.last_year else None


def told(
    recourses: Iterable[Recourse],
    *,
    on: date,
    known: Mapping[Since, date],
    programme: str,
    calendar: Calendar,
) -> tuple[ToldRecourse, ...]:
    """Return the recourses live on a day, each with the last days that `known` days give.

    `known` has the days that a person recorded, by what they are the day of (`Since`).
    """
    return tuple(
        ToldRecourse(
            recourse,
            tuple(
                LastDay(term, day)
                for term in recourse.terms
                if term.since in known and term.applies_to(programme)
                if (day := last_day(term, known[term.since], calendar))
            ),
        )
        for recourse in recourses
        if recourse.live_on(on)
    )
