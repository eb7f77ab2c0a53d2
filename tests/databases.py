"""Databases of tests on the run's MongoDB.

To make one is to make nearly ninety files, and a server keeps the files of a dropped one
open for five minutes: a fast run of a thousand tests, each with a database of its own, took more
open files than a server may have. So each worker has one, and empties it before each test.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from pymongo import MongoClient

from shared.adapters.mongodb_schema import META


@contextmanager
def database_on(server: str) -> Iterator[str]:
    """Give the address of a new database; it is dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    with MongoClient[dict[str, Any]](server) as client:
        client.drop_database(name)


def empty(url: str) -> None:
    """Remove all documents; collections, their indexes and the note about these stay."""
    with MongoClient[dict[str, Any]](url) as client:
        database = client.get_default_database()
        for name in database.list_collection_names(filter={"name": {"$ne": META}}):
            database[name].delete_many({})
