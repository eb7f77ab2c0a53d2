"""Every part dies once under a stream of mail; every person is told once, and nothing is lost."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shared.adapters.mongodb_store import open_mongodb_store
from shared.adapters.sqlite_store import open_sqlite_store
from shared.adapters.system_clock import SystemClock
from shared.ports.store import Store
from shared.runtime.ledger import SETTLED, reckon
from tests.fleet import Fleet
from tests.servers import Restartable
from tests.storm import Storm, outcome, relay

COUNT = 1000


async def judge(storm: Storm, store: Store) -> None:
    found = await outcome(storm, store)
    assert (found.cases, found.told) == (COUNT, COUNT)
    assert found.doubled <= found.known_window
    ledger = await reckon(store, now=SystemClock().now() + SETTLED)
    assert ledger.adds_up, ledger.differences
    assert ledger.accepted == COUNT + ledger.added


@pytest.mark.timeout(300)
async def test_embedded_survives_being_killed_again_and_again(tmp_path: Path) -> None:
    async with relay() as taking:
        fleet = Fleet(tmp_path, relay=f"smtp://127.0.0.1:{taking.port}")
        storm = Storm(fleet, taking, COUNT)
        try:
            fleet.start()
            await fleet.ready()
            sending = storm.begin()
            for share in (0.2, 0.45, 0.7, 0.95):
                await storm.accepted(share)
                fleet.kill("all")
                fleet.start("all")
            await sending
            store = await open_sqlite_store(tmp_path / "recours.db")
            await storm.settle(store)
        finally:
            fleet.stop()
    await judge(storm, store)
    await store.close()


@pytest.mark.timeout(300)
async def test_full_survives_the_death_of_each_service_of_the_broker_and_of_the_store(
    tmp_path: Path, own_mongodb: Restartable, own_rabbitmq: Restartable
) -> None:
    url = own_mongodb.url.replace("/?", "/storm?")
    async with relay() as taking:
        fleet = Fleet(
            tmp_path, relay=f"smtp://127.0.0.1:{taking.port}", store=url, bus=own_rabbitmq.url
        )
        storm = Storm(fleet, taking, COUNT)
        try:
            fleet.start()
            await fleet.ready()
            sending = storm.begin()
            for share, name in ((0.1, "intake"), (0.25, "router"), (0.4, "notifier")):
                await storm.accepted(share)
                fleet.kill(name)
                fleet.start(name)
            await storm.accepted(0.55)
            own_rabbitmq.kill()
            own_rabbitmq.start()
            await storm.accepted(0.75)
            own_mongodb.kill()
            own_mongodb.start()
            await sending
            store = await open_mongodb_store(url, database=urlsplit(url).path.strip("/"))
            await storm.settle(store)
        finally:
            fleet.stop()
        await judge(storm, store)
        await store.close()
