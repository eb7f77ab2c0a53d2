"""One who tells of a case and sends at once, with a mailer that answers when it may."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.notifier.at_once import AtOnce
from services.notifier.breaker import Breaker
from services.notifier.pace import Pace
from services.notifier.sample import sample_case, sample_department, sample_head
from services.notifier.sending import send_notice
from services.notifier.telling import tell_case
from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.notice import Notice
from shared.events import CaseAssigned, NoticeRequested
from shared.ports.query import Query
from tests.conftest import ToldClock
from tests.shipped import renderer

DEPARTMENT = sample_department()
HEAD = sample_head(DEPARTMENT)
CASE = sample_case("fr", DEPARTMENT)
PERSON = str(CASE.acknowledge_to)


class HeldMailer:
    """Answers when it may, and does with mail to the person as it is told."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.errors_for_all: list[Exception] = []
        self.sent: list[tuple[str, bytes]] = []
        self.asked = 0
        self.answer = asyncio.Event()
        self.answer.set()

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        self.asked += 1
        await self.answer.wait()
        if self.errors_for_all:
            raise self.errors_for_all.pop(0)
        if rcpt_to == PERSON and self.errors:
            raise self.errors.pop(0)
        self.sent.append((rcpt_to, raw))

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Office:
    """One who tells of a case, and sends at once."""

    store: SqliteStore
    clock: ToldClock
    mailer: HeldMailer
    breaker: Breaker = field(default_factory=lambda: Breaker(failures=1, pause=60))
    pace: Pace = field(default_factory=Pace)
    places: int = 4

    async def tell(self) -> None:
        await tell_case(
            CaseAssigned(id="e", at=self.clock.now(), case_id=CASE.id),
            store=self.store,
            clock=self.clock,
            department=DEPARTMENT,
            keys=HEAD.keys,
            renderer=renderer(),
            public_url="https://plaintes.ministere.example",
            desk_url="https://bureau.ministere.example",
            at_once=AtOnce(
                store=self.store,
                clock=self.clock,
                mailer=self.mailer,
                breaker=self.breaker,
                pace=self.pace,
                places=self.places,
            ),
        )

    async def send(self, event: NoticeRequested) -> None:
        await send_notice(event, store=self.store, clock=self.clock, mailer=self.mailer)

    async def notice(self, recipient: str = PERSON) -> Notice:
        found = await self.store.notices.find(Query())
        (notice,) = [one for one in found if (one.recipient == PERSON) is (recipient == PERSON)]
        return notice

    async def waiting(self) -> tuple[int, int]:
        """Return how many events to send wait ready, and how many for later."""
        depths = await SqliteBus(self.store.file, self.clock).depths()
        (depth,) = [one for one in depths if one.name == "notifier.sending"]
        return depth.ready, depth.waiting

    @property
    def recipients(self) -> Sequence[str]:
        return sorted(recipient for recipient, _ in self.mailer.sent)


UNIT = DEPARTMENT.units[str(CASE.unit_id)].mailbox
