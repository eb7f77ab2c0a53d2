"""A department, a clock and one whole case to show: what the tests of the web pages share."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI

from shared.adapters.sqlite_store import open_sqlite_store
from shared.domain.assignment import Assignment, Candidate, Held
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import derived_id
from shared.domain.envelope import Envelope
from shared.domain.keys import Keys
from shared.domain.notice import Notice
from shared.domain.place import Evidence
from shared.domain.reading import Attachment, Message, Reading
from shared.domain.reference import reference_for
from shared.ports.store import Store
from tests.shipped import ROOT as ROOT
from tests.shipped import department as department

KEYS = Keys([b"a secret of the tests, 32 bytes.."])
#: Tuesday, day 2 of the sample case, 10 in the morning in Québec.
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
OFFICE = "MTL-NO"

WORDS = """\
J’attends depuis six semaines qu’on me dise pourquoi mon versement d’octobre a été coupé de 214 $. \
Je suis allée au bureau du nord-ouest de Montréal le 6 novembre, j’ai attendu deux heures.

Je demeure à Ahuntsic, H2C 1A1. <b>Merci</b>

Ginette Fortier"""


@dataclass
class StoppedClock:
    """A clock that a test sets by hand."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@asynccontextmanager
async def store_in(folder: Path) -> AsyncIterator[Store]:
    """Open a store in `folder` and close it afterwards."""
    store = await open_sqlite_store(folder / "recours.db")
    try:
        yield store
    finally:
        await store.close()


def browser_of(app: FastAPI) -> httpx.AsyncClient:
    """Return a client that calls the application without any socket."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://plaintes.example")


def clue(words: str, kind: str, *, strength: str = "strong") -> Evidence:
    """Return evidence that stands in WORDS."""
    start = WORDS.index(words)
    return Evidence.model_validate(
        {
            "kind": kind,
            "value": words,
            "words": words,
            "start": start,
            "end": start + len(words),
            "strength": strength,
        }
    )


EVIDENCE = (
    clue("bureau du nord-ouest de Montréal", "unit_named"),
    clue("nord-ouest de Montréal", "locality", strength="weak"),
    clue("H2C 1A1", "postal_code"),
    clue("Ahuntsic", "borough", strength="weak"),
)


@dataclass(frozen=True)
class Sample:
    """A case with everything that belongs to it, ready to be kept."""

    case: Case
    messages: tuple[tuple[Message, bytes], ...]
    notices: tuple[Notice, ...]

    async def keep(self, store: Store) -> Case:
        for message, raw in self.messages:
            envelope = Envelope(
                id=message.envelope_id,
                channel=message.channel,
                received_at=message.at,
                mail_from="",
                rcpt_tos=("plaintes@ministere.example",),
                size=len(raw),
                sha256="",
            )
            await store.envelopes.add(envelope, raw=raw)
            await store.messages.add(message)
        for notice in self.notices:
            await store.notices.add(notice)
        await store.cases.add(self.case)
        return self.case


PAPER = b"<script>alert(1)</script>"
MAIL = (
    "From: ginette@courriel.example\r\nTo: plaintes@ministere.example\r\n"
    "Subject: Ma plainte\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour\r\n"
    "--b\r\nContent-Type: text/html\r\n"
    'Content-Disposition: attachment; filename="lettre d\'été.html"\r\n\r\n'
    "<script>alert(1)</script>\r\n--b--\r\n"
).encode()


def assigned_case(*, name: str = "Ginette Fortier") -> Sample:
    """Return a complaint of the form that a Montréal office has, one mail added to it."""
    case_id = derived_id("test", "assigned", name)
    first, second = derived_id("message", case_id, "1"), derived_id("message", case_id, "2")
    assignment = Assignment(
        unit_id=OFFICE,
        rule_id="unit_named",
        at=RECEIVED + timedelta(seconds=1),
        evidence=EVIDENCE,
        rules_version="5ecb8aaf2006",
        region="06",
    )
    case = _case(case_id, name, "assigned").changed(assignment=assignment)
    added = datetime(2026, 11, 23, 23, 5, tzinfo=UTC)
    messages = (
        (_message(first, case_id, RECEIVED, "form", WORDS), b"Subject: x\r\n\r\nx\r\n"),
        (_message(second, case_id, added, "mail", "J’ai oublié la lettre.", QUOTED), MAIL),
    )
    return Sample(case, messages, _notices(case_id))


def held_case() -> Sample:
    """Return a complaint that waits in sorting, with two candidates."""
    case_id = derived_id("test", "held")
    candidates = tuple(Candidate(unit_id=each, evidence=EVIDENCE[3:]) for each in (OFFICE, "DR-16"))
    held = Held(
        reason="several_units",
        at=RECEIVED + timedelta(seconds=1),
        candidates=candidates,
        evidence=EVIDENCE[2:],
        rules_version="5ecb8aaf2006",
    )
    case = _case(case_id, "", "held").changed(held=held, silent_because=("no_address",))
    first = derived_id("message", case_id, "1")
    raw = b"Subject: x\r\n\r\nx\r\n"
    return Sample(case, ((_message(first, case_id, RECEIVED, "form", WORDS), raw),), ())


QUOTED = "Le 9 nov. 2026 à 10 h 12, le bureau a écrit :\n> Votre demande a été transmise."
#: The part of MAIL that holds its document.
PART = "2"


def _case(case_id: str, name: str, state: str) -> Case:
    address = "g.fortier@courriel.example" if name else None
    person = Complainant(name=name, address=address, phone="450 555-0142" if name else "")
    return Case.model_validate(
        {
            "id": case_id,
            "reference": reference_for(case_id, 2026),
            "opened_at": RECEIVED,
            "received_at": RECEIVED,
            "channel": "form",
            "complainant": person,
            "happened_on": date(2026, 11, 6),
            "state": state,
            "contact_due_on": date(2026, 11, 24),
            "due_on": date(2026, 12, 18),
        }
    )


def _message(
    id_: str, case_id: str, at: datetime, channel: str, words: str, quoted: str = ""
) -> Message:
    documents = (
        (
            Attachment(
                name="lettre d'été.html",
                content_type="text/html",
                detected_type="text/html",
                size=len(PAPER),
                sha256=hashlib.sha256(PAPER).hexdigest(),
                part=PART,
            ),
        )
        if channel == "mail"
        else ()
    )
    reading = Reading(
        subject="Ma plainte" if channel == "mail" else "",
        text=words,
        own_text=words,
        quoted_text=quoted,
        attachments=documents,
    )
    return Message.model_validate(
        {
            "id": id_,
            "envelope_id": derived_id("envelope", id_),
            "case_id": case_id,
            "at": at,
            "channel": channel,
            "reading": reading,
        }
    )


def _notices(case_id: str) -> tuple[Notice, ...]:
    facts = (
        ("acknowledgement", "complainant", "g.fortier@courriel.example", "sent"),
        ("assigned", "unit", "plaintes.nord-ouest-montreal@ministere.example", "sent"),
        ("added", "complainant", "g.fortier@courriel.example", "temporary"),
    )
    return tuple(
        Notice.model_validate(
            {
                "id": derived_id("notice", case_id, kind),
                "case_id": case_id,
                "kind": kind,
                "role": role,
                "recipient": recipient,
                "language": "fr",
                "message_id": f"{kind}@ministere.example",
                "state": state,
                "created_at": RECEIVED,
                "sent_at": RECEIVED + timedelta(minutes=1) if state == "sent" else None,
                "attempts": 1 if state == "sent" else 3,
            }
        )
        for kind, role, recipient, state in facts
    )
