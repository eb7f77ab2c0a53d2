"""Finds that wait at the same moment, as one. Pure: no driver here.

Each new mail asks whether its reference is free and its Message-ID known; twenty mails ask at once.
One find brings what any of them may want, and each takes what its own condition holds for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from shared.adapters.mongodb_query import NOTHING, Filter, keyword_path, path
from shared.domain.document import Document
from shared.ports.query import AnyOf, Condition, ContainsAny, Equal, In, Query, Scalar, index_value

D = TypeVar("D", bound=Document)


class Lookup(NamedTuple):
    """A query that only asks for values that an index finds, and where in which field."""

    query: Query
    wanted: tuple[tuple[str, Sequence[Scalar]], ...]


def lookup(kind: type[Document], query: Query) -> Lookup | None:
    """Return the query as one that others can share; None for one that must go alone."""
    plain = query.sort == "id" and query.after is None and not query.descending
    if not (plain and query.limit > 0 and _is_lookup(query.where)):
        return None
    return Lookup(query, tuple(_wanted(kind, query.where)))


def shared_filter(lookups: Iterable[Lookup]) -> Filter:
    """Return a filter for all documents that any of them wants: one `$in` a field."""
    fields: dict[str, dict[Scalar, None]] = {}
    for each in lookups:
        for name, values in each.wanted:
            fields.setdefault(name, {}).update(dict.fromkeys(values))
    parts = [{name: {"$in": list(values)}} for name, values in fields.items()]
    return {"$or": parts} if parts else NOTHING


def share_of(each: Lookup, documents: Sequence[D]) -> list[D]:
    """Return what one of them wants of all that were found."""
    mine = [document for document in documents if _holds(each.query.where, document)]
    return sorted(mine, key=lambda document: document.id)[: each.query.limit]


def _is_lookup(condition: Condition) -> bool:
    match condition:
        case Equal(_, value):
            return value is not None
        case In() | ContainsAny():
            return True
        case AnyOf(conditions):
            return all(map(_is_lookup, conditions))
    return False


def _wanted(kind: type[Document], condition: Condition) -> Iterator[tuple[str, Sequence[Scalar]]]:
    match condition:
        case Equal(field, value):
            yield path(kind, field), (value,)
        case In(field, values):
            yield path(kind, field), values
        case ContainsAny(field, values):
            yield keyword_path(kind, field), values
        case AnyOf(conditions):
            for part in conditions:
                yield from _wanted(kind, part)


def _holds(condition: Condition, document: Document) -> bool:
    match condition:
        case Equal(field, value):
            return index_value(getattr(document, field)) == value
        case In(field, values):
            return index_value(getattr(document, field)) in values
        case ContainsAny(field, values):
            return not set(values).isdisjoint(getattr(document, field))
        case AnyOf(conditions):
            return any(_holds(part, document) for part in conditions)
    raise TypeError(f"{type(condition).__name__} is no lookup")
