"""Virtual hosts of tests on the run's RabbitMQ: one for each that runs, emptied before it."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pika
from pika.exceptions import AMQPConnectionError

from shared.adapters.rabbitmq_topology import declarations
from shared.topology import EXCHANGE

#: As many tests as this can use the broker at the same time; more wait for one another.
VHOSTS = tuple(f"test{number}" for number in range(8))

#: Times that an emptying broker is asked, and seconds between two of them.
EMPTY_TRIES, EMPTY_PAUSE = 10, 1.0

#: Connections that remove queues side by side.
EMPTYING = 4


@contextmanager
def free_vhost(folder: Path, vhosts: tuple[str, ...]) -> Iterator[str]:
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


def empty_vhost(url: str) -> None:
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
