"""A whole system under a told clock, with two notifiers, and all mail that its relay was given."""

from __future__ import annotations

import email
import email.policy
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from operator import ge

from services.desk.acting import Actor
from services.notifier.serving import notifier
from shared.domain.case import Case
from shared.domain.notice import Notice
from shared.ports.query import AllOf, Equal, Query, Range
from shared.runtime.process import Context
from tests import shipped
from tests.breaking import Faults, handing_nothing_over
from tests.checked_mail import checked
from tests.conftest import ToldClock
from tests.e2e.conftest import Shape, Start, Whole
from tests.scripted_relay import ScriptedRelay, scripted_relay
from tests.waiting import until

HERE = shipped.department()
#: A round looks at the cases of three states.
LOOKS = 3


@dataclass
class Rounds:
    """How often each timekeeper has looked at open cases."""

    looks: list[list[None]] = field(default_factory=list)

    def through(self, context: Context) -> Context:
        mine: list[None] = []

        def look(query: Query) -> None:
            where = query.where
            if isinstance(where, AllOf) and any(isinstance(one, Range) for one in where.conditions):
                mine.append(None)

        self.looks.append(mine)
        return Faults({"cases.find": look}).through(context)

    async def pass_by(self, rounds: int = 2) -> None:
        """Wait until both timekeepers have made so many whole rounds from now on."""
        await until(lambda: len([one for one in self.looks if one]) == 2, 20)
        keepers = [one for one in self.looks if one]
        # One more: the round that is under way began before
        wanted = [len(one) + (rounds + 1) * LOOKS for one in keepers]
        await until(lambda: all(map(ge, map(len, keepers), wanted)), 30)


@dataclass
class Department:
    """The department at work."""

    system: Whole
    clock: ToldClock
    relay: ScriptedRelay
    rounds: Rounds

    @property
    def actor(self) -> Actor:
        return Actor(by="Mélanie Essai", at=self.clock.now(), department=HERE)

    async def case(self, case_id: str) -> Case:
        case = await self.system.store.cases.get(case_id)
        assert case is not None
        return case

    async def on(self, day: date) -> None:
        """Let it be noon of a day, and everything that this brings be done."""
        self.clock.moment = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
        await self.rounds.pass_by()
        await self.settle()

    async def settle(self) -> None:
        await self.system.quiet()

        async def all_gone() -> bool:
            notices = await self.system.store.notices.find(Query(AllOf(()), limit=1000))
            return all(one.state in ("sent", "in_digest") for one in notices)

        await until(all_gone, 20)

    async def notices(self, case: Case) -> list[Notice]:
        where = Equal("case_id", case.id)
        return await self.system.store.notices.find(Query(where, sort="created_at", limit=1000))

    def mails(self) -> dict[str, bytes]:
        """Return all mail that the relay has, by Message-ID; each came once."""
        raws = [one.replace(b"\r\n..", b"\r\n.") for one in self.relay.mails]
        parsed = [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]
        ids = [str(one["Message-ID"]).strip("<>") for one in parsed]
        assert set(Counter(ids).values()) <= {1}
        return dict(zip(ids, raws, strict=True))

    async def told(self, case: Case, role: str = "complainant") -> dict[str, tuple[Notice, str]]:
        """Return what left for one role by kind, each mail checked, with envelope and all."""
        mails = self.mails()
        found: dict[str, tuple[Notice, str]] = {}
        for notice in await self.notices(case):
            text = checked(mails[notice.message_id], notice)
            assert f"MAIL FROM:<{notice.return_path}>" in "\n".join(self.relay.commands)
            assert f"RCPT TO:<{notice.recipient}>" in "\n".join(self.relay.commands)
            if notice.role == role:
                found[notice.kind] = (notice, text)
        return found


@asynccontextmanager
async def department(start: Start, shape: Shape, clock: ToldClock) -> AsyncIterator[Department]:
    """Run a whole shape with two notifiers; the embedded one has both in its one process."""
    rounds = Rounds()
    async with scripted_relay("PIPELINING") as relay, AsyncExitStack() as stack:
        given = {
            "clock": clock,
            "through": rounds.through,
            "relay": f"smtp://127.0.0.1:{relay.port}?tls=never",
            "timekeeping_seconds": 0.1,
        }
        second = [lambda context: notifier(handing_nothing_over(context))]
        beside = second if shape == "embedded" else []
        system = await stack.enter_async_context(start(beside=beside, **given))
        if shape == "full":
            await stack.enter_async_context(start("b", services=["notifier"], **given))
        yield Department(system, clock, relay, rounds)
