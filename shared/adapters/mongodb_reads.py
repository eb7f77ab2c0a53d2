"""The reading half of a MongoDB collection. No driver here: the collection comes in.

What waits at the same moment is asked for together: gets by id, lookups of indexed values, counts
of one value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from shared.adapters.mongodb_finds import Lookup, lookup, share_of, shared_filter
from shared.adapters.mongodb_query import order, path, query_filter, where_filter
from shared.adapters.mongodb_shape import PROJECTION, restored
from shared.domain.document import Document
from shared.errors import Poison
from shared.grouping import Grouped
from shared.ports.query import Condition, Equal, Query, Scalar

D = TypeVar("D", bound=Document)


class Reads(Generic[D]):
    """`mongo` is the driver's collection, `mapped` turns its errors into ours."""

    def __init__(
        self,
        mongo: Any,
        kind: type[D],
        mapped: Callable[[], AbstractContextManager[None]],
        linger: float,
    ) -> None:
        self._mongo = mongo
        self._kind = kind
        self._mapped = mapped
        self._gets: Grouped[str, D | None] = Grouped(self._get_group, linger=linger)
        self._finds: Grouped[Lookup, list[D]] = Grouped(self._find_group, linger=linger)
        self._counts: Grouped[tuple[str, Scalar], int] = Grouped(self._count_group, linger=linger)

    async def get(self, document_id: str) -> D | None:
        return await self._gets.add(document_id)

    async def find(self, query: Query) -> list[D]:
        shared = lookup(self._kind, query)
        return await (self._finds.add(shared) if shared else self._find_alone(query))

    async def values(self, fields: Sequence[str], query: Query) -> list[tuple[Scalar, ...]]:
        names = [path(self._kind, field) for field in fields]
        found = await self._found(query, dict.fromkeys(names, 1))
        return [tuple(_value(stored, name) for name in names) for stored in found]

    async def count(self, where: Condition, at_most: int | None) -> int:
        if isinstance(where, Equal) and where.value is not None and at_most is None:
            return await self._counts.add((path(self._kind, where.field), where.value))
        match = where_filter(self._kind, where)
        with self._mapped():
            if at_most is None:
                return int(await self._mongo.count_documents(match))
            # The server's own command: a pipeline with a limit hands each key on as a document
            command = {"count": self._mongo.name, "query": match, "limit": at_most}
            return int((await self._mongo.database.command(command))["n"])

    async def count_by(self, field: str, where: Condition) -> dict[str, int]:
        name = path(self._kind, field)
        match = {"$and": [where_filter(self._kind, where), {name: {"$ne": None}}]}
        return {str(value): count for value, count in (await self._counted(name, match)).items()}

    async def _get_group(self, ids: list[str]) -> list[D | Poison | None]:
        where = {"_id": {"$in": ids} if len(ids) > 1 else ids[0]}
        with self._mapped():
            found = await self._mongo.find(where, PROJECTION).to_list(None)
        by_id = {stored["_id"]: self._restored_or_not(stored) for stored in found}
        return [by_id.get(document_id) for document_id in ids]

    async def _find_group(self, lookups: list[Lookup]) -> list[list[D] | Poison]:
        limit = sum(each.query.limit for each in lookups)
        if len(lookups) > 1:
            cursor = self._mongo.find(shared_filter(lookups), PROJECTION).limit(limit)
            with self._mapped():
                stored = await cursor.to_list(None)
            documents = [self._restored_or_not(one) for one in stored]
            whole = [one for one in documents if not isinstance(one, Poison)]
            if len(stored) < limit and len(whole) == len(documents):
                return [share_of(each, whole) for each in lookups]
        # Alone, or more than an answer can hold, or one that nobody can read: each asks alone
        return [await self._find_or_not(each.query) for each in lookups]

    async def _find_or_not(self, query: Query) -> list[D] | Poison:
        try:
            return await self._find_alone(query)
        except Poison as error:
            return error

    async def _find_alone(self, query: Query) -> list[D]:
        return [self._restored(stored) for stored in await self._found(query, PROJECTION)]

    async def _found(self, query: Query, read: Mapping[str, int]) -> list[Mapping[str, Any]]:
        cursor = self._mongo.find(query_filter(self._kind, query), read)
        cursor = cursor.sort(order(self._kind, query)).limit(query.limit)
        with self._mapped():
            return await cursor.to_list(query.limit) if query.limit > 0 else []

    async def _count_group(self, wanted: list[tuple[str, Scalar]]) -> list[int]:
        """Count for many callers at once: budgets ask for two figures before each notice."""
        found: dict[tuple[str, Scalar], int] = {}
        for name in dict.fromkeys(name for name, _ in wanted):
            values = [value for one, value in wanted if one == name]
            counted = await self._counted(name, {name: {"$in": values}})
            found |= {(name, value): count for value, count in counted.items()}
        return [found.get(one, 0) for one in wanted]

    async def _counted(self, name: str, match: Mapping[str, Any]) -> dict[Scalar, int]:
        stages = [{"$match": match}, {"$group": {"_id": f"${name}", "n": {"$sum": 1}}}]
        with self._mapped():
            groups = await self._mongo.aggregate(stages).to_list(None)
        return {group["_id"]: int(group["n"]) for group in groups}

    def _restored_or_not(self, stored: Mapping[str, Any]) -> D | Poison:
        """Return a document, or why it is none: it must not spoil its neighbours' answers."""
        try:
            return self._restored(stored)
        except Poison as error:
            return error

    def _restored(self, stored: Mapping[str, Any]) -> D:
        return restored(self._kind, stored)


def _value(stored: Mapping[str, Any], name: str) -> Scalar:
    """Return what lies at a path: the id, or a value of the index."""
    value: Scalar = stored["_id"] if name == "_id" else stored["ix"].get(name.removeprefix("ix."))
    return value
