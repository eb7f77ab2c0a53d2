"""A stream of mail while parts of the system die, and the count of what came of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.ports.query import AllOf, In, Query, Range
from shared.ports.store import Store
from tests.bench.load import mail
from tests.bench.sink import Sink
from tests.fleet import Fleet
from tests.post import Letter, Post
from tests.waiting import until

MAIN = "plaintes@ministere.example"
SIZE = 1500


@dataclass
class Relay:
    """A relay that takes all mail and counts it by recipient."""

    port: int
    arrived: list[tuple[str, float]] = field(default_factory=list)

    def to_people(self) -> Counter[str]:
        return Counter(to for to, _ in self.arrived if to.startswith("personne"))


@asynccontextmanager
async def relay() -> AsyncIterator[Relay]:
    taking = Relay(0)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(taking.arrived), "127.0.0.1", 0)
    taking.port = int(server.sockets[0].getsockname()[1])
    yield taking
    server.close()


def letters(count: int) -> list[Letter]:
    """Return complaints that each have a sender and a domain of their own."""
    return [
        Letter(
            f"personne{number}@courriel{number}.example",
            (MAIN,),
            mail(number, SIZE).removesuffix(b".\r\n").removesuffix(b"\r\n"),
        )
        for number in range(count)
    ]


@dataclass
class Storm:
    """Deliver `count` letters to a fleet; `parts` runs meanwhile and breaks things."""

    fleet: Fleet
    relay: Relay
    count: int

    def begin(self) -> asyncio.Task[None]:
        self.post = Post(self.fleet.smtp_port)
        return asyncio.get_running_loop().create_task(self.post.deliver(letters(self.count)))

    async def accepted(self, share: float) -> None:
        """Wait until this share of all letters has its 250."""
        await until(lambda: self.post.accepted >= share * self.count, 180)

    async def come(self, share: float) -> None:
        """Wait until this share of the way is done; half of it is 250s, half is people told."""

        def done() -> int:
            return self.post.accepted + len(self.relay.to_people())

        await until(lambda: done() >= share * 2 * self.count, 300)

    async def settle(self, store: Store) -> None:
        """Wait until every person was told, no notice waits for another try (one that a crash left
        half sent is tried again 5 s later), and nothing has come for a second."""
        await until(lambda: len(self.relay.to_people()) == self.count, 240)

        async def all_ended() -> bool:
            waiting = In("state", ["created", "sending", "temporary"])
            return await store.notices.count(waiting) == 0

        await until(all_ended, 180)
        seen = -1
        while seen != len(self.relay.arrived):
            seen = len(self.relay.arrived)
            await asyncio.sleep(1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the store says afterwards, and what the relay saw."""

    cases: int
    told: int
    doubled: int
    known_window: int


async def outcome(storm: Storm, store: Store) -> Outcome:
    """Count cases, people told, mails that came twice, and those that we knew might."""
    people = storm.relay.to_people()
    return Outcome(
        cases=await store.cases.count(AllOf(())),
        told=len(people),
        doubled=sum(people.values()) - len(people),
        known_window=await _possibly_doubled(store),
    )


async def _possibly_doubled(store: Store) -> int:
    """Sends that began before a crash and whose end nobody saw: the one window for a double."""
    total, after = 0, None
    while True:
        where = Range("created_at")
        page = await store.notices.find(Query(where=where, after=after, limit=500))
        total += sum(notice.possibly_doubled for notice in page if notice.kind == "acknowledgement")
        if len(page) < 500:
            return total
        after = (page[-1].id, page[-1].id)
