"""The same servers in containers, for machines that have a Docker engine and the images."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from deploy.servers import (
    PAUSE,
    RABBITMQ_ADVANCED,
    READY,
    ServerFailed,
    definitions,
    free_port,
    speaks_amqp,
    takes_writes,
)

MONGODB_IMAGE, RABBITMQ_IMAGE = "mongo:7", "rabbitmq:4-management"

#: Seconds for an image to come; a machine that cannot reach a registry must not wait for long.
PULL = 120.0
ANSWER = 10.0


class ContainerServer:
    """Like `deploy.servers.Server`, on a host port that stays the same over a restart."""

    def __init__(self, container: DockerContainer, ready: Callable[[], bool]) -> None:
        self._container = container.get_wrapped_container()
        self._ready = ready
        self.url = ""

    @property
    def id(self) -> str:
        return str(self._container.id)

    def start(self) -> None:
        self._container.start()
        self.wait()

    def stop(self) -> None:
        self._container.stop()

    def kill(self) -> None:
        self._container.kill()

    def wait(self) -> None:
        deadline = time.monotonic() + READY
        while not self._ready():
            if time.monotonic() > deadline:
                raise ServerFailed("a container did not get ready")
            time.sleep(PAUSE)  # noqa: TID251 - no event loop here, and a server to wait for


def usable(image: str) -> bool:
    """Tell whether a Docker engine answers and has the image, or gets it in time."""
    return _docker(["info"], ANSWER) and (
        _docker(["image", "inspect", image], ANSWER) or _docker(["pull", image], PULL)
    )


def start_rabbitmq_container(vhosts: Sequence[str]) -> ContainerServer:
    """Start a broker with the user guest and these virtual hosts."""
    port = free_port()
    conf = (RABBITMQ_ADVANCED.encode(), "/etc/rabbitmq/advanced.config")
    container = _start(_container(RABBITMQ_IMAGE, 5672, port).with_copy_into_container(*conf))
    host = container.get_container_host_ip()
    server = ContainerServer(container, lambda: speaks_amqp(host, port))
    server.wait()
    # From a file: from standard input the command never ends under `docker exec`.
    command = (
        f"echo '{definitions(['/', *vhosts])}' > /tmp/definitions.json"
        " && rabbitmqctl import_definitions /tmp/definitions.json --format json"
    )
    code, _ = container.exec(["sh", "-c", command])
    if code:
        raise ServerFailed("the container's virtual hosts could not be made")
    server.url = f"amqp://guest:guest@{host}:{port}/"
    return server


def start_mongodb_container() -> ContainerServer:
    """Start a replica set of one member; its clients connect to it directly."""
    port = free_port()
    container = _start(
        _container(MONGODB_IMAGE, 27017, port).with_command("--replSet rs --bind_ip_all")
    )
    host = container.get_container_host_ip()
    server = ContainerServer(container, lambda: takes_writes(host, port, "127.0.0.1:27017"))
    server.wait()
    server.url = f"mongodb://{host}:{port}/?directConnection=true"
    return server


def remove_container(container_id: str) -> None:
    """Remove a container that this run started, with its data."""
    _docker(["rm", "--force", "--volumes", container_id], PULL)


def _container(image: str, inside: int, port: int) -> DockerContainer:
    return DockerContainer(image).with_bind_ports(inside, port)


def _start(container: DockerContainer) -> DockerContainer:
    # The run's controller removes what the run started; the clean-up container is one more image
    testcontainers_config.ryuk_disabled = True
    return container.start()


def _docker(arguments: list[str], timeout: float) -> bool:
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            ["docker", *arguments], timeout=timeout, capture_output=True, check=False
        )
        return done.returncode == 0
    return False
