"""A small intake: keeps mail and opens it in this process, for tests of what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.intake.opening import open_envelope
from services.intake.receiving import keep_envelope, received
from services.intake.understood import About, Mail, Ours, Understood, understand
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.case import Case
from shared.domain.envelope import Envelope, Submission
from shared.domain.keys import Keys
from shared.events import EnvelopeReceived
from shared.ports.query import Query
from tests.conftest import ToldClock

MAIN = "plaintes@ministere.example"
UNIT = "plaintes.longueuil@ministere.example"
GINETTE = "ginette@courriel.example"


def mail(
    *, sender: str = GINETTE, to: str = MAIN, message_id: str = "1@courriel.example",
    subject: str = "Un délai", text: str = "Six semaines sans réponse à ma demande.",
    extra: str = "",
) -> bytes:  # fmt: skip
    ident = f"Message-ID: <{message_id}>\r\n" if message_id else ""
    return (
        f"From: Ginette Exemple <{sender}>\r\nTo: {to}\r\nSubject: {subject}\r\n{ident}"
        f"Date: Fri, 20 Nov 2026 09:41:00 -0500\r\n{extra}"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


async def understand_here(raw: bytes, envelope: Envelope, *, ours: Ours) -> Understood:
    """What children do, done in this process."""
    mail_from = envelope.mail_from if envelope.submission is None else None
    return understand(Mail(raw, mail_from, ours.addresses.domains, About(envelope, ours)))


@dataclass
class Intake:
    store: SqliteStore
    clock: ToldClock
    keys: Keys
    addresses: Addresses

    async def keep(
        self, raw: bytes, *, mail_from: str = GINETTE, rcpt_tos: tuple[str, ...] = (MAIN,),
        submission: Submission | None = None, spam: bool = False,
    ) -> EnvelopeReceived:  # fmt: skip
        envelope = await keep_envelope(
            raw=raw, channel="form" if submission else "mail", mail_from=mail_from,
            rcpt_tos=rcpt_tos, store=self.store, clock=self.clock, submission=submission, spam=spam,
        )  # fmt: skip
        return received(envelope)

    async def open(self, event: EnvelopeReceived) -> Envelope:
        await open_envelope(
            event, store=self.store, clock=self.clock, keys=self.keys,
            ours=Ours(self.addresses), understand=understand_here,
        )  # fmt: skip
        envelope = await self.store.envelopes.get(event.envelope_id)
        assert envelope is not None
        return envelope

    async def take(self, raw: bytes, **envelope: Any) -> Envelope:
        return await self.open(await self.keep(raw, **envelope))

    async def cases(self) -> list[Case]:
        return await self.store.cases.find(Query(limit=1000))

    async def the_case(self) -> Case:
        (case,) = await self.cases()
        return case
