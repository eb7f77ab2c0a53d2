"""The figures of a period, counted from facts. Pure; every partition adds up to its total.

Two ways of counting, each with its balance:
* what moved: open when the period began + received in it = closed in it + open when it ended;
* what became of the complaints received in the period, as it stands on the day `as_of`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from services.desk.overview.periods import Period

#: Keys of tables: words of the data; None is "none known".
K = TypeVar("K", str, str | None)


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
    """Some of the complaints received, or all: received == closed + open == times.total.

    `delays` tells how many were answered on which business day after their receipt.
    """

    received: int
    closed: int
    times: Times
    delays: Mapping[int, int]

    @property
    def open(self) -> int:
        return self.received - self.closed

    @property
    def answered(self) -> int:
        return sum(self.delays.values())

    @property
    def median(self) -> int | None:
        """The business days within which half of those that were answered were; None when none
        was. A whole day that one of them took, never one between two."""
        below = 0
        for days, number in sorted(self.delays.items()):
            below += number
            if 2 * below >= self.answered:
                return days
        return None


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
    by_motive: dict[str, Line]
    by_channel: dict[str, Line]
    by_language: dict[str, Line]
    by_complainant: dict[str, Line]
    by_region: dict[str | None, Line]
    by_outcome: dict[str, int]
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


def sum_of(lines: Iterable[Line]) -> Line:
    """Return one line for several."""
    received = closed = 0
    times, delays = Times(), Counter[int]()
    for line in lines:
        received += line.received
        closed += line.closed
        times = Times(*(map(sum, zip(times, line.times, strict=True))))
        delays.update(line.delays)
    return Line(received, closed, times, delays)


def first_of(lines: Mapping[K, Line], most: int) -> tuple[dict[K, Line], int, Line]:
    """Return the lines with the most complaints; how many others there are, and their sum."""
    ranked = sorted(lines.items(), key=lambda one: (-one[1].received, str(one[0])))
    others = [line for _, line in ranked[most:]]
    return dict(ranked[:most]), len(others), sum_of(others)
