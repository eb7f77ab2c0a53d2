"""What a process says of itself: alive at once, ready when its doors are open, and no more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore
from shared.errors import Transient
from shared.runtime.conditions import Conditions
from shared.runtime.listening import listen, serve_http
from shared.runtime.metrics import Metrics
from shared.runtime.watching import build_app
from tests.commands import recours
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


async def test_what_is_degraded_is_said_and_the_process_stays_ready(
    store: SqliteStore, clock: ToldClock
) -> None:
    started, conditions = asyncio.Event(), Conditions()
    started.set()
    conditions.watch("relay", lambda: "degraded: it does not work")
    app = build_app(
        store, SqliteBus(store.file, clock), Metrics(), started, conditions=conditions.now
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://watch") as client:
        ready = await client.get("/health/ready")
    lines = "store ok\nbus ok\nrelay degraded: it does not work\n"
    assert (ready.status_code, ready.text) == (200, lines)


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


async def test_recours_health_shows_a_relay_that_is_paused_and_is_content(
    store: SqliteStore, clock: ToldClock, tmp_path: Path
) -> None:
    started, conditions = asyncio.Event(), Conditions()
    started.set()
    conditions.watch("relay", lambda: "degraded: it does not work (relay_unreachable)")
    app = build_app(
        store, SqliteBus(store.file, clock), Metrics(), started, conditions=conditions.now
    )
    async with serve_http(app, listen("RECOURS_METRICS_LISTEN", "127.0.0.1:0")) as address:
        doors = {f"RECOURS_{name}_LISTEN": address for name in ("SMTP", "WEB", "DESK", "METRICS")}
        path = f"sqlite:///{tmp_path / 'recours.db'}"
        said = await recours("health", env={**doors, "RECOURS_STORE": path})
    assert "relay    degraded: it does not work (relay_unreachable)" in said.out
    assert said.status == 0
