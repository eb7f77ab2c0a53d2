"""Real servers for tests: one RabbitMQ and one MongoDB per run, shared by all its workers.

Where they come from, in this order: `RECOURS_TEST_MONGODB_URL` and `RECOURS_TEST_AMQP_URL`; a
container, if a Docker engine answers and has the image or gets it within two minutes; a child
process. The end of the run says in one line which it was.

* `mongodb_url`, `amqp_url`: the server. Nobody may stop it: others use it at the same time.
* `fresh_mongodb_url`, `fresh_amqp_url`: with a database and a virtual host that hold nothing, and
  are nobody else's meanwhile. `new_mongodb_url`: for tests of how a database is made.
* `own_mongodb`, `own_rabbitmq`: servers that this worker may stop, start and kill.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest

from deploy.servers import Server, ServerFailed, end_groups, has_died, start_mongod, start_rabbitmq
from tests.databases import database_on, empty
from tests.in_memory import keep_in_memory, sweep
from tests.vhosts import VHOSTS, empty_vhost, free_vhost

#: Characters of the log of a server that died.
LAST_WORDS = 2000

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

    def need(self) -> None:
        """Fail the test at once if the server has died: waiting for it would take each a minute."""
        if has_died(self.groups):
            pytest.fail(f"the server at {self.url} has died: see the end of the run", pytrace=False)


@pytest.fixture(scope="session")
def mongodb_server(tmp_path_factory: pytest.TempPathFactory) -> Running:
    return _shared(tmp_path_factory, "mongodb", _find_mongodb)


@pytest.fixture(scope="session")
def mongodb_url(mongodb_server: Running) -> str:
    """Return the address of the run's MongoDB, without a database."""
    return mongodb_server.url


@pytest.fixture(scope="session")
def amqp_server(tmp_path_factory: pytest.TempPathFactory) -> Running:
    return _shared(tmp_path_factory, "rabbitmq", _find_rabbitmq)


@pytest.fixture(scope="session")
def amqp_url(amqp_server: Running) -> str:
    """Return the address of the run's RabbitMQ, with its default virtual host."""
    return amqp_server.url


@pytest.fixture(scope="session")
def worker_mongodb_url(mongodb_url: str) -> Iterator[str]:
    with database_on(mongodb_url) as url:
        yield url


@pytest.fixture
def fresh_mongodb_url(mongodb_server: Running, worker_mongodb_url: str) -> str:
    """Return an address with a database in its path that holds no document."""
    mongodb_server.need()
    empty(worker_mongodb_url)
    return worker_mongodb_url


@pytest.fixture
def new_mongodb_url(mongodb_server: Running) -> Iterator[str]:
    """Return an address with a database in its path in which nothing has been made."""
    mongodb_server.need()
    with database_on(mongodb_server.url) as url:
        yield url


@pytest.fixture
def fresh_amqp_url(amqp_server: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return an address with a virtual host in which nothing is declared."""
    amqp_server.need()
    with free_vhost(_shared_folder(tmp_path_factory), amqp_server.vhosts) as vhost:
        url = urlsplit(amqp_server.url)._replace(path=f"/{vhost}").geturl()
        empty_vhost(url)
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
    empty_vhost(own_broker.url)
    return own_broker


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which servers the run has taken, and the last words of one that died meanwhile: each
    test that needed it failed for that alone."""
    found = _written(config)
    if found:
        told = ", ".join(f"{name}: {running.how}" for name, running in found.items())
        terminalreporter.write_line(f"real servers: {told}")
    for name in (name for name, running in found.items() if has_died(running.groups)):
        terminalreporter.write_line(f"{name} died before the end of the run:", red=True)
        for log in (_base(config) / name).glob("**/*.log"):
            terminalreporter.write_line(log.read_text(errors="replace")[-LAST_WORDS:])


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
