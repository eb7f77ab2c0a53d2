"""Documents in SQLite: a table for each kind, indexed fields as columns, JSON as the body.

A save puts its events on the bus's queues in the same transaction: in this shape the outbox is
the bus, so no relay has to carry anything and the port's outbox is always empty.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError

from shared.adapters.every_collection import EveryCollection
from shared.adapters.just_saved import JustSaved
from shared.adapters.sqlite_bus import enqueue, enqueue_later, take_back
from shared.adapters.sqlite_file import Connection, SqliteFile
from shared.adapters.sqlite_query import (
    column,
    count_sql,
    find_sql,
    match_sql,
    searches,
    where_sql,
)
from shared.adapters.sqlite_rows import Rows
from shared.adapters.sqlite_schema import prepare
from shared.domain.document import Document
from shared.errors import Conflict, Poison
from shared.events import Event
from shared.ports.query import Condition, Query, Scalar, Words
from shared.ports.store import Collection

D = TypeVar("D", bound=Document)

#: Documents that a search may find and each be looked at: a few milliseconds.
FEW = 2000


class SqliteCollection(Generic[D]):
    """See `shared.ports.store.Collection`."""

    def __init__(self, file: SqliteFile, kind: type[D]) -> None:
        self._file = file
        self._kind = kind
        self._just_saved: JustSaved[D] = JustSaved()
        self._rows: Rows[D] = Rows(kind)
        self._version = f"SELECT version FROM {kind.collection} WHERE id = ?"  # noqa: S608
        self._select = f"SELECT body FROM {kind.collection} WHERE id = ?"  # noqa: S608 - our names

    async def get(self, document_id: str) -> D | None:
        document = self._just_saved.take(document_id)
        if document and self._is_newest(document):
            return document
        rows = self._file.read(self._select, (document_id,))
        return self._restored(rows[0][0]) if rows else None

    def _is_newest(self, document: D) -> bool:
        """Tell whether no other process, a command at a terminal, has saved it since. Looking at
        the version costs little beside restoring a document."""
        return self._file.read(self._version, (document.id,)) == [(document.version,)]

    async def find(self, query: Query) -> list[D]:
        return [self._restored(row[0]) for row in self._read(query)]

    async def values(self, fields: Sequence[str], query: Query) -> list[tuple[Scalar, ...]]:
        return self._read(query, fields)

    def _read(self, query: Query, fields: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        often = self._found_often(query.where)
        statement, parameters = find_sql(self._kind, query, fields=fields, often=often)
        return self._file.read(statement, tuple(parameters))

    def _restored(self, body: str) -> D:
        """Return a document; raise Poison for one that this version does not know."""
        try:
            return self._kind.model_validate_json(body)
        except ValidationError:
            raise Poison("unreadable_document", f"one of {self._kind.collection}") from None

    async def count(self, where: Condition, *, at_most: int | None = None) -> int:
        often = self._found_often(where)
        statement, parameters = count_sql(self._kind, where, at_most, often=often)
        return int(self._file.read(statement, tuple(parameters))[0][0])

    async def count_by(self, field: str, where: Condition) -> dict[str, int]:
        expression, parameters = where_sql(self._kind, where)
        name = column(self._kind, field)
        statement = (
            f"SELECT {name}, count(*) FROM {self._kind.collection} "  # noqa: S608
            f"WHERE ({expression}) AND {name} IS NOT NULL GROUP BY {name}"
        )
        return {str(value): int(n) for value, n in self._file.read(statement, tuple(parameters))}

    def _found_often(self, where: Condition) -> bool:
        """Tell whether words of a search find more than a few documents: then SQLite, which keeps
        no figures of that, is told so."""
        return any(self._matches(one) > FEW for one in searches(where))

    def _matches(self, words: Words) -> int:
        rows, parameters = match_sql(self._kind, words, at_most=FEW + 1)
        return len(self._file.read(rows, tuple(parameters)))

    async def save(
        self,
        document: D,
        *,
        emit: Sequence[Event] = (),
        withdraw: Sequence[Event] = (),
        raw: bytes | None = None,
        words: Sequence[str] = (),
    ) -> D:
        saved = document.changed(version=document.version + 1)
        row = self._rows.row(saved)

        def operation(connection: Connection) -> None:
            if document.version == 0:
                done = self._rows.insert(connection, saved, row, words)
            else:
                done = self._rows.update(connection, saved, row, words)
            if not done:
                raise Conflict(self._kind.collection, document.id)
            self._just_saved.expect(saved.id)
            self._write_rest(connection, saved, emit, raw)
            for event in withdraw:
                take_back(connection, event)

        await self._file.write(operation, then=lambda _: self._just_saved.put(saved, raw))
        return saved

    async def add(
        self,
        document: D,
        *,
        emit: Sequence[Event] = (),
        emit_later: Sequence[Event] = (),
        raw: bytes | None = None,
        words: Sequence[str] = (),
    ) -> bool:
        saved = document.changed(version=1)
        row = self._rows.row(saved)

        def operation(connection: Connection) -> bool:
            if not self._rows.insert(connection, saved, row, words):
                return False
            self._just_saved.expect(saved.id)
            self._write_rest(connection, saved, emit, raw)
            for event in emit_later:
                enqueue_later(connection, event)
            return True

        def keep(added: bool) -> None:
            if added:  # who does at once what the event asks for has the raw bytes already
                self._just_saved.put(saved, None if emit_later else raw)

        return await self._file.write(operation, then=keep)

    async def raw(self, document_id: str) -> bytes | None:
        if (raw := self._just_saved.take_raw(document_id)) is not None:
            return raw
        key = (self._kind.collection, document_id)
        rows = self._file.read("SELECT bytes FROM raws WHERE collection = ? AND id = ?", key)
        return cast("bytes", rows[0][0]) if rows else None

    def _write_rest(
        self, connection: Connection, saved: D, emit: Sequence[Event], raw: bytes | None
    ) -> None:
        if raw is not None:
            statement = "INSERT OR REPLACE INTO raws (collection, id, bytes) VALUES (?, ?, ?)"
            connection.execute(statement, (self._kind.collection, saved.id, raw))
        for event in emit:
            for queue in enqueue(connection, event):
                self._file.touch(queue)


class NoOutbox:
    """Nothing ever waits: a save has put its events on the queues itself."""

    async def waiting(self, *, older_than_seconds: float, limit: int) -> list[Event]:
        return []

    async def fresh(self) -> list[Event]:
        never: asyncio.Future[list[Event]] = asyncio.get_running_loop().create_future()
        return await never

    async def clear(self, events: Sequence[Event]) -> None:
        return None


class SqliteStore(EveryCollection):
    """See `shared.ports.store.Store`."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        super().__init__(self._of)
        self.outbox = NoOutbox()

    def _of(self, kind: type[D]) -> Collection[D]:
        return SqliteCollection(self._file, kind)

    @property
    def file(self) -> SqliteFile:
        """The file, which the bus shares."""
        return self._file

    async def ping(self) -> None:
        await self._file.write(lambda _connection: None)

    async def close(self) -> None:
        await self._file.close()


async def open_sqlite_store(path: Path) -> SqliteStore:
    """Open or create the store at `path`; raise Misconfigured when it cannot be used."""
    file = SqliteFile(path)
    await file.write(prepare)
    return SqliteStore(file)
