"""Sockets that a process listens on, and HTTP served on them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from shared.errors import Misconfigured
from shared.runtime.settings import split_address

if TYPE_CHECKING:
    import uvicorn

BACKLOG = 512


def listen(setting: str, address: str) -> socket.socket:
    """Return a bound socket; raise Misconfigured that names the setting when it is taken."""
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setblocking(False)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise Misconfigured(
            "address_taken",
            f"{address} cannot be listened on ({error.strerror}). Nothing was started. "
            f"Stop what uses it, or set {setting} to another host:port.",
        ) from None
    return bound


def address_of(bound: socket.socket) -> str:
    """Return host:port of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"{host}:{port}"


@asynccontextmanager
async def serve_http(
    app: Any, bound: socket.socket, *, proxies: frozenset[str] = frozenset()
) -> AsyncIterator[str]:
    """Serve an ASGI app on a bound socket; yield its host:port. Requests in hand are finished.

    `X-Forwarded-For` is believed only from `proxies`.
    """
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=sorted(proxies),
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
        limit_concurrency=256,
        backlog=BACKLOG,
    )
    server = _without_signals(uvicorn.Server(config))
    task = asyncio.get_running_loop().create_task(server.serve(sockets=[bound]))
    try:
        yield address_of(bound)
    finally:
        server.should_exit = True
        await asyncio.wait([task])
        bound.close()


def _without_signals(server: uvicorn.Server) -> uvicorn.Server:
    """Leave the signals to the process: it stops its parts in order."""

    @contextmanager
    def nothing() -> Iterator[None]:
        yield

    server.capture_signals = nothing  # type: ignore[method-assign]
    return server
