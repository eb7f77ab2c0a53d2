"""A shape of the system that runs for a while: its servers, its services, and a relay."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, TypeVar, get_args

from deploy.servers import Server, start_mongod, start_rabbitmq
from tests.bench.cpu import Trees
from tests.fleet import Fleet

T = TypeVar("T")

Shape = Literal["embedded", "full"]
SHAPES: tuple[Shape, ...] = get_args(Shape)

#: Longest line that a child process writes: the times of 20,000 mails take about 1 MB.
LINE = 64 * 1024 * 1024


def run_to_the_end(work: Coroutine[object, object, T]) -> T:
    """Run `work`; SIGTERM and Ctrl-C cancel it, so that it stops all that it has started."""

    async def cancellable() -> T:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(cancellable())
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit("stopped, and everything that was started with it") from None


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that is gone afterwards; TMPDIR says where."""
    with TemporaryDirectory(prefix="recours-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def servers_of(shape: Shape, home: Path, *, broker: bool = True) -> Iterator[dict[str, Server]]:
    """Run the servers that a shape needs, none for the embedded one."""
    started: dict[str, Server] = {}
    try:
        if shape == "full":
            started["mongod"] = start_mongod(home / "mongod")
            if broker:
                started["rabbitmq"] = start_rabbitmq(home / "rabbitmq")
        yield started
    finally:
        for server in started.values():
            server.stop()


def fleet_of(
    home: Path, servers: Mapping[str, Server], *, relay_port: int, log_level: str = "WARNING"
) -> Fleet:
    """Return the services of a shape, not started, that send to a relay on 127.0.0.1."""
    place = home / "services"
    place.mkdir(exist_ok=True)
    urls = {}
    if servers:
        store = servers["mongod"].url.replace("/?", "/recours?")
        urls = {"store": store, "bus": servers["rabbitmq"].url}
    return Fleet(
        place,
        relay=f"smtp://127.0.0.1:{relay_port}",
        settings={"RECOURS_LOG_LEVEL": log_level},
        **urls,
    )


@dataclass
class Catcher:
    """The relay process; `arrived` is what it has taken so far, (recipient, moment) each."""

    process: asyncio.subprocess.Process
    port: int
    arrived: list[tuple[str, float]] = field(default_factory=list)

    async def look(self) -> list[tuple[str, float]]:
        """Fetch what came since the last look, and return all."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        for to, moment in json.loads(await self.process.stdout.readline()):
            self.arrived.append((to, moment))
        return self.arrived


@asynccontextmanager
async def process_of(module: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a module of this folder as a process with pipes, and end it afterwards."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"tests.bench.{module}", stdin=pipe, stdout=pipe, limit=LINE
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def port_of(process: asyncio.subprocess.Process) -> int:
    """Return the port that a process prints when it listens."""
    assert process.stdout is not None
    return int(await process.stdout.readline())


@dataclass
class Running:
    """A shape that runs."""

    shape: Shape
    fleet: Fleet
    servers: Mapping[str, Server]
    catcher: Catcher

    @property
    def trees(self) -> Trees:
        """All processes by the names of the report, the relay's and the generator's left out."""
        services = {name: [process.pid] for name, process in self.fleet.processes.items()}
        named = {"embedded" if name == "all" else name: pids for name, pids in services.items()}
        return {**named, **{name: server.pids for name, server in self.servers.items()}}


@asynccontextmanager
async def running(shape: Shape, *services: str) -> AsyncIterator[Running]:
    """Run a shape on fresh data, whole or the services named, until the block is left."""
    with folder() as home, servers_of(shape, home) as servers:
        async with process_of("sink") as sink:
            catcher = Catcher(sink, await port_of(sink))
            fleet = fleet_of(home, servers, relay_port=catcher.port)
            try:
                fleet.start(*services)
                await fleet.ready()
                yield Running(shape, fleet, servers, catcher)
            finally:
                fleet.stop()
