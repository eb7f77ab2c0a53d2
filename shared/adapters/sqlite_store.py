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

from shared.adapters.just_saved import JustSaved
from shared.adapters.sqlite_bus import enqueue, prepare_queues
from shared.adapters.sqlite_file import Connection, SqliteFile
from shared.adapters.sqlite_query import column, tail_sql, where_sql
from shared.domain.account import Account, Session
from shared.domain.api_token import ApiToken
from shared.domain.case import Case, CaseRead
from shared.domain.document import Document
from shared.domain.draft import Draft
from shared.domain.envelope import Envelope
from shared.domain.hook import Hook, HookCall
from shared.domain.intervention import Intervention
from shared.domain.notice import Notice
from shared.domain.reading import Message
from shared.domain.remark import Remark
from shared.errors import Conflict, Poison
from shared.events import Event
from shared.ports.query import Condition, Query, index_value
from shared.ports.store import DOCUMENTS, Collection

D = TypeVar("D", bound=Document)


class SqliteCollection(Generic[D]):
    """See `shared.ports.store.Collection`."""

    def __init__(self, file: SqliteFile, kind: type[D]) -> None:
        self._file = file
        self._kind = kind
        self._just_saved: JustSaved[D] = JustSaved()
        names = ["id", "version", "body", *(f"ix_{field}" for field in kind.indexes)]
        columns, marks = ", ".join(names), ", ".join("?" * len(names))
        table = kind.collection
        updates = ", ".join(f"{name} = ?" for name in names[1:])
        self._insert = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
        self._update = f"UPDATE {table} SET {updates} WHERE id = ? AND version = ?"  # noqa: S608
        self._version = f"SELECT version FROM {table} WHERE id = ?"  # noqa: S608
        self._select = f"SELECT body FROM {table} WHERE "  # noqa: S608 - all names are of our classes

    async def get(self, document_id: str) -> D | None:
        document = self._just_saved.take(document_id)
        if document and self._is_newest(document):
            return document
        rows = self._file.read(self._select + "id = ?", (document_id,))
        return self._restored(rows[0][0]) if rows else None

    def _is_newest(self, document: D) -> bool:
        """Tell whether no other process, a command at a terminal, has saved it since. Looking at
        the version costs little beside restoring a document."""
        return self._file.read(self._version, (document.id,)) == [(document.version,)]

    async def find(self, query: Query) -> list[D]:
        tail, parameters = tail_sql(self._kind, query)
        rows = self._file.read(self._select + tail, tuple(parameters))
        return [self._restored(row[0]) for row in rows]

    def _restored(self, body: str) -> D:
        """Return a document; raise Poison for one that this version does not know."""
        try:
            return self._kind.model_validate_json(body)
        except ValidationError:
            raise Poison("unreadable_document", f"one of {self._kind.collection}") from None

    async def count(self, where: Condition) -> int:
        expression, parameters = where_sql(self._kind, where)
        statement = f"SELECT count(*) FROM {self._kind.collection} WHERE {expression}"  # noqa: S608
        return int(self._file.read(statement, tuple(parameters))[0][0])

    async def count_by(self, field: str, where: Condition) -> dict[str, int]:
        expression, parameters = where_sql(self._kind, where)
        name = column(self._kind, field)
        statement = (
            f"SELECT {name}, count(*) FROM {self._kind.collection} "  # noqa: S608
            f"WHERE ({expression}) AND {name} IS NOT NULL GROUP BY {name}"
        )
        return {str(value): int(n) for value, n in self._file.read(statement, tuple(parameters))}

    async def save(self, document: D, *, emit: Sequence[Event] = (), raw: bytes | None = None) -> D:
        saved = document.changed(version=document.version + 1)
        row = _row(saved)

        def operation(connection: Connection) -> None:
            if document.version == 0:
                done = connection.execute(self._insert, row).rowcount
            else:
                key = (document.id, document.version)
                done = connection.execute(self._update, (*row[1:], *key)).rowcount
            if not done:
                raise Conflict(self._kind.collection, document.id)
            self._just_saved.expect(saved.id)
            self._write_rest(connection, saved, emit, raw)

        await self._file.write(operation, then=lambda _: self._just_saved.put(saved, raw))
        return saved

    async def add(
        self, document: D, *, emit: Sequence[Event] = (), raw: bytes | None = None
    ) -> bool:
        saved = document.changed(version=1)
        row = _row(saved)

        def operation(connection: Connection) -> bool:
            if not connection.execute(self._insert, row).rowcount:
                return False
            self._just_saved.expect(saved.id)
            self._write_rest(connection, saved, emit, raw)
            return True

        def keep(added: bool) -> None:
            if added:
                self._just_saved.put(saved, raw)

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
        if self._kind.keywords:
            write_keywords(connection, saved)
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


