"""A query of the port, as SQL. Field names come from our own classes, values are parameters."""

from __future__ import annotations

from collections.abc import Sequence
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

Sql = tuple[str, list[Any]]


def column(kind: type[Document], field: str) -> str:
    """Return the column of an indexed field; asking for another is a bug, said at once."""
    if field == "id":
        return "id"
    if field not in kind.indexes:
        raise KeyError(f"{kind.__name__}.{field} is not indexed")
    return f"ix_{field}"


def where_sql(kind: type[Document], condition: Condition, *, often: bool = False) -> Sql:
    """Return a condition as an SQL expression and its parameters.

    `often` says that a search of words finds many: then an index goes first and they are looked up
    in what is found, else SQLite begins with them."""
    match condition:
        case Equal(field, value):
            # IS compares with NULL too, and uses the index like =
            return f"{column(kind, field)} IS ?", [value]
        case In(field, values):
            marks = ", ".join("?" * len(values))
            return f"{column(kind, field)} IN ({marks})", list(values)
        case Range():
            return _range(kind, condition)
        case ContainsAny(field, values):
            return _keyword(kind, field, list(values))
        case Words():
            return _words(kind, condition, often=often)
        case AllOf(conditions):
            return _join(" AND ", [where_sql(kind, part, often=often) for part in conditions])
        case AnyOf(conditions):
            parts = [where_sql(kind, part, often=often) for part in conditions]
            return _join(" OR ", parts, empty="0")


def find_sql(
    kind: type[Document], query: Query, *, fields: Sequence[str] = (), often: bool = False
) -> Sql:
    """Return a query for bodies, or for the values of `fields`. These are read last, of the rows
    that are in the answer: an index decides which those are, and a sort that needs one carries no
    bodies."""
    expression, parameters = where_sql(kind, query.where, often=often)
    sort = column(kind, query.sort)
    if query.after is not None:
        after, more = _after(sort, query)
        expression, parameters = f"({expression}) AND {after}", parameters + more
    direction = "DESC" if query.descending else "ASC"
    order = f"ORDER BY {sort} {direction}, id {direction}"
    rows = f"SELECT rowid FROM {kind.collection} WHERE {expression} {order} LIMIT ?"  # noqa: S608
    read = ", ".join(column(kind, field) for field in fields) or "body"
    statement = f"SELECT {read} FROM {kind.collection} WHERE rowid IN ({rows}) {order}"  # noqa: S608
    return statement, [*parameters, query.limit]


def count_sql(
    kind: type[Document], where: Condition, at_most: int | None = None, *, often: bool = False
) -> Sql:
    """Return a query for how many rows meet a condition, of which no more than `at_most` are
    looked at."""
    expression, parameters = where_sql(kind, where, often=often)
    if at_most is None:
        return f"SELECT count(*) FROM {kind.collection} WHERE {expression}", parameters  # noqa: S608
    rows = f"SELECT 1 FROM {kind.collection} WHERE {expression} LIMIT ?"  # noqa: S608
    return f"SELECT count(*) FROM ({rows})", [*parameters, at_most]  # noqa: S608


def _range(kind: type[Document], condition: Range) -> Sql:
    name = column(kind, condition.field)
    bounds = ((">=", condition.at_least), ("<", condition.below))
    parts: list[Sql] = [
        (f"{name} {sign} ?", [value]) for sign, value in bounds if value is not None
    ]
    return _join(" AND ", parts or [(f"{name} IS NOT NULL", [])])


def _keyword(kind: type[Document], field: str, values: list[Any]) -> Sql:
    if field not in kind.keywords:
        raise KeyError(f"{kind.__name__}.{field} holds no keywords")
    marks = ", ".join("?" * len(values))
    table = f"{kind.collection}_keywords"
    return (
        f"id IN (SELECT id FROM {table} WHERE field = ? AND value IN ({marks}))",  # noqa: S608 - our names
        [field, *values],
    )


def searches(condition: Condition) -> list[Words]:
    """Return the searches of words in a condition."""
    match condition:
        case Words():
            return [condition]
        case AllOf(conditions) | AnyOf(conditions):
            return [found for part in conditions for found in searches(part)]
    return []


def match_sql(kind: type[Document], condition: Words, *, at_most: int | None = None) -> Sql:
    """Return the numbers of the rows that a search of words finds."""
    if not kind.searched:
        raise KeyError(f"{kind.__name__} is not searched")
    table = f"{kind.collection}_words"
    terms = [f'"{word}"' for word in condition.whole]
    if condition.beginning:
        terms.append(f'"{condition.beginning}" *')
    limit = "" if at_most is None else f" LIMIT {at_most}"
    rows = f"SELECT rowid FROM {table}"  # noqa: S608 - our names
    if not terms:
        return f"{rows}{limit}", []
    return f"{rows} WHERE {table} MATCH ?{limit}", [" AND ".join(terms)]


def _words(kind: type[Document], condition: Words, *, often: bool) -> Sql:
    rows, parameters = match_sql(kind, condition)
    # A sign before a column keeps SQLite from beginning with its index
    return (f"{'+' if often else ''}rowid IN ({rows})", parameters) if parameters else ("1", [])


def _join(word: str, parts: list[Sql], *, empty: str = "1") -> Sql:
    if not parts:
        return empty, []
    expression = word.join(f"({part})" for part, _ in parts)
    return expression, [value for _, values in parts for value in values]


def _after(sort: str, query: Query) -> Sql:
    """Nulls come first when ascending, last when descending, as SQLite orders them."""
    value, last_id = query.after or (None, "")
    if sort == "id":
        return f"id {'<' if query.descending else '>'} ?", [last_id]
    if query.descending:
        if value is None:
            return f"({sort} IS NULL AND id < ?)", [last_id]
        return f"({sort} < ? OR {sort} IS NULL OR ({sort} = ? AND id < ?))", [value, value, last_id]
    if value is None:
        return f"({sort} IS NOT NULL OR id > ?)", [last_id]
    # Compared as a pair, the index begins at the right place; OR would scan from its start
    return f"({sort}, id) > (?, ?)", [value, last_id]
