"""Mail handed in by the generator process, and what it saw."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from tests.bench.figures import percentile, rate
from tests.bench.load import Orders
from tests.bench.shapes import process_of


@dataclass(frozen=True, slots=True)
class Sent:
    """When each mail began (MAIL FROM) and when its 250 came, by number; monotonic seconds."""

    times: dict[int, tuple[float, float]]
    refused: int

    @property
    def began(self) -> float:
        return min(began for began, _ in self.times.values())

    @property
    def ended(self) -> float:
        return max(answered for _, answered in self.times.values())

    @property
    def rate(self) -> float:
        """Mails a second, from the first MAIL FROM to the last 250."""
        return rate(len(self.times), self.began, self.ended)

    def wait(self, share: float) -> float:
        """Return the milliseconds to 250 that this share of the mails did not exceed."""
        waits = (answered - began for began, answered in self.times.values())
        return percentile(waits, share) * 1000


@dataclass(frozen=True, slots=True)
class Load:
    """What every phase sends, unless it says otherwise."""

    mails: int
    connections: int
    size: int


async def send(port: int, load: Load, *, mails: int = 0, rate: float = 0, first: int = 0) -> Sent:
    """Send `mails` (the load's if 0) numbered from `first`, at `rate` a second or at full speed."""
    count = mails or load.mails
    orders = Orders("127.0.0.1", port, count, load.connections, load.size, rate, first)
    async with process_of("load") as process:
        output, _ = await process.communicate(json.dumps(asdict(orders)).encode() + b"\n")
    found = json.loads(output)
    times = {number: (began, answered) for number, began, answered in found["accepted"]}
    return Sent(times, found["refused"])
