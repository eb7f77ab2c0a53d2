"""Each contract test runs once for every adapter of its port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shared.adapters.mongodb_store import open_mongodb_store
from shared.adapters.rabbitmq_bus import open_rabbitmq_bus
from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.adapters.system_clock import SystemClock
from shared.events import Event
from shared.ports.bus import Bus
from shared.ports.store import Store
from tests.saved_events import saved_events


@dataclass
class Stores:
    """The store under test, and what a test must know of its adapter."""

    store: Store
    #: Open it once more, as another process would
    again: Callable[[], Awaitable[Store]]
    #: Return the events on their way to the bus, wherever the adapter keeps them
    emitted: Callable[[], Awaitable[list[Event]]]
    name: str


@dataclass
class Buses:
    """The bus under test; `address` is where another process finds it."""

    bus: Bus
    again: Callable[[], Awaitable[Bus]]
    address: str
    name: str


def pytest_configure(config: pytest.Config) -> None:
    """Bring the real servers, unless the whole run has them."""
    if not config.pluginmanager.has_plugin("tests.servers"):
        config.pluginmanager.import_plugin("tests.servers")


@pytest.fixture(params=["sqlite", "mongodb"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    opened: list[Store] = []

    async def again() -> Store:
        if request.param == "sqlite":
            opened.append(await open_sqlite_store(tmp_path / "recours.db"))
        else:
            opened.append(await open_mongodb_store(url, database=urlsplit(url).path.strip("/")))
        return opened[-1]

    async def emitted() -> list[Event]:
        if isinstance(store, SqliteStore):
            return saved_events(store.file)
        return await store.outbox.waiting(older_than_seconds=-60, limit=1000)

    url = request.getfixturevalue("fresh_mongodb_url") if request.param == "mongodb" else ""
    store = await again()
    yield Stores(store, again, emitted, request.param)
    for one in opened:
        await one.close()


@pytest.fixture
def store(stores: Stores) -> Store:
    return stores.store


@pytest.fixture(params=["sqlite", "rabbitmq"])
async def buses(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Buses]:
    files: list[SqliteStore] = []
    opened: list[Bus] = []
    path = tmp_path / "recours.db"

    async def again() -> Bus:
        if request.param == "sqlite":
            files.append(await open_sqlite_store(path))
            opened.append(SqliteBus(files[-1].file, SystemClock()))
        else:
            opened.append(await open_rabbitmq_bus(url, name="contract"))
        return opened[-1]

    url = request.getfixturevalue("fresh_amqp_url") if request.param == "rabbitmq" else str(path)
    yield Buses(await again(), again, url, request.param)
    for bus in opened:
        await bus.close()
    for file in files:
        await file.close()


@pytest.fixture
def bus(buses: Buses) -> Bus:
    return buses.bus
