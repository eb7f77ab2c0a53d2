"""Which event goes to which queue, and how often and when a queue tries again.

RabbitMQ words: the event's type is the routing key on one topic exchange. Both buses declare
exactly this.
"""

from __future__ import annotations

from typing import Literal

from shared.domain.document import Value

EXCHANGE = "recours"

QueueName = Literal[
    "intake.opening",
    "intake.scanning",
    "router.assigning",
    "notifier.telling",
    "notifier.sending",
    "desk.calling",
]


class Queue(Value):
    """A queue, the events it takes, and its delays in seconds before each new attempt.

    After the last delay comes `<name>.dead`. The first attempt has number 1.
    """

    name: QueueName
    takes: tuple[str, ...]
    delays: tuple[int, ...]

    @property
    def dead(self) -> str:
        return f"{self.name}.dead"

    def retry(self, delay: int) -> str:
        """Return the name of the queue in which a message waits `delay` seconds."""
        return f"{self.name}.retry.{delay}"

    def delay_after(self, attempt: int) -> int | None:
        """Return the seconds to wait after failed attempt `attempt`, or None: dead letter."""
        return self.delays[attempt - 1] if attempt <= len(self.delays) else None


#: More than three hours in all for our own services: a store down over lunch kills nothing.
SOON = (1, 2, 5, 15, 60, 300, 900, 3600, 7200)
#: As long, in fewer steps: a try may take ten minutes, and no case waits for it.
SCANS = (5, 60, 300, 900, 3600, 7200)
#: 72 hours for a relay, as mail servers do (RFC 5321 section 4.5.4.1 asks for four to five days;
#: a person should hear of it sooner).
RELAY = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 57600, 57600, 86400)

#: Some 28 hours for other programs: one that is down over a night misses nothing.
CALLS = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200)

QUEUES: tuple[Queue, ...] = (
    Queue(name="intake.opening", takes=("envelope.received",), delays=SOON),
    Queue(name="intake.scanning", takes=("scan.wanted",), delays=SCANS),
    Queue(name="router.assigning", takes=("case.opened", "documents.read"), delays=SOON),
    Queue(
        name="notifier.telling",
        takes=(
            "case.assigned",
            "case.held",
            "case.acted",
            "case.consulted",
            "message.added",
            "notice.failed",
        ),
        delays=SOON,
    ),
    Queue(name="notifier.sending", takes=("notice.requested",), delays=RELAY),
    Queue(name="desk.calling", takes=("case.announced", "call.requested"), delays=CALLS),
)

EVENT_TYPES: frozenset[str] = frozenset(one for queue in QUEUES for one in queue.takes)
BY_NAME: dict[str, Queue] = {queue.name: queue for queue in QUEUES}


def queues_for(event_type: str) -> tuple[Queue, ...]:
    """Return the queues that take events of this type; never empty for an event of ours."""
    return tuple(queue for queue in QUEUES if event_type in queue.takes)
