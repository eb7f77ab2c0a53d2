"""Collections, indexes and validators, made at start as often as one likes. No driver here.

Creating indexes creates the collection too, and an index that is there already is left alone. Of
those that are no longer declared only ours go: of one field that has an index of its own no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from shared.adapters.mongodb_query import WORDS, Filter, path
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
#: Updates under way at once while older documents are filled: they share writes of the journal.
AT_ONCE = 100


async def prepare(database: Any) -> None:
    """Make every kind's collection ready; `database` is the driver's, its errors pass through."""
    for kind in DOCUMENTS:
        indexes = index_specifications(kind)
        await database.command({"createIndexes": kind.collection, "indexes": indexes})
        await _drop(database, kind, {index["name"] for index in indexes})
        await _validate(database, kind.collection)
        await _fill(database, kind)


def index_specifications(kind: type[Document]) -> list[dict[str, Any]]:
    """Return a kind's indexes: scalars with the id, keyword fields, words, waiting events."""
    paths = [[path(kind, name) for name in fields] for fields in kind.index_keys()]
    paths += [[f"ix.{name}"] for name in kind.keywords]
    paths += [[WORDS]] if kind.searched else []
    specifications = [{"key": dict.fromkeys(names, 1), "name": "_".join(names)} for names in paths]
    sweep = {"key": dict(SWEEP_KEYS), "name": "sweep", "partialFilterExpression": HAS_EVENTS}
    return [*specifications, sweep]


async def _drop(database: Any, kind: type[Document], declared: set[str]) -> None:
    ours = {f"ix.{name}__id" for name in kind.not_alone} - declared
    there = await database[kind.collection].index_information() if ours else {}
    if gone := sorted(ours.intersection(there)):
        await database.command({"dropIndexes": kind.collection, "index": gone})


async def _validate(database: Any, collection: str) -> None:
    """Set the validator unless it is set: changing it locks the collection for a moment."""
    cursor = await database.list_collections(filter={"name": collection})
    found = await cursor.to_list(1)
    if found and found[0].get("options", {}).get("validator") == VALIDATOR:
        return
    await database.command({"collMod": collection, "validator": VALIDATOR})


async def _fill(database: Any, kind: type[Document]) -> None:
    """Give older documents the values of fields that became indexed since last time."""
    words = {WORDS} if kind.searched else set()
    declared = sorted({*kind.indexes, *kind.keywords, *words})
    known = await database[META].find_one({"_id": kind.collection})
    if known and set(declared) <= set(known["fields"]):
        return
    collection = database[kind.collection]
    cursor = collection.find({}, {**PROJECTION, "version": 1})
    while group := await cursor.to_list(AT_ONCE):
        await asyncio.gather(*(collection.update_one(*_filled(kind, one)) for one in group))
    await database[META].update_one(
        {"_id": kind.collection}, {"$set": {"fields": declared}}, upsert=True
    )


def _filled(kind: type[Document], stored: Mapping[str, Any]) -> tuple[Filter, dict[str, Any]]:
    """Return which document to update, unless somebody saves it meanwhile, and how."""
    document = restored(kind, stored)
    update: dict[str, Any] = {"$set": {"ix": index(document)}}
    if kind.searched:
        update["$addToSet"] = {WORDS: {"$each": list(document.words)}}
    return {"_id": stored["_id"], "version": stored["version"]}, update
