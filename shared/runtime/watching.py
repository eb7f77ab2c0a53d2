"""`/metrics`, `/health/live` and `/health/ready` of one process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from shared.errors import Transient
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.runtime.conditions import lines_of
from shared.runtime.metrics import Metrics

Message = MutableMapping[str, Any]
PATIENCE = 3.0


async def readiness(store: Store, bus: Bus) -> dict[str, str]:
    """Return "ok" or our code for store and bus."""
    return {"store": await _ask(store.ping), "bus": await _ask(bus.ping)}


def build_app(
    store: Store,
    bus: Bus,
    metrics: Metrics,
    started: asyncio.Event,
    *,
    conditions: Callable[[], dict[str, str]] = dict,
) -> Any:
    """Return a small ASGI app; a process is not ready before `started`, its doors not open.

    `conditions` are shown with it and make no process unready, see `Conditions`.
    """

    async def app(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/health/ready" and not started.is_set():
            status, body = 503, b"starting\n"
        else:
            status, body = await _answer(scope["path"], store, bus, metrics, conditions)
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


async def _answer(
    path: str, store: Store, bus: Bus, metrics: Metrics, conditions: Callable[[], dict[str, str]]
) -> tuple[int, bytes]:
    if path == "/health/live":
        return 200, b"alive\n"
    if path == "/health/ready":
        found = await readiness(store, bus)
        lines = lines_of({**found, **conditions()})
        return (200 if set(found.values()) == {"ok"} else 503), lines.encode()
    if path == "/metrics":
        await _measure_queues(bus, metrics)
        return 200, metrics.text()
    return 404, b"not here\n"


async def _measure_queues(bus: Bus, metrics: Metrics) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            depths = await bus.depths()
    except (Transient, TimeoutError):
        return
    for depth in depths:
        metrics.depth.labels(depth.name, "ready").set(depth.ready)
        metrics.depth.labels(depth.name, "waiting").set(depth.waiting)
        metrics.depth.labels(depth.name, "dead").set(depth.dead)


async def _ask(ping: Callable[[], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await ping()
    except Transient as error:
        return error.code
    except TimeoutError:
        return "no_answer"
    return "ok"
