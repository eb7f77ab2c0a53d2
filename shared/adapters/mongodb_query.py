"""A query of the port, as a MongoDB filter. Indexed values lie under `ix`, the id is `_id`."""

from __future__ import annotations

import re
from typing import Any

from shared.domain.document import Document
from shared.ports.query import (
    AllOf,
    AnyOf,
    Condition,
    ContainsAny,
    Equal,
    In,
    Query,
    Range,
    Words,
)

Filter = dict[str, Any]

#: Where the folded words lie that a search finds a document by.
WORDS = "words"

#: `$nor` of everything: the way to match no document.
NOTHING: Filter = {"$nor": [{}]}


def path(kind: type[Document], field: str) -> str:
    """Return where an indexed field lies; asking for another is a bug, said at once."""
    if field == "id":
        return "_id"
    if field not in kind.indexes:
        raise KeyError(f"{kind.__name__}.{field} is not indexed")
    return f"ix.{field}"


def where_filter(kind: type[Document], condition: Condition) -> Filter:
    """Return a condition as a filter."""
    match condition:
        case Equal(field, value):
            return {path(kind, field): value}
        case In(field, values):
            return {path(kind, field): {"$in": list(values)}}
        case Range():
            return _range(kind, condition)
        case ContainsAny(field, values):
            return {keyword_path(kind, field): {"$in": list(values)}}
        case Words():
            return _words(kind, condition)
        case AllOf(conditions):
            return _all([where_filter(kind, part) for part in conditions])
        case AnyOf(conditions):
            parts = [where_filter(kind, part) for part in conditions]
            return {"$or": parts} if parts else NOTHING


def query_filter(kind: type[Document], query: Query) -> Filter:
    """Return the condition of a query, and that a document comes after the last one seen."""
    where = where_filter(kind, query.where)
    return where if query.after is None else _all([where, _after(kind, query)])


def order(kind: type[Document], query: Query) -> list[tuple[str, int]]:
    """Return the sort: the field, then the id, both in the same direction."""
    direction = -1 if query.descending else 1
    sort = path(kind, query.sort)
    return [(field, direction) for field in dict.fromkeys((sort, "_id"))]


def _range(kind: type[Document], condition: Range) -> Filter:
    bounds = {"$gte": condition.at_least, "$lt": condition.below}
    given = {sign: value for sign, value in bounds.items() if value is not None}
    return {path(kind, condition.field): given or {"$ne": None}}


def keyword_path(kind: type[Document], field: str) -> str:
    """Return where a keyword field lies; asking for another is a bug, said at once."""
    if field not in kind.keywords:
        raise KeyError(f"{kind.__name__}.{field} holds no keywords")
    return f"ix.{field}"


def _words(kind: type[Document], condition: Words) -> Filter:
    """An index begins with one word only, the first: the longest."""
    if not kind.searched:
        raise KeyError(f"{kind.__name__} is not searched")
    parts: list[Filter] = [{WORDS: word} for word in condition.whole]
    if condition.beginning:
        parts.append({WORDS: {"$regex": f"^{re.escape(condition.beginning)}"}})
    return _all(parts)


def _all(parts: list[Filter]) -> Filter:
    some = [part for part in parts if part]
    if len(some) < 2:
        return some[0] if some else {}
    return {"$and": some}


def _after(kind: type[Document], query: Query) -> Filter:
    """Null sorts before every value. `$lt` and `$gt` never match it, so it is named."""
    value, last_id = query.after or (None, "")
    sort = path(kind, query.sort)
    beyond, bound = ("$lt", "$lte") if query.descending else ("$gt", "$gte")
    next_id = {"_id": {beyond: last_id}}
    if sort == "_id":
        return next_id
    if value is None:
        same = {sort: None, **next_id}
        return same if query.descending else {"$or": [{sort: {"$ne": None}}, same]}
    further = [{sort: {beyond: value}}, {sort: value, **next_id}]
    if query.descending:
        return {"$or": [*further, {sort: None}]}
    # The outer bound lets the index start at the right place; `$or` alone scans from its start
    return {sort: {bound: value}, "$or": further}
