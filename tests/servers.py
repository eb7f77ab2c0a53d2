"""Real servers for tests: one RabbitMQ and one MongoDB per run, shared by all its workers.

Where they come from, in this order: `RECOURS_TEST_MONGODB_URL` and `RECOURS_TEST_AMQP_URL`; a
container, if a Docker engine answers and has the image or gets it within two minutes; a child
process. The end of the run says in one line which it was.

* `mongodb_url`, `amqp_url`: the server. Nobody may stop it: others use it at the same time.
* `fresh_mongodb_url`, `fresh_amqp_url`: with a database and a virtual host for this test alone.
* `own_mongodb`, `own_rabbitmq`: servers that this worker may stop, start and kill.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pika
import pytest
from pika.exceptions import AMQPConnectionError
from pymongo import MongoClient

from deploy.servers import Server, ServerFailed, end_groups, start_mongod, start_rabbitmq
from shared.adapters.rabbitmq_topology import declarations
from shared.topology import EXCHANGE
from tests.in_memory import keep_in_memory, sweep

#: As many tests as this can use the broker at the same time; more wait for one another.
VHOSTS = tuple(f"test{number}" for number in range(8))

#: Times that an emptying broker is asked, and seconds between two of them.
EMPTY_TRIES, EMPTY_PAUSE = 10, 1.0

#: Connections that remove queues side by side.
EMPTYING = 4

#: Servers of the run that this process happened to start.
_STARTED: list[Server] = []

MONGODB_VARIABLE, AMQP_VARIABLE = "RECOURS_TEST_MONGODB_URL", "RECOURS_TEST_AMQP_URL"


class Restartable(Protocol):
    """A server of one's own."""

    url: str

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True)
class Running:
    """A server of the run, as it is written down for the other workers."""

    url: str
    how: str
    groups: list[int] = field(default_factory=list)
    container: str = ""
    vhosts: tuple[str, ...] = VHOSTS


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the run's MongoDB, without a database."""
    return _shared(tmp_path_factory, "mongodb", _find_mongodb).url


@pytest.fixture(scope="session")
def amqp_server(tmp_path_factory: pytest.TempPathFactory) -> Running:
    return _shared(tmp_path_factory, "rabbitmq", _find_rabbitmq)


@pytest.fixture(scope="session")
def amqp_url(amqp_server: Running) -> str:
    """Return the address of the run's RabbitMQ, with its default virtual host."""
    return amqp_server.url


@pytest.fixture
def fresh_mongodb_url(mongodb_url: str) -> Iterator[str]:
    """Return an address with an empty database in its path; it is dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    yield urlsplit(mongodb_url)._replace(path=f"/{name}").geturl()
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        client.drop_database(name)


@pytest.fixture
def fresh_amqp_url(amqp_server: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return an address with a virtual host in which nothing is declared."""
    with _free_vhost(_shared_folder(tmp_path_factory), amqp_server.vhosts) as vhost:
        url = urlsplit(amqp_server.url)._replace(path=f"/{vhost}").geturl()
        _empty(url)
        yield url


@pytest.fixture(scope="session")
def own_mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    yield from _own(lambda: _start_own_mongodb(tmp_path_factory.mktemp("own-mongodb")))


@pytest.fixture(scope="session")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    yield from _own(lambda: _start_own_rabbitmq(tmp_path_factory.mktemp("own-rabbitmq")))


@pytest.fixture
def own_rabbitmq(own_broker: Restartable) -> Restartable:
    """Return the worker's own broker, with nothing declared in its default virtual host."""
    _empty(own_broker.url)
    return own_broker


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which servers the run has taken."""
    found = [f"{name}: {running.how}" for name, running in _written(config).items()]
    if found:
        terminalreporter.write_line("real servers: " + ", ".join(found))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's servers, once all workers have ended."""
    if hasattr(config, "workerinput"):
        for server in _STARTED:
            server.hand_over()
        return
    for server in _STARTED:
        server.stop()
    for name, running in _written(config).items():
        if running.container:
            from tests.containers import remove_container

            remove_container(running.container)
        end_groups(running.groups)
        shutil.rmtree(_base(config) / name, ignore_errors=True)
        (_base(config) / f"{name}.json").unlink()
    sweep(ended=os.getpid())


