"""Events published twice, delivered twice, out of order and too early change nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from services.intake.receiving import received
from shared.domain.case import Case
from shared.domain.envelope import Envelope
from shared.events import (
    CaseAssigned,
    CaseHeld,
    CaseOpened,
    Event,
    MessageAdded,
    caused_by,
    requested,
)
from shared.ports.query import AllOf, Equal, Query
from tests.breaking import handing_over_twice
from tests.e2e.conftest import Start, Whole
from tests.waiting import until

MAIN = "plaintes@ministere.example"
#: Words that lead to a unit, and words that lead nowhere.
PLACES = ("à Laval H7N 1A1", "à Longueuil J4K 1A1", "quelque part", "à Saguenay G7H 1A1")
COUNT = 8


def mail(number: int, *, to: str = MAIN, extra: str = "", ident: str = "premier") -> bytes:
    sender = f"personne{number}@courriel{number}.example"
    place = PLACES[number % len(PLACES)]
    return (
        f"From: Personne Exemple <{sender}>\r\nTo: {to}\r\nSubject: Attente\r\n{extra}"
        f"Message-ID: <{ident}.{sender}>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"J’attends depuis six semaines, {place}.\r\n"
    ).encode()


async def complain(system: Whole) -> None:
    """Deliver complaints, and a reply to each answer."""
    for number in range(COUNT):
        sender = f"personne{number}@courriel{number}.example"
        await system.deliver(mail(number), mail_from=sender, rcpt_tos=(MAIN,))
    await until(lambda: _mails(system) == 2 * COUNT, 40)
    for told in [one for one in system.mails() if one["X-Envelope-From"] == "<>"]:
        sender, back = str(told["X-Envelope-To"]).strip("<>"), str(told["Reply-To"]).strip("<>")
        number = int(sender.partition("@")[0].removeprefix("personne"))
        reply = mail(number, to=back, ident="suite", extra=f"In-Reply-To: {told['Message-ID']}\r\n")
        await system.deliver(reply, mail_from=sender, rcpt_tos=(back,))
    await until(lambda: _mails(system) == 3 * COUNT, 40)
    await system.quiet()


def _mails(system: Whole) -> int:
    return len(list(system.outgoing.glob("*.eml")))


async def result(system: Whole) -> list[Any]:
    """Return what became of each person's complaint, without ids and moments."""
    rows = []
    for case in await system.store.cases.find(Query(limit=1000)):
        where = Equal("case_id", case.id)
        notices = await system.store.notices.find(Query(where=where, limit=1000))
        messages = await system.store.messages.count(where)
        told = sorted(
            (one.kind, one.recipient, one.state, one.attempts, one.possibly_doubled)
            for one in notices
        )
        rows.append((case.complainant.address, case.state, case.unit_id, messages, told))
    return [sorted(rows), await system.store.envelopes.count_by("outcome_kind", AllOf(()))]


async def everything(system: Whole) -> list[Any]:
    """Return every document as it stands, versions included, and the mails that left."""
    store, query = system.store, Query(limit=1000)
    documents = [
        *await store.envelopes.find(query),
        *await store.cases.find(query),
        *await store.messages.find(query),
        *await store.notices.find(query),
    ]
    return [*documents, sorted(file.name for file in system.outgoing.glob("*.eml"))]


async def events_of(system: Whole) -> list[Event]:
    """Return every event that the documents of a system stand for, with the ids they had."""
    store, query = system.store, Query(limit=1000)
    envelopes = await store.envelopes.find(query)
    notices = await store.notices.find(query)
    added = [
        _added(envelope)
        for envelope in envelopes
        if envelope.outcome_kind == "added" and envelope.case_id
    ]
    decided = [event for case in await store.cases.find(query) for event in _decided(case)]
    return [
        *(received(envelope) for envelope in envelopes),
        *decided,
        *added,
        *(requested(notice) for notice in notices),
    ]


def _decided(case: Case) -> Sequence[Event]:
    opened = CaseOpened(id=caused_by(case.id, "case.opened"), at=case.opened_at, case_id=case.id)
    kind = CaseAssigned if case.assignment else CaseHeld
    name = "case.assigned" if case.assignment else "case.held"
    return opened, kind(id=caused_by(opened.id, name), at=case.opened_at, case_id=case.id)


def _added(envelope: Envelope) -> Event:
    return MessageAdded(
        id=caused_by(received(envelope).id, "message.added"),
        at=envelope.received_at,
        case_id=envelope.case_id or "",
        message_id=envelope.id,
    )


async def test_all_events_again_twice_and_in_any_order_change_no_document_and_send_no_mail(
    start: Start,
) -> None:
    async with start() as system:
        await complain(system)
        before = await everything(system)
        events = await events_of(system)
        assert len(events) == 2 * COUNT + 2 * COUNT + COUNT + 3 * COUNT
        again = [*reversed(events), *events]
        random.Random(7).shuffle(again)  # noqa: S311 - an order, not a secret
        assert len(await system.bus.publish(again)) == len(again)
        await system.quiet()
        assert await everything(system) == before
        assert sum(depth.dead for depth in await system.bus.depths()) == 0


async def test_deliveries_handled_twice_at_the_same_moment_end_as_if_handled_once(
    start: Start,
) -> None:
    async with start(through=handing_over_twice) as system:
        await complain(system)
        twice = await result(system)
    async with start("once", store=f"sqlite:///{system.outgoing.parent}/once.db", bus="") as system:
        await complain(system)
        assert await result(system) == twice


async def test_an_event_that_comes_before_the_one_it_follows_from_is_harmless(
    start: Start,
) -> None:
    async with start(services=("intake", "notifier")) as system:
        sender = "personne0@courriel0.example"
        await system.deliver(mail(0), mail_from=sender, rcpt_tos=(MAIN,))

        async def opened() -> list[Case]:
            return await system.store.cases.find(Query())

        (case,) = await until(opened, 20)
        early = CaseAssigned(
            id=caused_by(caused_by(case.id, "case.opened"), "case.assigned"),
            at=case.opened_at,
            case_id=case.id,
        )
        await system.bus.publish([early, early])

        async def told() -> bool:
            return all(one.ready == 0 for one in await system.bus.depths() if "tell" in one.name)

        await until(told, 20)
        assert await system.store.notices.count(AllOf(())) == 0
    async with start(services=("notifier", "router", "desk")) as system:
        await system.mail_to(sender)
        await system.quiet()
        assert _mails(system) == 2
        assert sum(depth.dead for depth in await system.bus.depths()) == 0
