"""Events that were saved in the embedded shape and that nobody has taken from their queues."""

from __future__ import annotations

from shared.adapters.sqlite_file import SqliteFile
from shared.events import Event, decode
from shared.topology import queues_for


def saved_events(file: SqliteFile) -> list[Event]:
    """Return each event once, oldest first: one that several queues take lies in each of them."""
    rows = file.read("SELECT queue, body FROM queue ORDER BY seq")
    found = [(queue, decode(body)) for queue, body in rows]
    return [event for queue, event in found if queue == queues_for(event.type)[0].name]
