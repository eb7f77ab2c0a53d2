"""What a process says of itself: alive at once, ready when its doors are open, and no more."""

from __future__ import annotations

import asyncio

import httpx

from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore
from shared.errors import Transient
from shared.runtime.metrics import Metrics
from shared.runtime.watching import build_app
from tests.conftest import ToldClock


def asking(store: SqliteStore, bus: SqliteBus, started: asyncio.Event) -> httpx.AsyncClient:
    app = build_app(store, bus, Metrics(), started)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://watch")


async def test_a_process_is_alive_before_it_is_ready(store: SqliteStore, clock: ToldClock) -> None:
    started = asyncio.Event()
    async with asking(store, SqliteBus(store.file, clock), started) as client:
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/health/ready")).status_code == 503
        started.set()
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.text) == (200, "store ok\nbus ok\n")
        assert (await client.get("/")).status_code == 404


class NoBus(SqliteBus):
    async def ping(self) -> None:
        raise Transient("bus_away", "amqp://user:secret@broker")


async def test_a_bus_that_is_away_is_said_by_our_code_alone(
    store: SqliteStore, clock: ToldClock
) -> None:
    started = asyncio.Event()
    started.set()
    async with asking(store, NoBus(store.file, clock), started) as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.text) == (503, "store ok\nbus bus_away\n")


async def test_metrics_tell_the_depth_of_every_queue(store: SqliteStore, clock: ToldClock) -> None:
    async with asking(store, SqliteBus(store.file, clock), asyncio.Event()) as client:
        text = (await client.get("/metrics")).text
    assert 'recours_queue_depth{queue="intake.opening",state="dead"} 0.0' in text
