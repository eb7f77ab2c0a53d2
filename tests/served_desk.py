"""A desk served on the loopback interface by a thread with its own loop, for blocking clients."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from shared.ports.store import Store
from shared.runtime.listening import serve_http
from tests.pages_samples import store_in
from tests.waiting import until

Build = Callable[[Store], Awaitable[FastAPI]]


@contextmanager
def served_desk(folder: Path, build: Build) -> Iterator[str]:
    """Yield its address; `build` makes the application on a fresh store."""
    desk = _Served(folder, build)
    thread = threading.Thread(target=desk.run)
    thread.start()
    desk.ready.wait(60)
    try:
        assert desk.address, "the desk did not start"
        yield desk.address
    finally:
        desk.end()
        thread.join(30)


class _Served:
    def __init__(self, folder: Path, build: Build) -> None:
        self.ready = threading.Event()
        self.address = ""
        self._folder = folder
        self._build = build
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self.ready.set()

    def end(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        bound = socket.socket()
        bound.setblocking(False)
        bound.bind(("127.0.0.1", 0))
        async with (
            store_in(self._folder) as store,
            serve_http(await self._build(store), bound) as address,
        ):
            await until(partial(_listens, *address.split(":")))
            self.address = f"http://{address}"
            self.ready.set()
            await self._stop.wait()


async def _listens(host: str, port: str) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True
