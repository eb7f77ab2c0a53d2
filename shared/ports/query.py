"""What may be asked of a store: few operators, the same in every adapter.

`Words` finds documents whose `words` keyword field holds every folded word of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.document import instant

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
    """The keyword field holds every word of `text`, folded."""

    field: str
    text: str


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


def folded_words(text: str) -> tuple[str, ...]:
    """Return the words of `text` in lower case without accents, once each, in order."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(dict.fromkeys(re.findall(r"\w+", plain)))
