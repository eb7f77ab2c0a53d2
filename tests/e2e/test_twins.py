"""One mail that reaches two of our addresses at the same moment is one case, and one answer."""

from __future__ import annotations

import asyncio
from collections import Counter

from shared.ports.query import AllOf, Query
from tests.e2e.conftest import Start, Whole
from tests.post import Letter, Post
from tests.waiting import until

ADDRESSES = ("plaintes@ministere.example", "complaints@ministere.example")
LAVAL = "equipe.region-laval@ministere.example"
COUNT = 50
#: Pairs on their way at the same time, each mail in a connection of its own.
AT_ONCE = 10


def twin(number: int, address: str) -> Letter:
    sender = f"personne{number}@courriel{number}.example"
    raw = (
        f"From: Personne Exemple <{sender}>\r\nTo: {', '.join(ADDRESSES)}\r\nSubject: Attente\r\n"
        f"Message-ID: <{sender}>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "J’attends depuis six semaines, à Laval H7N 1A1.\r\n"
    )
    return Letter(sender, (address,), raw.encode())


async def deliver_pair(system: Whole, number: int, places: asyncio.Semaphore) -> None:
    async with places:
        await asyncio.gather(
            *(
                Post(system.smtp_port, connections=1).deliver([twin(number, address)])
                for address in ADDRESSES
            )
        )


async def test_fifty_mails_to_two_addresses_at_once_are_fifty_cases_and_fifty_answers(
    start: Start,
) -> None:
    async with start() as system:
        places = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(deliver_pair(system, number, places) for number in range(COUNT)))
        await until(lambda: len(list(system.outgoing.glob("*.eml"))) >= 2 * COUNT, 60)
        await system.quiet()
        cases = await system.store.cases.find(Query(limit=2 * COUNT))
        outcomes = await system.store.envelopes.count_by("outcome_kind", AllOf(()))
        assert outcomes == {"opened": COUNT, "added": COUNT}
        assert len(cases) == COUNT
        assert all(set(case.addressees) == set(ADDRESSES) for case in cases)
        assert await system.store.messages.count(AllOf(())) == COUNT
        told = Counter(mail["X-Envelope-To"] for mail in system.mails())
        persons = {f"<personne{number}@courriel{number}.example>": 1 for number in range(COUNT)}
        assert told == {**persons, f"<{LAVAL}>": COUNT}
