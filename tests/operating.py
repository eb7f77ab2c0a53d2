"""A desk with something in every page of operations, and people who are signed in to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx

from services.desk.operations import watch
from services.desk.operations.watch import Watch
from services.desk.signing_in import SignedIn
from services.intake.receiving import received
from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import open_sqlite_store
from shared.domain.account import Role
from shared.domain.envelope import Envelope, Outcome
from shared.domain.notice import Notice
from shared.events import CaseOpened, Event
from shared.ports.bus import Bus, Delivery
from shared.ports.store import Store
from shared.runtime.metrics import Metrics
from shared.runtime.settings import Settings
from shared.topology import QUEUES
from tests.pages_samples import (
    KEYS,
    NOW,
    ROOT,
    Sample,
    StoppedClock,
    assigned_case,
)
from tests.signed_in import browser_for, signed_in

#: Stands wherever a person writes something; no page of operations may show it.
MARKER = "zyxmarque"
FRENCH, ENGLISH = "/bureau/exploitation", "/en/desk/operations"
OPENING, ASSIGNING = "intake.opening", "router.assigning"
REASON = "Poison (unknown_unit) services/router/rules.py:88 < services/router/assigning.py:40"
ENVELOPE_ID = "e2f91000-0000-4000-8000-000000000001"
RAW = (
    f"From: {MARKER} <{MARKER}@courriel.example>\r\nTo: plaintes@ministere.example\r\n"
    f"Subject: {MARKER}\r\n\r\nJe suis {MARKER} <script>\x07.\r\n"
).encode()


@dataclass
class Person:
    """Somebody who is signed in: their own client, and the token of their forms."""

    client: httpx.AsyncClient
    token: str

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.client.post(path, data={"jeton": self.token, **fields})


@dataclass
class System:
    """What the pages look at."""

    store: Store
    bus: Bus
    settings: Settings
    clock: StoppedClock = field(default_factory=StoppedClock)
    watch: Watch = field(default_factory=Watch)
    metrics: Metrics = field(default_factory=Metrics)

    @asynccontextmanager
    async def person(self, role: Role, unit: str | None = None) -> AsyncIterator[Person]:
        """Sign somebody in who has this one role."""
        person, token = await _entered(self.store, role, unit)
        client = browser_for(
            self.store,
            person,
            clock=self.clock,
            desk_url="http://bureau.example",
            bus=self.bus,
            settings=self.settings,
            watch=self.watch,
            metrics=self.metrics,
        )
        async with client:
            yield Person(client, token)


async def sign_in(store: Store, role: Role, unit: str | None = None) -> tuple[str, str]:
    """Return the cookie and the form token of somebody new with this one role."""
    person, token = await _entered(store, role, unit)
    return person.secret, token


async def _entered(store: Store, role: Role, unit: str | None) -> tuple[SignedIn, str]:
    person = await signed_in(store, role, unit, name=f"{role}.essai", full_name=f"Hugo {role}")
    return person, KEYS.mark("form", person.session.id)


@asynccontextmanager
async def system_in(folder: Path) -> AsyncIterator[System]:
    """Open a store and a bus in one file, with nothing in them."""
    store = await open_sqlite_store(folder / "recours.db")
    bus = SqliteBus(store.file, StoppedClock())
    try:
        yield System(store, bus, settings_in(folder))
    finally:
        await bus.close()
        await store.close()


def settings_in(folder: Path) -> Settings:
    """Return settings whose addresses nobody listens on, with a password in one of them."""
    return Settings(
        store=f"sqlite:///{folder}/recours.db",
        relay="smtp://recours:motdepasse@127.0.0.1:1",
        department=ROOT / "deploy" / "department",
        smtp_listen="127.0.0.1:1",
        web_listen="127.0.0.1:1",
        desk_listen="127.0.0.1:1",
    )


async def bury(bus: Bus, event: Event, *, queue: str, reason: str = REASON) -> str:
    """Make a dead letter of an event and return its id."""
    buried = asyncio.Event()

    async def end(delivery: Delivery) -> None:
        await delivery.bury(reason)
        buried.set()

    before = {letter.id for letter in await bus.dead_letters(queue)}
    await bus.consume(queue, end, prefetch=1)
    await bus.publish([event])
    async with asyncio.timeout(20):
        await buried.wait()
    await bus.stop_consuming()
    (new,) = [one.id for one in await bus.dead_letters(queue) if one.id not in before]
    return new


def opened(name: str = "c1") -> CaseOpened:
    return CaseOpened(id=f"event-{name}", at=NOW, case_id=f"case-{name}")


async def park(system: System, id_: str = ENVELOPE_ID) -> Envelope:
    """Keep a mail full of the marker of which no case could be made, with its dead letter."""
    envelope = Envelope(
        id=id_,
        channel="mail",
        received_at=NOW - timedelta(hours=3),
        mail_from=f"{MARKER}@courriel.example",
        rcpt_tos=("plaintes@ministere.example",),
        size=len(RAW),
        sha256="",
        helo=MARKER,
        outcome=Outcome(kind="parked", at=NOW - timedelta(hours=2)),
    )
    await system.store.envelopes.add(envelope, raw=RAW)
    await bury(system.bus, received(envelope), queue=OPENING)
    return envelope


def marked_case() -> Sample:
    """Return a complaint with the marker in all that a person wrote."""
    sample = assigned_case(name=MARKER)
    person = sample.case.complainant.model_copy(update={"address": f"{MARKER}@courriel.example"})
    case = sample.case.changed(complainant=person, subject=MARKER, summary=MARKER)
    return Sample(case, sample.messages, sample.notices)


def notice(state: str, number: int = 1, **fields: object) -> Notice:
    """Return a notice to a person whose address and subject are the marker."""
    return Notice.model_validate(
        {
            "id": f"0f8fad5b-d9cb-469f-a165-{number:012d}",
            "case_id": assigned_case(name=MARKER).case.id,
            "kind": "acknowledgement",
            "role": "complainant",
            "recipient": f"{MARKER}@courriel.example",
            "subject": f"Votre plainte : {MARKER}",
            "language": "fr",
            "message_id": f"n{number}@ministere.example",
            "state": state,
            "created_at": NOW - timedelta(minutes=number),
            **fields,
        }
    )


def look_back(system: System) -> None:
    """Let the desk have looked at the queues for half an hour."""
    for minute in range(31):
        depths: dict[str, int] = {queue.name: (minute * 7) % 13 for queue in QUEUES}
        at = NOW - timedelta(minutes=30 - minute)
        system.watch.samples.append(watch.Sample(at, depths))


async def fill(system: System) -> str:
    """Put something of everything into the system; return the id of a dead letter."""
    await marked_case().keep(system.store)
    await park(system)
    for number, state in enumerate(("technical", "withheld", "temporary", "to_print"), start=1):
        way = "post" if state == "to_print" else "mail"
        reason = "address_only_in_text" if state == "withheld" else ""
        one = notice(state, number, way=way, withheld_because=reason, last_error="relay_451")
        await system.store.notices.add(one, raw=f"Subject: {MARKER}\r\n\r\n{MARKER}".encode())
    return await bury(system.bus, opened(), queue=ASSIGNING)