class SqliteStore:
    """See `shared.ports.store.Store`."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self.envelopes: Collection[Envelope] = SqliteCollection(file, Envelope)
        self.messages: Collection[Message] = SqliteCollection(file, Message)
        self.cases: Collection[Case] = SqliteCollection(file, Case)
        self.notices: Collection[Notice] = SqliteCollection(file, Notice)
        self.reads: Collection[CaseRead] = SqliteCollection(file, CaseRead)
        self.remarks: Collection[Remark] = SqliteCollection(file, Remark)
        self.drafts: Collection[Draft] = SqliteCollection(file, Draft)
        self.accounts: Collection[Account] = SqliteCollection(file, Account)
        self.sessions: Collection[Session] = SqliteCollection(file, Session)
        self.interventions: Collection[Intervention] = SqliteCollection(file, Intervention)
        self.tokens: Collection[ApiToken] = SqliteCollection(file, ApiToken)
        self.hooks: Collection[Hook] = SqliteCollection(file, Hook)
        self.calls: Collection[HookCall] = SqliteCollection(file, HookCall)
        self.outbox = NoOutbox()

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
    await file.write(_prepare)
    return SqliteStore(file)


def _prepare(connection: Connection) -> None:
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
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {table} "
        "(id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL)"
    )
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {table}_keywords (field TEXT, value TEXT, id TEXT, "
        "PRIMARY KEY (field, value, id)) WITHOUT ROWID"
    )
    connection.execute(f"CREATE INDEX IF NOT EXISTS {table}_kw ON {table}_keywords (id)")
    there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    missing = [field for field in kind.indexes if f"ix_{field}" not in there]
    for field in missing:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN ix_{field}")
    for field in kind.indexes:
        index = f"CREATE INDEX IF NOT EXISTS {table}_{field} ON {table} (ix_{field}, id)"
        connection.execute(index)
    if missing and there:
        _fill(connection, kind, missing)


def _fill(connection: Connection, kind: type[Document], fields: list[str]) -> None:
    assignments = ", ".join(f"ix_{field} = ?" for field in fields)
    statement = f"UPDATE {kind.collection} SET {assignments} WHERE id = ?"  # noqa: S608
    for (body,) in connection.execute(f"SELECT body FROM {kind.collection}").fetchall():  # noqa: S608
        document = kind.model_validate_json(body)
        values = [index_value(getattr(document, field)) for field in fields]
        connection.execute(statement, (*values, document.id))


def write_keywords(connection: Connection, document: Document) -> None:
    """Replace the keyword rows of a document."""
    table = f"{document.collection}_keywords"
    if document.version > 1:
        connection.execute(f"DELETE FROM {table} WHERE id = ?", (document.id,))  # noqa: S608
    connection.executemany(
        f"INSERT OR IGNORE INTO {table} (field, value, id) VALUES (?, ?, ?)",  # noqa: S608
        [
            (field, value, document.id)
            for field in document.keywords
            for value in getattr(document, field)
        ],
    )


def _row(document: Document) -> tuple[Any, ...]:
    try:
        body = document.__pydantic_serializer__.to_json(document)
    except ValueError:
        raise Poison("unstorable_document", "refused by JSON: a lone surrogate") from None
    values = [index_value(getattr(document, field)) for field in document.indexes]
    return (document.id, document.version, body, *values)
