"""What may be asked of a store: few operators, the same in every adapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.document import instant
from shared.domain.words import BEGINNING, asked_words

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Equal:
    """The field has this value; None means that it has none."""

    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    """The field has one of these values; an empty sequence matches nothing."""

    field: str
    values: Sequence[str | int]


@dataclass(frozen=True, slots=True)
class ContainsAny:
    """The keyword field holds at least one of these strings."""

    field: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Words:
    """Every word of `text`, folded, is among the words kept beside the document; of the last one
    the beginning is enough. A text without a word holds for all documents."""

    text: str

    @property
    def whole(self) -> tuple[str, ...]:
        """The words that must be there as they are, longest first: long ones are rare."""
        words = asked_words(self.text)
        return tuple(sorted(words[:-1] if self.beginning else words, key=len, reverse=True))

    @property
    def beginning(self) -> str:
        """The word of which the beginning is enough, "" when the last one is too short for it."""
        *_, last = asked_words(self.text) or ("",)
        return last if len(last) >= BEGINNING else ""


@dataclass(frozen=True, slots=True)
class Range:
    """at_least <= field < below; a missing bound is open."""

    field: str
    at_least: str | int | float | None = None
    below: str | int | float | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every condition holds; an empty sequence holds for all documents."""

    conditions: Sequence[Condition]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One condition holds at least; an empty sequence matches nothing."""

    conditions: Sequence[Condition]


Condition = Equal | In | ContainsAny | Words | Range | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Query:
    """Which documents, in which order, from where on, and how many at most.

    Order is by `sort` and then by id, so it is total; documents that lack the sort field come
    first when ascending. `descending` turns all of it round, ids included. `after` is the (sort
    value, id) of the last document already seen.
    """

    where: Condition = field(default_factory=lambda: AllOf(()))
    sort: str = "id"
    descending: bool = False
    after: tuple[Scalar, str] | None = None
    limit: int = 50


def index_value(value: object) -> Scalar:
    """Return what an index holds for a field's value: moments as text that sorts by time."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return instant(value)
    raise TypeError(f"{type(value).__name__} cannot be indexed")
