"""How a document lies in MongoDB, and how it comes back. Pure: no driver here.

    {_id, version, doc: "{the fields}", ix: {indexed values, keyword arrays}, words: [folded],
     raw: bytes | raw_file: id in GridFS, outbox: [{id, at, body}]}

`doc` is the document as JSON text: it is written and read in one piece, which costs both sides
less than native BSON does. What queries ask for lies in `ix`, as native values. `outbox` holds the
events that were saved with it until the bus has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from shared.adapters.mongodb_query import WORDS
from shared.domain.document import Document, instant
from shared.errors import Poison
from shared.events import Event, decode, encode
from shared.ports.query import index_value

D = TypeVar("D", bound=Document)
Stored = dict[str, Any]

#: Raw bytes up to here lie beside the document, larger ones in GridFS: BSON ends at 16 MiB.
RAW_BESIDE = 8 * 1024 * 1024
BSON_LIMIT = 16 * 1024 * 1024

#: What reading a document loads: never raw bytes, never the outbox.
PROJECTION = {"doc": 1}

#: An upsert of a version that is not stored would insert; this field makes the insert fail.
ABSENT = "absent"
VALIDATOR = {ABSENT: {"$exists": False}}

#: Documents whose events wait, oldest first; the index holds only those.
SWEEP_KEYS = [("outbox.at", 1)]
HAS_EVENTS = {"outbox.at": {"$exists": True}}


@dataclass(frozen=True, slots=True)
class RawPlace:
    """Where raw bytes go: beside the document, or in the GridFS file of this id."""

    beside: bytes | None = None
    file: Any = None

    def fields(self) -> Stored:
        return {"raw": self.beside} if self.file is None else {"raw_file": self.file}

    @property
    def other(self) -> str:
        return "raw_file" if self.file is None else "raw"


def body(document: Document) -> str:
    """Return a document as JSON text; raise Poison for text that is not Unicode."""
    try:
        return document.__pydantic_serializer__.to_json(document).decode()
    except ValueError:
        raise Poison("unstorable_document", "refused by JSON: a lone surrogate") from None


def index(document: Document) -> Stored:
    """Return the values and keyword arrays that queries may ask for."""
    values: Stored = {name: index_value(getattr(document, name)) for name in document.indexes}
    for name in document.keywords:
        values[name] = list(getattr(document, name))
    return values


def outbox(events: Sequence[Event], now: datetime) -> list[Stored]:
    """Return events as they wait in a document."""
    at = instant(now)
    return [{"id": event.id, "at": at, "body": encode(event).decode()} for event in events]


def new_document(
    document: Document, events: list[Stored], raw: RawPlace | None, words: Sequence[str] = ()
) -> Stored:
    """Return a document as it is stored for the first time."""
    stored: Stored = {
        "_id": document.id,
        "version": document.version,
        "doc": body(document),
        "ix": index(document),
    }
    if document.searched:
        stored[WORDS] = list(dict.fromkeys((*document.words, *words)))
    if raw is not None:
        stored.update(raw.fields())
    if events:
        stored["outbox"] = events
    return stored


def changes(
    fields: Stored,
    events: list[Stored],
    raw: RawPlace | None,
    done: Sequence[str] = (),
    words: Sequence[str] = (),
) -> Stored:
    """Return the update of a later save.

    `raw` is not touched unless it is given again; events join those that still wait, and those
    that are `done` leave. MongoDB takes only one of the two at once.
    """
    update: Stored = {"$set": fields, "$setOnInsert": {ABSENT: True}}
    if raw is not None:
        update["$set"] = fields | raw.fields()
        update["$unset"] = {raw.other: ""}
    if words:
        update["$addToSet"] = {WORDS: {"$each": list(words)}}
    if events:
        update["$push"] = {"outbox": {"$each": events}}
    elif done:
        update["$pull"] = {"outbox": {"id": {"$in": list(done)}}}
    return update


def restored(kind: type[D], stored: Mapping[str, Any]) -> D:
    """Return the document that `stored` (at least PROJECTION) holds.

    Raise Poison for one that this version does not know: a newer one may have written it.
    """
    try:
        return kind.model_validate_json(stored["doc"])
    except ValidationError:
        raise Poison("unreadable_document", f"one of {kind.collection}") from None


def waiting_events(stored: Iterable[Mapping[str, Any]], before: str) -> list[tuple[str, Event]]:
    """Return (moment, event) of the events that were saved before the moment `before`."""
    entries = (entry for found in stored for entry in found["outbox"] if entry["at"] < before)
    return [(entry["at"], event) for entry in entries if (event := _known(entry["body"]))]


def _known(body: str) -> Event | None:
    """Return an event, or None for one that a newer version wrote: it waits for that version."""
    try:
        return decode(body.encode())
    except Poison:
        return None
