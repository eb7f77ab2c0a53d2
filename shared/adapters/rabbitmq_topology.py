"""What is declared on the broker, as data. The same arguments hold on RabbitMQ 3.10, 4.0 and 4.3.

Avoided on purpose: `x-queue-version`, priorities and exclusive quorum queues, which one version
or another refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shared.topology import EVENT_TYPES, QUEUES, Queue

#: Deliveries by the broker before it gives up by itself, as when every consumer dies of one
#: message. 4.0 drops after 20 unless told otherwise; attempts that count are counted by us.
DELIVERY_LIMIT = 50
#: Looking at dead letters hands them over and takes them back, which must never use them up.
NO_LIMIT = 2_000_000_000

QUORUM = {"x-queue-type": "quorum"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """One queue: its arguments, the routing keys it is bound with, and those it is not.

    A broker keeps what an earlier version bound: events that nobody there handles any more would
    all become dead letters.
    """

    name: str
    arguments: dict[str, Any]
    keys: tuple[str, ...] = field(default=())
    other_keys: tuple[str, ...] = field(default=())


def declarations() -> list[Declaration]:
    """Return every queue in an order in which no target is declared after its source."""
    return [declaration for queue in QUEUES for declaration in _queue_declarations(queue)]


def _queue_declarations(queue: Queue) -> list[Declaration]:
    limit = {"x-delivery-limit": DELIVERY_LIMIT}
    return [
        Declaration(queue.dead, {**QUORUM, "x-delivery-limit": NO_LIMIT}),
        Declaration(
            queue.name,
            {**QUORUM, **limit, **_leads_to(queue.dead)},
            queue.takes,
            tuple(sorted(EVENT_TYPES.difference(queue.takes))),
        ),
        *(
            Declaration(
                queue.retry(delay),
                {**QUORUM, "x-message-ttl": delay * 1000, **_leads_to(queue.name)},
            )
            for delay in ladder(queue)
        ),
    ]


def ladder(queue: Queue) -> list[int]:
    """Return the delays of a queue, each once: one waiting queue serves equal delays."""
    return list(dict.fromkeys(queue.delays))


def _leads_to(target: str) -> dict[str, str]:
    """Dead-letter through the default exchange, and keep the message until the target has it."""
    return {
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": target,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # at-least-once is not allowed without it
    }
