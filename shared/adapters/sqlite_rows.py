"""The rows of one kind of document: its own, its keywords, its words. A save writes what changed.

SQLite takes an entry out of an index and puts it in again whenever its column is named, changed or
not; a case is saved five times on a message's way and has a dozen indexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from shared.adapters.sqlite_file import Connection
from shared.domain.document import Document
from shared.errors import Poison
from shared.ports.query import index_value

D = TypeVar("D", bound=Document)
#: id, version, body, and the value of each indexed field.
Row = tuple[Any, ...]


class Rows(Generic[D]):
    """Runs inside a write of the file. All names are of our classes."""

    def __init__(self, kind: type[D]) -> None:
        self._kind = kind
        self._columns = [f"ix_{field}" for field in kind.indexes]
        table, names = kind.collection, ["id", "version", "body", *self._columns]
        columns, marks = ", ".join(names), ", ".join("?" * len(names))
        there = ", ".join(["rowid", "version", *self._columns])
        self._insert = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
        self._there = f"SELECT {there} FROM {table} WHERE id = ?"  # noqa: S608
        self._keywords = f"SELECT field, value FROM {table}_keywords WHERE id = ?"  # noqa: S608

    def row(self, document: D) -> Row:
        """Return what is stored of a document; raise Poison for text that is not Unicode."""
        try:
            body = document.__pydantic_serializer__.to_json(document)
        except ValueError:
            raise Poison("unstorable_document", "refused by JSON: a lone surrogate") from None
        values = [index_value(getattr(document, field)) for field in document.indexes]
        return (document.id, document.version, body, *values)

    def insert(self, connection: Connection, document: D, row: Row, words: Sequence[str]) -> bool:
        """Store a new document; return False when its id is there already."""
        cursor = connection.execute(self._insert, row)
        if not cursor.rowcount:
            return False
        if self._kind.keywords:
            self._add_keywords(connection, document.id, keywords_of(document))
        if self._kind.searched:
            keep_words(connection, self._kind, cursor.lastrowid, (*document.words, *words))
        return True

    def update(self, connection: Connection, document: D, row: Row, words: Sequence[str]) -> bool:
        """Store the next version; return False when the stored one is not that before it."""
        found = connection.execute(self._there, (document.id,)).fetchone()
        if found is None or found[1] != document.version - 1:
            return False
        number, before = found[0], found[2:]
        new = [
            (name, value)
            for name, value, old in zip(self._columns, row[3:], before, strict=True)
            if value != old
        ]
        names = "".join(f", {name} = ?" for name, _ in new)
        statement = f"UPDATE {self._kind.collection} SET version = ?, body = ?{names} WHERE id = ?"  # noqa: S608
        values = [value for _, value in new]
        connection.execute(statement, (document.version, row[2], *values, document.id))
        if self._kind.keywords:
            self._change_keywords(connection, document)
        if words:
            join_words(connection, self._kind, number, words)
        return True

    def _change_keywords(self, connection: Connection, document: D) -> None:
        before = set(connection.execute(self._keywords, (document.id,)))
        now = keywords_of(document)
        table = f"{self._kind.collection}_keywords"
        if gone := before.difference(now):
            statement = f"DELETE FROM {table} WHERE field = ? AND value = ? AND id = ?"  # noqa: S608
            connection.executemany(statement, [(*pair, document.id) for pair in gone])
        self._add_keywords(connection, document.id, [pair for pair in now if pair not in before])

    def _add_keywords(
        self, connection: Connection, document_id: str, pairs: Sequence[tuple[str, str]]
    ) -> None:
        table = f"{self._kind.collection}_keywords"
        statement = f"INSERT OR IGNORE INTO {table} (field, value, id) VALUES (?, ?, ?)"  # noqa: S608
        connection.executemany(statement, [(*pair, document_id) for pair in pairs])


def keywords_of(document: Document) -> list[tuple[str, str]]:
    return [(field, value) for field in document.keywords for value in getattr(document, field)]


def keep_words(
    connection: Connection, kind: type[Document], number: int | None, words: Sequence[str]
) -> None:
    """Keep the words of a document that has none yet."""
    text = " ".join(dict.fromkeys(words))
    statement = f"INSERT INTO {kind.collection}_words (rowid, words) VALUES (?, ?)"  # noqa: S608
    connection.execute(statement, (number, text))


def join_words(
    connection: Connection, kind: type[Document], number: int, words: Sequence[str]
) -> None:
    """Let words join those of a document."""
    table = f"{kind.collection}_words"
    found = connection.execute(f"SELECT words FROM {table} WHERE rowid = ?", (number,)).fetchone()  # noqa: S608
    before = found[0].split() if found else []
    now = dict.fromkeys((*before, *words))
    if found is None:
        keep_words(connection, kind, number, list(now))
    elif len(now) > len(before):
        statement = f"UPDATE {table} SET words = ? WHERE rowid = ?"  # noqa: S608
        connection.execute(statement, (" ".join(now), number))