def _find_mongodb(folder: Path) -> Running:
    given = os.environ.get(MONGODB_VARIABLE)  # noqa: TID251 - tests have no settings
    if given:
        return Running(given, f"given by {MONGODB_VARIABLE}")
    from tests import containers

    if containers.usable(containers.MONGODB_IMAGE):
        container = containers.start_mongodb_container()
        return Running(container.url, f"container {containers.MONGODB_IMAGE}", [], container.id)
    keep_in_memory(folder / "data", owner=_controller())
    server = start_mongod(folder, owner=_controller())
    _STARTED.append(server)
    return Running(server.url, "child process", server.pids)


def _find_rabbitmq(folder: Path) -> Running:
    given = os.environ.get(AMQP_VARIABLE)  # noqa: TID251 - tests have no settings
    if given:
        vhost = urlsplit(given).path.removeprefix("/") or "%2F"
        return Running(given, f"given by {AMQP_VARIABLE}", vhosts=(vhost,))
    from tests import containers

    if containers.usable(containers.RABBITMQ_IMAGE):
        container = containers.start_rabbitmq_container(VHOSTS)
        return Running(container.url, f"container {containers.RABBITMQ_IMAGE}", [], container.id)
    keep_in_memory(folder / "mnesia", owner=_controller())
    server = start_rabbitmq(folder, vhosts=VHOSTS, owner=_controller())
    _STARTED.append(server)
    return Running(server.url, "child process", server.pids)


def _start_own_mongodb(folder: Path) -> Restartable:
    keep_in_memory(folder / "data", owner=_controller())
    try:
        return start_mongod(folder)
    except ServerFailed:
        from tests.containers import start_mongodb_container

        return start_mongodb_container()


def _start_own_rabbitmq(folder: Path) -> Restartable:
    keep_in_memory(folder / "mnesia", owner=_controller())
    try:
        return start_rabbitmq(folder)
    except ServerFailed:
        from tests.containers import start_rabbitmq_container

        return start_rabbitmq_container(())


def _controller() -> int:
    """Return the process that outlives all workers of the run."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")  # noqa: TID251 - set by xdist
    return os.getppid() if worker else os.getpid()


def _own(start: Callable[[], Restartable]) -> Iterator[Restartable]:
    server = start()
    yield server
    server.kill()


def _shared(factory: pytest.TempPathFactory, name: str, find: Callable[[Path], Running]) -> Running:
    """Return the run's server; the first worker that asks starts it, the others wait."""
    folder = _shared_folder(factory)
    note = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            note.write_text(json.dumps(asdict(find(folder / name))))
    return _read(note)


def _read(note: Path) -> Running:
    return Running(**json.loads(note.read_text()))


def _written(config: pytest.Config) -> dict[str, Running]:
    notes = ((name, _base(config) / f"{name}.json") for name in ("mongodb", "rabbitmq"))
    return {name: _read(note) for name, note in notes if note.exists()}


def _base(config: pytest.Config) -> Path:
    """Return the run's temporary folder, as its controller sees it."""
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]
    return factory.getbasetemp()


def _shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the same folder in every worker: xdist gives each one a part of the controller's."""
    base = factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@contextmanager
def _free_vhost(folder: Path, vhosts: tuple[str, ...]) -> Iterator[str]:
    with ExitStack() as stack:
        locks = [
            stack.enter_context((folder / f"vhost{number}.lock").open("w"))
            for number in range(len(vhosts))
        ]
        for lock, vhost in zip(locks, vhosts, strict=True):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield vhost
            return
        fcntl.flock(locks[0], fcntl.LOCK_EX)
        yield vhosts[0]


def _empty(url: str) -> None:
    """Remove what an earlier test has declared.

    A broker that an earlier test has killed may fail in a queue that is still coming back, and
    close the connection with an internal error: the next try finds it up.
    """
    for _ in range(EMPTY_TRIES - 1):
        try:
            return _empty_at_once(url)
        except AMQPConnectionError:
            threading.Event().wait(EMPTY_PAUSE)
    return _empty_at_once(url)


def _empty_at_once(url: str) -> None:
    """Remove all queues side by side: one alone is mostly the broker's waiting for its disk."""
    names = [declaration.name for declaration in declarations()]
    with ThreadPoolExecutor(EMPTYING) as threads:
        list(threads.map(partial(_remove, url), (names[at::EMPTYING] for at in range(EMPTYING))))


def _remove(url: str, queues: Sequence[str]) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    for queue in queues:
        channel.queue_delete(queue)
    channel.exchange_delete(EXCHANGE)
    connection.close()
