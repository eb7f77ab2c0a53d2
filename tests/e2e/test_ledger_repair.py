"""Events that got lost on their way: the ledger names what stands still, and sends it on again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from shared.domain.envelope import Envelope
from shared.ports.query import AllOf, Query
from tests.breaking import Losses
from tests.commands import Said, environment_of, recours
from tests.conftest import ToldClock
from tests.e2e.conftest import Start, Whole
from tests.waiting import until

MAIN = "plaintes@ministere.example"
#: Where an event gets lost, and what the ledger says of the documents that wait for it.
LOST = {
    "intake.opening": "waiting longer than it should",
    "router.assigning": "neither assigned nor held",
    "notifier.telling": "assigned, but nobody was told",
    "notifier.sending": "created, but nobody sends it",
}


async def deliver(system: Whole, name: str) -> str:
    sender = f"{name}@courriel.example"
    raw = (
        f"From: Ginette Exemple <{sender}>\r\nTo: {MAIN}\r\nSubject: Attente\r\n"
        f"Message-ID: <{sender}>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "J’attends depuis six semaines, à Laval H7N 1A1.\r\n"
    )
    await system.deliver(raw.encode(), mail_from=sender, rcpt_tos=(MAIN,))
    return sender


async def ledger(system: Whole, *options: str) -> Said:
    return await recours("ledger", *options, env=environment_of(system.context.settings))


def _has_lost(losses: Losses, expected: int) -> bool:
    return losses.lost >= expected


async def test_what_lost_its_event_is_named_and_goes_on_after_a_repair(start: Start) -> None:
    an_hour_ago = ToldClock(datetime.now(UTC) - timedelta(hours=1))
    losses = Losses()
    # One message in hand: notices go by the queue, where their events can get lost
    async with start(clock=an_hour_ago, through=losses.through, prefetch=1) as system:
        senders = []
        for number, queue in enumerate(LOST, start=1):
            losses.queues = {queue}
            senders.append(await deliver(system, queue))
            expected = number + (queue == "notifier.sending")  # two notices, two events
            await until(partial(_has_lost, losses, expected), 20)
            await system.quiet()
        losses.queues.clear()
        assert system.mails() == []
        before = await ledger(system)
        assert before.status == 1
        for queue, because in LOST.items():
            assert before.out.count(because) == (2 if queue == "notifier.sending" else 1)
        assert before.out.endswith("The ledger does not add up.\n")

        repaired = await ledger(system, "--repair")
        assert repaired.out.startswith("5 events sent on again.\n")
        for sender in senders:
            await system.mail_to(sender)
        await system.quiet()
        assert len(system.mails()) == 2 * len(LOST)
        outcomes = await system.store.envelopes.count_by("outcome_kind", AllOf(()))
        assert outcomes == {"opened": len(LOST)}
        after = await ledger(system)
        assert (after.status, after.out.splitlines()[-1]) == (0, "The ledger adds up.")
        assert (await ledger(system, "--repair")).out.startswith("0 events sent on again.\n")


async def test_what_is_on_its_way_is_not_called_lost(start: Start) -> None:
    async with start(services=("intake",), through=Losses({"intake.opening"}).through) as system:
        await deliver(system, "jeune")

        async def kept() -> list[Envelope]:
            return await system.store.envelopes.find(Query())

        (envelope,) = await until(kept, 20)
        assert envelope.outcome_kind == "waiting"
        said = await ledger(system, "--repair")
        assert said.out.startswith("0 events sent on again.\n")
        assert said.status == 0
