"""What a measure says: how many are right, of how many, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Miss(NamedTuple):
    """One mail that is not as it should be, and why."""

    file: str
    why: str


@dataclass(slots=True)
class Figure:
    """One line of the table. `at_least` is the bar, a share of 1; None only informs."""

    name: str
    at_least: float | None
    right: int = 0
    misses: list[Miss] = field(default_factory=list)

    def count(self, file: str, why_not: str) -> None:
        """Count one mail; `why_not` is empty for one that is right."""
        if why_not:
            self.misses.append(Miss(file, why_not))
        else:
            self.right += 1

    @property
    def of(self) -> int:
        return self.right + len(self.misses)

    @property
    def is_met(self) -> bool:
        """Say whether the bar is reached; an empty set reaches none and fails none."""
        return self.at_least is None or self.right >= self.at_least * self.of - 1e-9


class Measured(NamedTuple):
    """What one set gave."""

    set: str
    figures: list[Figure]
