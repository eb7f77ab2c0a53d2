"""Counting of facts, some at a time: what a tally has seen is no matter how it was cut. Pure.

A hundred thousand facts take a third of a second. In a thread of its own that would hold back every
page of the process, which must then wait its turn for each step it takes; in pieces between the
steps of others it holds back none for more than a piece.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, Literal

from services.desk.overview.facts import Fact
from services.desk.overview.figures import Balance, Figures, K, Line, Span, Times
from services.desk.overview.periods import Period, months, weeks

Timely = Literal["in_time", "late", "not_due"]
Events = Literal["counted", "apart"]
#: More weeks than these are shown by the month.
MOST_WEEKS = 54


#: How many complaints of which key are in time (late, not due), closed, answered after how many
#: days.
_Counts = Counter[tuple[str | None, Timely, bool, int | None]]


def timely(fact: Fact, on: date) -> Timely:
    """Return whether the answer kept its day, as it stands on a day."""
    if fact.done is not None and fact.done <= on:
        return "in_time" if fact.done <= fact.due else "late"
    return "late" if fact.due < on and not fact.stands else "not_due"


def figures_of(
    facts: Iterable[Fact], period: Period, as_of: date, *, events: Events = "counted"
) -> Figures:
    """Count the facts that somebody may see (`seen_by`); `apart` leaves events out of all but
    `by_event`."""
    tally = Tally(period, as_of, events)
    tally.add(facts)
    return tally.figures()


#: The keys of the lines, beside that of the motive.
BY: dict[str, Callable[[Fact], str | None]] = {
    "unit": attrgetter("unit"),
    "channel": attrgetter("channel"),
    "language": attrgetter("language"),
    "complainant": attrgetter("complainant"),
    "region": attrgetter("region"),
}


@dataclass(slots=True)
class Tally:
    """The figures of a period while they are counted."""

    period: Period
    as_of: date
    events: Events = "counted"
    _lines: defaultdict[str, _Counts] = field(default_factory=lambda: defaultdict(Counter))
    _parts: defaultdict[str, Counter[Any]] = field(default_factory=lambda: defaultdict(Counter))
    _numbers: Counter[str] = field(default_factory=Counter)

    def add(self, facts: Iterable[Fact]) -> None:
        """Count some facts. Each step is one pass over all of them: that is three times as quick
        as all steps for one fact after the other."""
        within, numbers = self.period.holds, self._numbers
        first_level: list[Fact] = []
        second: list[Fact] = []
        for fact in facts:
            if fact.junk:
                numbers["not_counted"] += within(fact.received)
            else:
                (first_level if fact.level == 1 else second).append(fact)
        self._add_lines([fact for fact in second if within(fact.received)], second=_no_key)
        self._parts["event"].update(f.event for f in first_level if within(f.received))
        if self.events == "apart":
            first_level = [fact for fact in first_level if fact.event is None]
        self._move(first_level)
        self._look_at_open([fact for fact in first_level if not fact.closed_by(self.as_of)])
        self._became([fact for fact in first_level if within(fact.received)])

    def _move(self, facts: Sequence[Fact]) -> None:
        first, last = self.period.first, self.period.last
        self._parts["received"].update(fact.received for fact in facts)
        self._parts["closed"].update(fact.closed for fact in facts)
        there = [f for f in facts if f.received <= last and not (f.closed and f.closed < first)]
        before = sum(1 for fact in there if fact.received < first)
        closed = sum(1 for fact in there if fact.closed_by(last))
        self._numbers.update(before=before, received=len(there) - before, closed=closed)

    def _look_at_open(self, facts: Sequence[Fact]) -> None:
        late = sum(1 for fact in facts if fact.due < self.as_of and not fact.stands)
        unsorted = sum(1 for fact in facts if fact.unit is None)
        self._numbers.update(open_now=len(facts), late_now=late, unsorted_now=unsorted)

    def _became(self, facts: Sequence[Fact]) -> None:
        """Count complaints of the period."""
        on = self.as_of

        def ended(fact: Fact) -> str:
            return (fact.closed_by(on) and fact.motive) or ""

        self._add_lines(facts, total=_no_key, motive=ended, **BY)
        self._numbers["went_up"] += sum(1 for fact in facts if fact.went_up)
        parts = self._parts
        parts["outcome"].update((fact.closed_by(on) and fact.outcome) or "" for fact in facts)
        parts["month"].update(fact.received.isoformat()[:7] for fact in facts)
        parts["satisfaction"].update(_said(fact, on) for fact in facts)

    def _add_lines(self, facts: Sequence[Fact], **tables: Callable[[Fact], str | None]) -> None:
        times = [timely(fact, self.as_of) for fact in facts]
        closed = [fact.closed_by(self.as_of) for fact in facts]
        days = [fact.days if fact.done_by(self.as_of) else None for fact in facts]
        for table, key in tables.items():
            self._lines[table].update(zip(map(key, facts), times, closed, days, strict=True))

    def figures(self) -> Figures:
        """Return what was counted so far."""
        numbers = self._numbers
        before, received, closed = numbers["before"], numbers["received"], numbers["closed"]
        spans, by_weeks = self._spans()
        return Figures(
            period=self.period,
            as_of=self.as_of,
            balance=Balance(before, received, closed, before + received - closed),
            total=self._whole("total"),
            by_unit=self._table("unit"),
            by_motive=self._table("motive"),
            by_channel=self._table("channel"),
            by_language=self._table("language"),
            by_complainant=self._table("complainant"),
            by_region=self._table("region", None),
            by_outcome=self._counted("outcome"),
            by_month=self._counted("month"),
            by_satisfaction=self._counted("satisfaction"),
            by_event=self._counted("event", None),
            spans=spans,
            by_weeks=by_weeks,
            second=self._whole("second"),
            went_up=numbers["went_up"],
            late_now=numbers["late_now"],
            open_now=numbers["open_now"],
            unsorted_now=numbers["unsorted_now"],
            not_counted=numbers["not_counted"],
        )

    def _whole(self, table: str) -> Line:
        return _summed(self._lines[table]).get(None, NO_LINE)

    def _table(self, table: str, *always: K) -> dict[K, Line]:
        """Return the lines with most complaints first; those in `always` are there even if none
        has them."""
        lines = _summed(self._lines[table])
        ranked = sorted(lines.items(), key=lambda one: (-one[1].received, str(one[0])))
        return {**dict(ranked), **{key: lines.get(key, NO_LINE) for key in always}}

    def _counted(self, table: str, *always: K) -> dict[K, int]:
        counts = self._parts[table]
        ranked = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
        return {**dict(ranked), **{key: counts[key] for key in always}}

    def _spans(self) -> tuple[tuple[Span, ...], bool]:
        parts = weeks(self.period, self.as_of)
        by_weeks = len(parts) <= MOST_WEEKS
        if not by_weeks:
            parts = months(self.period, self.as_of)
        received, closed = self._parts["received"], self._parts["closed"]
        spans = (Span(p.first, p.last, _between(received, p), _between(closed, p)) for p in parts)
        return tuple(spans), by_weeks


NO_LINE = Line(0, 0, Times(), {})


def _no_key(_fact: Fact) -> None:
    """All of them are one line."""


def _said(fact: Fact, on: date) -> str:
    said = fact.satisfied if fact.satisfied_on and fact.satisfied_on <= on else None
    return said or ""


def _summed(counts: _Counts) -> dict[Any, Line]:
    """Return a line for each key."""
    times: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    delays: defaultdict[Any, Counter[int]] = defaultdict(Counter)
    closed: Counter[Any] = Counter()
    for (key, in_time, ended, days), number in counts.items():
        times[key][in_time] += number
        closed[key] += number if ended else 0
        if days is not None:
            delays[key][days] += number
    return {
        key: Line(of_key.total(), closed[key], Times(**of_key), dict(delays[key]))
        for key, of_key in times.items()
    }


def _between(days: Counter[date], part: Period) -> int:
    length = (part.last - part.first).days + 1
    return sum(days[part.first + timedelta(days=number)] for number in range(length))
