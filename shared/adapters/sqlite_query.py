"""A query of the port, as SQL. Field names come from our own classes, values are parameters."""

from __future__ import annotations

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
    folded_words,
)

Sql = tuple[str, list[Any]]


def column(kind: type[Document], field: str) -> str:
    """Return the column of an indexed field; asking for another is a bug, said at once."""
    if field == "id":
        return "id"
    if field not in kind.indexes:
        raise KeyError(f"{kind.__name__}.{field} is not indexed")
    return f"ix_{field}"


def where_sql(kind: type[Document], condition: Condition) -> Sql:
    """Return a condition as an SQL expression and its parameters."""
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
        case Words(field, text):
            return _join(" AND ", [_keyword(kind, field, [word]) for word in folded_words(text)])
        case AllOf(conditions):
            return _join(" AND ", [where_sql(kind, part) for part in conditions])
        case AnyOf(conditions):
            return _join(" OR ", [where_sql(kind, part) for part in conditions], empty="0")


def tail_sql(kind: type[Document], query: Query) -> Sql:
    """Return everything of a query after WHERE: the condition, the order and the limit."""
    expression, parameters = where_sql(kind, query.where)
    sort = column(kind, query.sort)
    if query.after is not None:
        after, more = _after(sort, query)
        expression, parameters = f"({expression}) AND {after}", parameters + more
    direction = "DESC" if query.descending else "ASC"
    order = f"ORDER BY {sort} {direction}, id {direction} LIMIT ?"
    return f"{expression} {order}", [*parameters, query.limit]


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
    return f"({sort} > ? OR ({sort} = ? AND id > ?))", [value, value, last_id]
