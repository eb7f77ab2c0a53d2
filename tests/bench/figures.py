"""What is measured, and the bar beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from statistics import median


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least this share of `values` does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure measured several times: its median, and how far the runs lie apart."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        return cls(tuple(values))

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def least(self) -> float:
        return min(self.values)

    @property
    def most(self) -> float:
        return max(self.values)

    def against(self, other: Spread) -> Spread:
        """Return the ratios, run by run: both sides of each were measured close together."""
        return Spread.of(mine / its for mine, its in zip(self.values, other.values, strict=True))


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach: at least `least`, or at most `most`."""

    least: float | None = None
    most: float | None = None

    def is_met(self, value: float) -> bool:
        if self.least is not None and value < self.least:
            return False
        return self.most is None or value <= self.most

    def __str__(self) -> str:
        if self.least is not None:
            return f"≥ {self.least:g}"
        return f"≤ {self.most:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report; `name` says what was measured and with what running."""

    name: str
    spread: Spread
    unit: str
    bar: Bar | None = None

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ""
        return "met" if self.bar.is_met(self.spread.median) else "not met"


def rate(count: int, began: float, ended: float) -> float:
    """Return events a second between two moments."""
    return count / max(ended - began, 1e-9)
