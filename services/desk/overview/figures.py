"""The figures of a period, counted from facts. Pure; every partition adds up to its total.

Two ways of counting, each with its balance:
* what moved: open when the period began + received in it = closed in it + open when it ended;
* what became of the complaints received in the period, as it stands on the day `as_of`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeVar

from services.desk.overview.facts import Fact
from services.desk.overview.periods import Period, months, weeks

Timely = Literal["in_time", "late", "not_due"]
Events = Literal["counted", "apart"]
#: More weeks than these are shown by the month.
MOST_WEEKS = 54
K = TypeVar("K")


class Balance(NamedTuple):
    """What moved in a period: before + received == closed + after."""

    before: int
    received: int
    closed: int
    after: int


class Times(NamedTuple):
    """Complaints by whether their answer kept its day. One that is open and not due yet, or whose
    clock stands, is neither in time nor late."""

    in_time: int = 0
    late: int = 0
    not_due: int = 0

    @property
    def total(self) -> int:
        return self.in_time + self.late + self.not_due

    @property
    def share(self) -> int | None:
        """Whole per cent of those whose day has come; None when there are none."""
        judged = self.in_time + self.late
        # Rounded down: 89.6 per cent do not reach a target of 90
        return 100 * self.in_time // judged if judged else None


class Line(NamedTuple):
    """The complaints received by one unit, or in all: received == closed + open == times.total."""

    received: int
    closed: int
    times: Times

    @property
    def open(self) -> int:
        return self.received - self.closed


class Span(NamedTuple):
    """One bar of the chart."""

    first: date
    last: date
    received: int
    closed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the overview tells. Keys are words of the data; None is "none known".

    `by_…` are partitions of `total.received`; in `by_outcome` and `by_motive` the key "" is "not
    closed". `second` are cases of the complaints office about a complaint, and are in no other
    figure. `not_counted` are mails that nobody has confirmed to be a complaint.
    """

    period: Period
    as_of: date
    balance: Balance
    total: Line
    by_unit: dict[str | None, Line]
    by_outcome: dict[str, int]
    by_motive: dict[str, int]
    by_channel: dict[str, int]
    by_language: dict[str, int]
    by_region: dict[str | None, int]
    by_month: dict[str, int]
    by_satisfaction: dict[str, int]
    by_event: dict[str | None, int]
    spans: tuple[Span, ...]
    by_weeks: bool
    second: Line
    went_up: int
    late_now: int
    open_now: int
    unsorted_now: int
    not_counted: int

    @property
    def linked(self) -> int:
        """Complaints that are about an event."""
        return self.total.received - self.by_event.get(None, 0)


def first_of(lines: Mapping[K, Line], most: int) -> tuple[dict[K, Line], int, Line]:
    """Return the lines with the most complaints; how many others there are, and their sum."""
    ranked = sorted(lines.items(), key=lambda one: (-one[1].received, str(one[0])))
    others = [line for _, line in ranked[most:]]
    times = Times(*(sum(parts) for parts in zip(*(line.times for line in others), strict=True)))
    total = Line(sum(o.received for o in others), sum(o.closed for o in others), times)
    return dict(ranked[:most]), len(others), total


def timely(fact: Fact, on: date) -> Timely:
    """Return whether the answer kept its day, as it stands on a day."""
    if fact.done_by(on) and fact.done is not None:
        return "in_time" if fact.done <= fact.due else "late"
    return "late" if fact.due < on and not fact.stands else "not_due"


