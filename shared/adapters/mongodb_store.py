"""Documents in MongoDB: a collection for each kind, events kept in the document they came with.

One save is one write to one document, so it is atomic without transactions. Waiting saves share
a bulk write (`w=majority, j=true`), waiting gets share a find. The driver is imported here only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, NamedTuple, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorGridFSBucket
from pymongo import InsertOne, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, ConfigurationError, InvalidURI, PyMongoError

from shared.adapters import mongodb_shape as shape
from shared.adapters.every_collection import EveryCollection
from shared.adapters.just_saved import JustSaved
from shared.adapters.mongodb_encoding import encoded_alone
from shared.adapters.mongodb_large_raws import LargeRaws
from shared.adapters.mongodb_outbox import MongoOutbox, Place
from shared.adapters.mongodb_reads import Reads
from shared.adapters.mongodb_schema import prepare
from shared.adapters.system_clock import SystemClock
from shared.domain.document import Document
from shared.domain.envelope import Envelope
from shared.domain.notice import Notice
from shared.errors import Conflict, Misconfigured, RecoursError, Transient
from shared.events import Event
from shared.grouping import Grouped
from shared.ports.clock import Clock
from shared.ports.query import Condition, Query, Scalar
from shared.ports.store import DOCUMENTS, Collection

D = TypeVar("D", bound=Document)

#: Kept means: on the disks of most members. Ten seconds without that is a failure.
KEPT = WriteConcern(w="majority", j=True, wtimeout=10_000)
#: Clearing an outbox may be lost: the event is then published twice.
LATE = WriteConcern(w=1, j=False)
#: Milliseconds; a server that is away makes calls fail soon, so that doors can say so.
TIMEOUTS: dict[str, Any] = {
    "serverSelectionTimeoutMS": 5000,
    "connectTimeoutMS": 5000,
    "socketTimeoutMS": 30_000,
}

#: Seconds in which calls gather when there is much to do; see `Grouped`. Not for envelopes: a
#: client at a door waits for each.
LINGER = 0.008

#: Kinds whose next reader is nearly always the process that saved them: a door's envelope, a
#: notice. Both readers save before they act, so that an older version ends in Conflict.
HANDED_OVER: tuple[type[Document], ...] = (Envelope, Notice)

#: Server codes that mean that the stored version is another one.
DUPLICATE_KEY, FAILED_VALIDATION = 11000, 121


class _Write(NamedTuple):
    document_id: str
    operation: InsertOne[Any] | UpdateOne
    size: int


class MongoCollection(Generic[D]):
    """See `shared.ports.store.Collection`."""

    def __init__(self, database: Any, kind: type[D], outbox: MongoOutbox, clock: Clock) -> None:
        self._kind = kind
        self._name = kind.collection
        self._mongo = database.get_collection(self._name, write_concern=KEPT)
        bucket = AsyncIOMotorGridFSBucket(database, write_concern=KEPT)
        self._files = LargeRaws(bucket, self._name, mapped)
        self._outbox = outbox
        self._clock = clock
        linger = 0.0 if kind is Envelope else LINGER
        self._writes: Grouped[_Write, None] = Grouped(
            self._write_group, lambda write: write.size, linger=linger
        )
        self._reads: Reads[D] = Reads(self._mongo, kind, mapped, linger)
        self._just_saved: JustSaved[D] | None = JustSaved() if kind in HANDED_OVER else None

    async def get(self, document_id: str) -> D | None:
        if self._just_saved and (document := self._just_saved.take(document_id)):
            return document
        return await self._reads.get(document_id)

    async def find(self, query: Query) -> list[D]:
        return await self._reads.find(query)

    async def values(self, fields: Sequence[str], query: Query) -> list[tuple[Scalar, ...]]:
        return await self._reads.values(fields, query)

    async def count(self, where: Condition, *, at_most: int | None = None) -> int:
        return await self._reads.count(where, at_most)

    async def count_by(self, field: str, where: Condition) -> dict[str, int]:
        return await self._reads.count_by(field, where)

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
        if document.version == 0:
            await self._keep(saved, raw, lambda place: self._insert(saved, emit, place, words))
        else:
            done = [event.id for event in withdraw]
            await self._keep(
                saved, raw, lambda place: self._update(saved, emit, done, place, words)
            )
        if self._just_saved:
            self._just_saved.put(saved, raw)
        self._outbox.saved((self._name, saved.id), emit)
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
        saved, events = document.changed(version=1), (*emit, *emit_later)
        try:
            await self._keep(saved, raw, lambda place: self._insert(saved, events, place, words))
        except Conflict:
            return False
        if self._just_saved:  # who does at once what the event asks for has the raw bytes already
            self._just_saved.put(saved, None if emit_later else raw)
        self._outbox.saved((self._name, saved.id), emit)
        return True

    async def _keep(
        self, saved: D, raw: bytes | None, write: Callable[[shape.RawPlace | None], _Write]
    ) -> None:
        """Carry a write out, once its raw bytes have a place."""
        place = None if raw is None else await self._files.place(saved.id, raw)
        if self._just_saved:
            self._just_saved.expect(saved.id)
        try:
            await self._writes.add(write(place))
        except RecoursError:
            await self._files.take_back(place)
            raise

    async def raw(self, document_id: str) -> bytes | None:
        if self._just_saved and (raw := self._just_saved.take_raw(document_id)) is not None:
            return raw
        with mapped():
            found = await self._mongo.find_one({"_id": document_id}, {"raw": 1, "raw_file": 1})
        if found and found.get("raw_file"):
            return await self._files.read(found["raw_file"])
        return found.get("raw") if found else None

    async def finish(self) -> None:
        await self._writes.finish()

    def _insert(
        self, saved: D, emit: Sequence[Event], place: shape.RawPlace | None, words: Sequence[str]
    ) -> _Write:
        stored = shape.new_document(saved, shape.outbox(emit, self._clock.now()), place, words)
        encoded = encoded_alone(stored)
        return _Write(saved.id, InsertOne(encoded), len(encoded.raw))

    def _update(
        self,
        saved: D,
        emit: Sequence[Event],
        withdrawn: Sequence[str],
        place: shape.RawPlace | None,
        words: Sequence[str],
    ) -> _Write:
        doc, ix = shape.body(saved), encoded_alone(shape.index(saved))
        key = {"_id": saved.id, "version": saved.version - 1}
        events = shape.outbox(emit, self._clock.now())
        done = () if events else (*withdrawn, *self._outbox.take_done((self._name, saved.id)))
        fields = {"version": saved.version, "doc": doc, "ix": ix}
        update = shape.changes(fields, events, place, done, words)
        size = len(doc) + len((place and place.beside) or b"")
        return _Write(saved.id, UpdateOne(key, update, upsert=True), size)

    async def _write_group(self, writes: list[_Write]) -> list[RecoursError | None]:
        """Carry out all; a write that fails fails alone."""
        results: list[RecoursError | None] = [None] * len(writes)
        try:
            with mapped(but=BulkWriteError):
                await self._mongo.bulk_write([write.operation for write in writes], ordered=False)
        except BulkWriteError as error:
            details: Mapping[str, Any] = error.details or {}
            if details.get("writeConcernErrors"):
                results = [Transient("store_not_replicated") for _ in writes]
            for failed in details.get("writeErrors", ()):
                write = writes[failed["index"]]
                code = int(failed.get("code", 0))
                results[failed["index"]] = (
                    Conflict(self._name, write.document_id)
                    if code in (DUPLICATE_KEY, FAILED_VALIDATION)
                    else Transient(f"store_refused_{code}")
                )
        return results


class MongoStore(EveryCollection):
    """See `shared.ports.store.Store`."""

    def __init__(self, client: Any, database: str, clock: Clock) -> None:
        self._client = client
        self._database = client[database]
        self.outbox = MongoOutbox(self._sweep, self._clear, clock)
        self._all: dict[str, MongoCollection[Any]] = {
            kind.collection: MongoCollection(self._database, kind, self.outbox, clock)
            for kind in DOCUMENTS
        }
        super().__init__(self._of)

    def _of(self, kind: type[D]) -> Collection[D]:
        return self._all[kind.collection]

    async def ping(self) -> None:
        pings = self._database.get_collection("pings", write_concern=KEPT)
        with mapped():
            await pings.update_one({"_id": "ping"}, {"$inc": {"n": 1}}, upsert=True)

    async def close(self) -> None:
        for collection in self._all.values():
            await collection.finish()
        await self.outbox.finish()
        self._client.close()

    async def _sweep(self, before: str, limit: int) -> list[tuple[str, Place, Event]]:
        found: list[tuple[str, Place, Event]] = []
        for name in self._all:
            cursor = self._database[name].find(shape.HAS_EVENTS, {"outbox": 1})
            with mapped():
                stored = await cursor.sort(shape.SWEEP_KEYS).limit(limit).to_list(limit)
            for document in stored:
                place = (name, document["_id"])
                entries = shape.waiting_events([document], before)
                found += [(at, place, event) for at, event in entries]
        return found

    async def _clear(self, collection: str, documents: list[str], events: list[str]) -> None:
        where: dict[str, Any] = {"_id": {"$in": documents}}
        if not collection:
            where = {**shape.HAS_EVENTS, "outbox.id": {"$in": events}}
        for name in [collection] if collection else self._all:
            outboxes = self._database.get_collection(name, write_concern=LATE)
            with mapped():
                await outboxes.update_many(where, {"$pull": {"outbox": {"id": {"$in": events}}}})


async def open_mongodb_store(url: str, *, database: str, clock: Clock | None = None) -> MongoStore:
    """Open the store and make its collections and indexes, as often as one likes.

    Raise Misconfigured for an address that cannot be one, Transient when nobody answers.
    """
    try:
        client: Any = AsyncIOMotorClient(
            url, io_loop=asyncio.get_running_loop(), appname="recours", **TIMEOUTS
        )
    except (InvalidURI, ConfigurationError, ValueError):
        raise Misconfigured("store_url", "RECOURS_STORE is not a MongoDB address.") from None
    try:
        with mapped():
            await prepare(client[database])
    except RecoursError:
        client.close()
        raise
    return MongoStore(client, database, clock or SystemClock())


@contextmanager
def mapped(but: type[PyMongoError] | tuple[()] = ()) -> Iterator[None]:
    """Turn errors of the driver into Transient; their text may hold an address or a password."""
    try:
        yield
    except but:
        raise
    except PyMongoError as error:
        number = getattr(error, "code", None)
        code = f"store_{type(error).__name__.lower()}" + (f"_{number}" if number else "")
        raise Transient(code) from None
