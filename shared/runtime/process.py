"""A service process: starts its parts, runs until a signal, drains, and lets go in order."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass
from pathlib import Path

from shared.adapters.system_clock import SystemClock
from shared.domain.keys import Keys
from shared.errors import Misconfigured
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.ports.store import Store
from shared.runtime.backends import load_keys, open_backends
from shared.runtime.conditions import Conditions
from shared.runtime.doors import Doors
from shared.runtime.listening import listen, serve_http
from shared.runtime.metrics import Metrics
from shared.runtime.relaying import relay
from shared.runtime.settings import Settings
from shared.runtime.watching import build_app

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Context:
    """What a service is given; it opens nothing of this itself."""

    settings: Settings
    clock: Clock
    store: Store
    bus: Bus
    keys: Keys
    metrics: Metrics
    doors: Doors
    conditions: Conditions


#: Starts a service and yields the addresses it listens on, by name; leaving it stops the service.
Service = Callable[[Context], AbstractAsyncContextManager[dict[str, str]]]


@asynccontextmanager
async def running(
    services: Sequence[Service], settings: Settings, *, clock: Clock | None = None
) -> AsyncIterator[tuple[Context, dict[str, str]]]:
    """Run services until the block is left; yield the context and all addresses.

    Services stop in reverse order, so give those that open doors last: doors close first, then
    the queues drain, then store and bus are let go.
    """
    async with AsyncExitStack() as stack:
        if settings.embedded:
            stack.enter_context(_alone_in(settings.folder))
        clock = clock or SystemClock()
        keys = load_keys(settings)
        backends = await open_backends(settings, clock)
        stack.push_async_callback(backends.close)
        context = Context(
            settings, clock, backends.store, backends.bus, keys, Metrics(), Doors(), Conditions()
        )
        started = asyncio.Event()
        addresses = await _watch(stack, context, started)
        await stack.enter_async_context(_relaying(context))
        stack.push_async_callback(_drain, context)
        for service in services:
            addresses |= await stack.enter_async_context(service(context))
        started.set()
        yield context, addresses


async def run_until_signal(
    services: Sequence[Service],
    settings: Settings,
    *,
    when_ready: Callable[[Context, dict[str, str]], object] = lambda *_: None,
) -> None:
    """Run services until SIGTERM or SIGINT; a second signal does not wait for the drain."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(services, settings) as (context, addresses):
        _spare_the_collector()
        _log.info("ready", extra={"count": len(services)})
        when_ready(context, addresses)
        await stop.wait()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
    _log.info("stopped")


def _spare_the_collector() -> None:
    """Keep Python's collector off what stays for ever, and let it come less often.

    Tables, templates and code are many objects; going through them again and again showed in every
    profile.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def _watch(stack: AsyncExitStack, context: Context, started: asyncio.Event) -> dict[str, str]:
    if not context.settings.metrics_listen:
        return {}
    bound = listen("RECOURS_METRICS_LISTEN", context.settings.metrics_listen)
    app = build_app(
        context.store, context.bus, context.metrics, started, conditions=context.conditions.now
    )
    return {"metrics": await stack.enter_async_context(serve_http(app, bound))}


@asynccontextmanager
async def _relaying(context: Context) -> AsyncIterator[None]:
    work = relay(context.store.outbox, context.bus, metrics=context.metrics, doors=context.doors)
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _drain(context: Context) -> None:
    try:
        async with asyncio.timeout(context.settings.drain_seconds):
            await context.bus.stop_consuming()
    except TimeoutError:
        # What is still in hand was not acked; it is handed over again after the next start.
        _log.warning("drain ran out of time", extra={"seconds": context.settings.drain_seconds})


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: two processes on one SQLite folder would both consume its queues."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "running.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Misconfigured(
                "already_running",
                f"Another Recours runs on {folder}. Nothing was started. Stop it, or set "
                "RECOURS_STORE to another folder; to share work, use the full shape.",
            ) from None
        yield