def figures_of(
    facts: Sequence[Fact], period: Period, as_of: date, *, events: Events = "counted"
) -> Figures:
    """Count the facts that somebody may see (`seen_by`); `apart` leaves events out of all but
    `by_event`."""
    confirmed = [fact for fact in facts if not fact.junk]
    first_level = [fact for fact in confirmed if fact.level == 1]
    by_event = _count((f.event for f in first_level if period.holds(f.received)), None)
    kept = [fact for fact in first_level if events == "counted" or fact.event is None]
    mine = [fact for fact in kept if period.holds(fact.received)]
    second = [f for f in confirmed if f.level > 1 and period.holds(f.received)]
    still = [fact for fact in kept if not fact.closed_by(as_of)]
    spans, by_weeks = _spans(kept, period, as_of)
    return Figures(
        period=period,
        as_of=as_of,
        balance=_balance(kept, period),
        total=_line(mine, as_of),
        by_unit=_lines(mine, as_of),
        by_outcome=_count(_ended(fact, fact.outcome, as_of) for fact in mine),
        by_motive=_count(_ended(fact, fact.motive, as_of) for fact in mine),
        by_channel=_count(fact.channel for fact in mine),
        by_language=_count(fact.language for fact in mine),
        by_region=_count((fact.region for fact in mine), None),
        by_month=_count(f"{fact.received:%Y-%m}" for fact in mine),
        by_satisfaction=_count(_said(fact, as_of) for fact in mine),
        by_event=by_event,
        spans=spans,
        by_weeks=by_weeks,
        second=_line(second, as_of),
        went_up=sum(1 for fact in mine if fact.went_up),
        late_now=sum(1 for fact in still if fact.due < as_of and not fact.stands),
        open_now=len(still),
        unsorted_now=sum(1 for fact in still if fact.unit is None),
        not_counted=sum(1 for fact in facts if fact.junk and period.holds(fact.received)),
    )


def _balance(facts: Iterable[Fact], period: Period) -> Balance:
    before = received = closed = 0
    for fact in facts:
        if fact.received > period.last or (fact.closed and fact.closed < period.first):
            continue
        if fact.received < period.first:
            before += 1
        else:
            received += 1
        closed += fact.closed_by(period.last)
    return Balance(before, received, closed, before + received - closed)


def _line(facts: Iterable[Fact], as_of: date) -> Line:
    counted = Counter[tuple[str, bool]](
        (timely(fact, as_of), fact.closed_by(as_of)) for fact in facts
    )
    times = {
        one: counted[one, True] + counted[one, False] for one in ("in_time", "late", "not_due")
    }
    closed = sum(count for (_, ended), count in counted.items() if ended)
    return Line(sum(counted.values()), closed, Times(**times))


def _lines(facts: Iterable[Fact], as_of: date) -> dict[str | None, Line]:
    units: dict[str | None, list[Fact]] = {}
    for fact in facts:
        units.setdefault(fact.unit, []).append(fact)
    return {unit: _line(of_unit, as_of) for unit, of_unit in units.items()}


def _spans(facts: Iterable[Fact], period: Period, as_of: date) -> tuple[tuple[Span, ...], bool]:
    parts = weeks(period, as_of)
    by_weeks = len(parts) <= MOST_WEEKS
    if not by_weeks:
        parts = months(period, as_of)
    received: Counter[date] = Counter()
    closed: Counter[date] = Counter()
    for fact in facts:
        received[fact.received] += 1
        if fact.closed:
            closed[fact.closed] += 1
    spans = (Span(p.first, p.last, _between(received, p), _between(closed, p)) for p in parts)
    return tuple(spans), by_weeks


def _between(days: Counter[date], part: Period) -> int:
    length = (part.last - part.first).days + 1
    return sum(days[part.first + timedelta(days=number)] for number in range(length))


def _ended(fact: Fact, word: str | None, as_of: date) -> str:
    return (word or "") if fact.closed_by(as_of) else ""


def _said(fact: Fact, as_of: date) -> str:
    said = fact.satisfied if fact.satisfied_on and fact.satisfied_on <= as_of else None
    return said or ""


def _count(keys: Iterable[K], *always: K) -> dict[K, int]:
    """Count keys, the most frequent first; those in `always` are there even if none has them."""
    counted: Counter[K] = Counter(keys)
    return {**dict(counted.most_common()), **{key: counted[key] for key in always}}
