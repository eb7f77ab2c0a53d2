"""The phases of a run: each sends one load through one setting and gives back what it saw."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass

from tests.bench import cpu
from tests.bench.figures import percentile, rate
from tests.bench.sending import Load, Sent, send
from tests.bench.shapes import Running, Shape, port_of, process_of, running

#: Mails that go through before anything is measured: all parts run, all connections are open.
WARM_UP = 200
WARM_UP_FIRST = 10_000_000
#: Seconds without one more acknowledgement after which the rest counts as lost, and without any
#: mail after which the system counts as idle.
PATIENCE, QUIET = 30.0, 1.0
#: Share of one core that all processes of a system may take that has nothing to do.
IDLE = 0.2
#: Other numbers than the phase before, in the same system.
NEXT = 1_000_000

#: Characters of the services' logs that are shown when the system does not work.
LAST_WORDS = 3000

_PERSON = re.compile(r"personne(\d+)@")


class NotWorking(Exception):
    """There is nothing to measure: mail does not come through."""


@dataclass(frozen=True, slots=True)
class Through:
    """Mail that went through the whole system; `acknowledged` has the moments by number."""

    sent: Sent
    acknowledged: dict[int, float]
    spent: cpu.Spent

    @property
    def missing(self) -> int:
        return len(self.sent.times) - len(self.acknowledged)

    @property
    def rate(self) -> float:
        """Mails a second, from the first MAIL FROM to the last acknowledgement at the relay."""
        return rate(len(self.acknowledged), self.sent.began, max(self.acknowledged.values()))

    def wait(self, share: float) -> float:
        """Milliseconds from MAIL FROM to acknowledgement that this share does not exceed."""
        times = self.sent.times
        waits = (moment - times[number][0] for number, moment in self.acknowledged.items())
        return percentile(waits, share) * 1000

    def milliseconds(self) -> dict[str, float]:
        """CPU milliseconds a mail, by process with its children."""
        count = len(self.sent.times)
        return {name: seconds / count * 1000 for name, seconds in self.spent.trees.items()}

    def of_children(self) -> dict[str, float]:
        """The part of `milliseconds` that was spent in children."""
        count = len(self.sent.times)
        return {name: seconds / count * 1000 for name, seconds in self.spent.children.items()}


async def bare_door(load: Load) -> Sent:
    """Send the load to aiosmtpd's stock door, which stores nothing."""
    async with process_of("bare_door") as door:
        port = await port_of(door)
        await send(port, load, mails=WARM_UP, first=WARM_UP_FIRST)
        return await send(port, load)


async def intake_alone(shape: Shape, load: Load) -> Sent:
    """Send the load to a shape of which only intake runs: it keeps, reads and opens cases, but
    nothing routes or tells."""
    async with running(shape, "intake") as system:
        port = system.fleet.smtp_port
        await send(port, load, mails=WARM_UP, first=WARM_UP_FIRST)
        await _idle(system)
        return await send(port, load)


async def _idle(system: Running) -> None:
    """Wait until its processes do next to nothing: readers load behind doors that are open, and
    what was sent to warm up is opened afterwards."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        before = cpu.now(system.trees)
        await asyncio.sleep(QUIET)
        spent = cpu.between(before, cpu.now(system.trees)).trees
        if sum(spent.values()) < IDLE * QUIET:
            return
    raise NotWorking(f"{system.shape}: it is still busy {PATIENCE:g} s after the last mail")


async def warm_up(system: Running, load: Load) -> None:
    """Send mail until the whole chain works: the first ones wait for the slowest service.

    Raise NotWorking with what the services have said when some of it does not come through.
    """
    found = await through(system, load, mails=min(WARM_UP, load.mails), first=WARM_UP_FIRST)
    if found.missing:
        text = f"{found.missing} mails of the first {len(found.sent.times)} were not acknowledged"
        raise NotWorking(f"{system.shape}: {text}\n{system.fleet.logs()[-LAST_WORDS:]}")


async def through(
    system: Running, load: Load, *, mails: int = 0, rate: float = 0, first: int = 0
) -> Through:
    """Send mail and follow it to the relay, until the last person is told and all is quiet."""
    before = cpu.now(system.trees)
    sent = await send(system.fleet.smtp_port, load, mails=mails, rate=rate, first=first)
    acknowledged = await _followed(system, sent)
    after = cpu.now(system.trees)
    return Through(sent, acknowledged, cpu.between(before, after))


async def _followed(system: Running, sent: Sent) -> dict[int, float]:
    """Return when each mail was acknowledged, the first time if it was twice."""
    found: dict[int, float] = {}
    seen, last = 0, time.monotonic()
    while True:
        arrived = await system.catcher.look()
        for to, moment in arrived[seen:]:
            person = _PERSON.match(to)
            if person and int(person[1]) in sent.times:
                found.setdefault(int(person[1]), moment)
        if len(arrived) > seen:
            seen, last = len(arrived), time.monotonic()
        if time.monotonic() - last > (QUIET if len(found) == len(sent.times) else PATIENCE):
            return found
        await asyncio.sleep(0.2)
