"""Tables and indexes of the SQLite store, made at start as often as one likes.

A document that is searched has its words in a full-text table (FTS5) under the number of its row.
Numbers are declared: those that SQLite gives by itself change when a file is copied by VACUUM INTO.
"""

from __future__ import annotations

from shared.adapters.sqlite_bus import prepare_queues
from shared.adapters.sqlite_file import Connection
from shared.adapters.sqlite_rows import keep_words
from shared.domain.document import Document
from shared.ports.query import index_value
from shared.ports.store import DOCUMENTS

#: Words come folded and without spaces: every character beyond ASCII belongs to one.
_WORDS = "fts5(words, tokenize = \"ascii tokenchars '_'\", detail = none, columnsize = 0)"


def prepare(connection: Connection) -> None:
    """Make what is missing, for every kind of document."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS raws (collection TEXT, id TEXT, bytes BLOB NOT NULL, "
        "PRIMARY KEY (collection, id))"
    )
    prepare_queues(connection)
    for kind in DOCUMENTS:
        _prepare_kind(connection, kind)


def _prepare_kind(connection: Connection, kind: type[Document]) -> None:
    """Make a kind's tables. A field that became indexed since last time is filled in."""
    table = kind.collection
    there = _columns(connection, table)
    if kind.searched and there and "number" not in there:
        _number(connection, kind, there)
    connection.execute(_table(kind))
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {table}_keywords (field TEXT, value TEXT, id TEXT, "
        "PRIMARY KEY (field, value, id)) WITHOUT ROWID"
    )
    connection.execute(f"CREATE INDEX IF NOT EXISTS {table}_kw ON {table}_keywords (id)")
    columns = _columns(connection, table)
    missing = [field for field in kind.indexes if f"ix_{field}" not in columns]
    for field in missing:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN ix_{field}")
    if missing:
        _fill(connection, kind, missing)
    _index(connection, kind)
    if kind.searched and not _columns(connection, f"{table}_words"):
        connection.execute(f"CREATE VIRTUAL TABLE {table}_words USING {_WORDS}")
        _keep_all_words(connection, kind)


def _columns(connection: Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _table(kind: type[Document]) -> str:
    """The body comes last: who reads a row for its indexed values need not go past it."""
    key = (
        "number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE"
        if kind.searched
        else ("id TEXT PRIMARY KEY")
    )
    fields = "".join(f"ix_{field}, " for field in kind.indexes)
    return (
        f"CREATE TABLE IF NOT EXISTS {kind.collection} "
        f"({key}, version INTEGER NOT NULL, {fields}body BLOB NOT NULL)"
    )


def _number(connection: Connection, kind: type[Document], columns: list[str]) -> None:
    """Copy a table whose rows have no declared numbers yet into one where they have."""
    table = kind.collection
    connection.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
    connection.execute(_table(kind))
    known = set(_columns(connection, table))
    names = ", ".join(name for name in columns if name in known)
    connection.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {table}_before ORDER BY rowid"  # noqa: S608
    )
    new = [field for field in kind.indexes if f"ix_{field}" not in columns]
    connection.execute(f"DROP TABLE {table}_before")
    if new:
        _fill(connection, kind, new)


def _index(connection: Connection, kind: type[Document]) -> None:
    """Make the indexes that are declared, and drop those of ours that no longer are."""
    table = kind.collection
    wanted = {"_".join((table, *fields)): fields for fields in kind.index_keys()}
    where = "type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    found = connection.execute(f"SELECT name, sql FROM sqlite_master WHERE {where}", (table,))  # noqa: S608
    there = dict(found.fetchall())
    for name in there.keys() - wanted.keys():
        connection.execute(f"DROP INDEX {name}")
    for name, fields in wanted.items():
        names = ", ".join(field if field == "id" else f"ix_{field}" for field in fields)
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({names})")


def _fill(connection: Connection, kind: type[Document], fields: list[str]) -> None:
    assignments = ", ".join(f"ix_{field} = ?" for field in fields)
    statement = f"UPDATE {kind.collection} SET {assignments} WHERE id = ?"  # noqa: S608
    # One by one: all bodies would fill the memory; in the order of rows, which stay in place
    for (body,) in connection.execute(f"SELECT body FROM {kind.collection} ORDER BY rowid"):  # noqa: S608
        document = kind.model_validate_json(body)
        values = [index_value(getattr(document, field)) for field in fields]
        connection.execute(statement, (*values, document.id))


def _keep_all_words(connection: Connection, kind: type[Document]) -> None:
    """Keep what older documents say of themselves."""
    for number, body in connection.execute(f"SELECT number, body FROM {kind.collection}"):  # noqa: S608
        keep_words(connection, kind, number, kind.model_validate_json(body).words)
