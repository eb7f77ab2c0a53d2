"""Collections, indexes and validators, made at start as often as one likes. No driver here.

Creating indexes creates the collection too, and an index that is there already is left alone. An
index that is no longer declared stays; dropping it is for a person who knows what else uses it.
"""

from __future__ import annotations

from typing import Any

from shared.adapters.mongodb_shape import (
    HAS_EVENTS,
    PROJECTION,
    SWEEP_KEYS,
    VALIDATOR,
    index,
    restored,
)
from shared.domain.document import Document
from shared.ports.store import DOCUMENTS

#: Which fields each collection has indexed values for.
META = "schema"


async def prepare(database: Any) -> None:
    """Make every kind's collection ready; `database` is the driver's, its errors pass through."""
    for kind in DOCUMENTS:
        indexes = index_specifications(kind)
        await database.command({"createIndexes": kind.collection, "indexes": indexes})
        await _validate(database, kind.collection)
        await _fill(database, kind)


def index_specifications(kind: type[Document]) -> list[dict[str, Any]]:
    """Return a kind's indexes: sort fields with the id, keyword fields, waiting events."""
    keys = [[(f"ix.{name}", 1), ("_id", 1)] for name in kind.indexes]
    keys += [[(f"ix.{name}", 1)] for name in kind.keywords]
    specifications = [
        {"key": dict(pairs), "name": "_".join(name for name, _ in pairs)} for pairs in keys
    ]
    sweep = {"key": dict(SWEEP_KEYS), "name": "sweep", "partialFilterExpression": HAS_EVENTS}
    return [*specifications, sweep]


async def _validate(database: Any, collection: str) -> None:
    """Set the validator unless it is set: changing it locks the collection for a moment."""
    cursor = await database.list_collections(filter={"name": collection})
    found = await cursor.to_list(1)
    if found and found[0].get("options", {}).get("validator") == VALIDATOR:
        return
    await database.command({"collMod": collection, "validator": VALIDATOR})


async def _fill(database: Any, kind: type[Document]) -> None:
    """Give older documents the values of fields that became indexed since last time."""
    declared = sorted({*kind.indexes, *kind.keywords})
    known = await database[META].find_one({"_id": kind.collection})
    if known and set(declared) <= set(known["fields"]):
        return
    collection = database[kind.collection]
    async for stored in collection.find({}, {**PROJECTION, "version": 1}):
        key = {"_id": stored["_id"], "version": stored["version"]}
        await collection.update_one(key, {"$set": {"ix": index(restored(kind, stored))}})
    await database[META].update_one(
        {"_id": kind.collection}, {"$set": {"fields": declared}}, upsert=True
    )
