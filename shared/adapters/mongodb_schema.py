"""Collections, indexes and validators, made at start as often as one likes. No driver here.

Creating indexes creates the collection too, and an index that is there already is left alone. Of
those that are no longer declared only ours go: of one field that has an index of its own no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from shared.adapters.mongodb_query import WORDS, path
from shared.adapters.mongodb_shape import (
    HAS_EVENTS,
    PROJECTION,
    SWEEP_KEYS,
    VALIDATOR,
    index,
    restored,
)
from shared.domain.document import Document
from shared.errors import Transient
from shared.ports.store import DOCUMENTS

#: Which fields each collection has indexed values for.
META = "schema"
#: Older documents that are filled by one command: a write of the journal for each takes minutes.
AT_ONCE = 500


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
    declared = {*kind.indexes, *kind.keywords, *words}
    known = await database[META].find_one({"_id": kind.collection})
    missing = declared.difference(known["fields"] if known else ())
    if not missing:
        return
    collection = database[kind.collection]
    cursor = collection.find({}, {**PROJECTION, "version": 1})
    while group := await cursor.to_list(AT_ONCE):
        updates = [_filled(kind, stored, missing) for stored in group]
        done = await database.command({"update": kind.collection, "updates": updates})
        if done.get("writeErrors"):
            raise Transient("store_not_filled")
    await database[META].update_one(
        {"_id": kind.collection}, {"$set": {"fields": sorted(declared)}}, upsert=True
    )


def _filled(
    kind: type[Document], stored: Mapping[str, Any], missing: AbstractSet[str]
) -> dict[str, Any]:
    """Return the update of a document, unless somebody saves it meanwhile: what is missing alone,
    as the server looks again at each index and each word of what is set."""
    document = restored(kind, stored)
    values = {f"ix.{name}": value for name, value in index(document).items() if name in missing}
    update: dict[str, Any] = {"$set": values} if values else {}
    if WORDS in missing:
        update["$addToSet"] = {WORDS: {"$each": list(document.words)}}
    return {"q": {"_id": stored["_id"], "version": stored["version"]}, "u": update}
