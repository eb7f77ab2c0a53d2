"""People who are signed in to the desk, and held cases for them: what tests of its pages share."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from httpx import Response

from services.desk.signing_in import new_account
from services.intake.limits import FormLimits
from shared.domain.account import Account, Mandate
from shared.domain.assignment import Candidate, Held
from shared.domain.case import Case
from shared.domain.document import derived_id
from shared.domain.reading import Flag, Message, Reading
from shared.domain.reference import reference_for
from shared.ports.store import Store
from tests.pages_samples import (
    EVIDENCE,
    RECEIVED,
    WORDS,
    Sample,
    StoppedClock,
    held_case,
    store_in,
)
from tests.signed_in import DESK_URL as DESK_URL
from tests.signed_in import browser_for, enter

OFFICE_MANDATE = Mandate(role="complaints_office")


@dataclass
class Somebody:
    """A browser in which somebody is signed in."""

    client: httpx.AsyncClient
    account: Account

    async def get(self, path: str) -> Response:
        return await self.client.get(path)

    async def send(
        self,
        path: str,
        values: Mapping[str, str | list[str]] | None = None,
        *,
        page: str = "",
        files: Sequence[tuple[str, bytes]] | None = None,
    ) -> Response:
        """Post a form as the browser does, with the token of `page` or of the sessions page.

        `files` are documents by name: with them, even with none, the form is one that takes some.
        """
        shown = (await self.client.get(page or "/bureau/sessions")).text
        found = re.search(r'name="jeton" value="([^"]+)"', shown)
        token = found[1] if found else ""
        chosen = [("documents", file) for file in files] if files else None
        if files is not None and not files:
            chosen = [("documents", ("", b""))]
        data = {"jeton": token, **(values or {})}
        return await self.client.post(path, data=data, files=chosen)


@dataclass
class Office:
    """A desk with its store and a clock that a test sets."""

    store: Store
    clock: StoppedClock = field(default_factory=StoppedClock)
    limits: FormLimits | None = None

    async def somebody(self, name: str, *mandates: Mandate) -> Somebody:
        """Make an account and sign it in."""
        account = new_account(name, f"{name.title()} Essai", mandates=mandates)
        person = await enter(self.store, account, self.clock)
        client = browser_for(self.store, person, clock=self.clock, limits=self.limits)
        return Somebody(client, account)

    async def keep(self, sample: Sample) -> Case:
        """Keep a sample and return its case as the store has it."""
        return await self.now(await sample.keep(self.store))

    async def now(self, case: Case) -> Case:
        """Return a case as it is now."""
        found = await self.store.cases.get(case.id)
        assert found is not None
        return found

    async def sorter(self, name: str = "isabelle") -> Somebody:
        """Return somebody of the complaints office."""
        return await self.somebody(name, OFFICE_MANDATE)


@asynccontextmanager
async def office_in(folder: Path) -> AsyncIterator[Office]:
    async with store_in(folder) as store:
        yield Office(store)


def another_held(number: int, *, words: str = WORDS, **changes: object) -> Sample:
    """Return one more held case, an hour younger than the one before it."""
    case_id = derived_id("test", "held", str(number))
    base = held_case().case
    at = RECEIVED + timedelta(hours=number)
    held = base.held.model_copy(update={"at": at}) if base.held else None
    values = {"held": held, **changes}
    case = base.changed(
        id=case_id, reference=reference_for(case_id, 2026), opened_at=at, received_at=at, **values
    )
    message = Message(
        id=derived_id("message", case_id),
        case_id=case_id,
        envelope_id=derived_id("envelope", case_id),
        at=at,
        channel=case.channel,
        reading=Reading(text=words, own_text=words),
    )
    return Sample(case, ((message, b"Subject: x\r\n\r\nx\r\n"),), ())


def in_tray(number: int, tray: str, **changes: Any) -> Sample:
    """Return mail that waits in a tray beside the queue."""
    reasons = {"spam": "spam", "automatic": "automatic_mail", "unreadable": "unreadable"}
    held = Held.model_validate({"reason": reasons[tray], "at": RECEIVED})
    return another_held(number, held=held, tray=tray, channel="mail", **changes)


def maybe_disclosing(number: int) -> Sample:
    """Return a case that may disclose wrongdoing, held with a candidate."""
    held = Held(
        reason="possible_disclosure",
        at=RECEIVED,
        candidates=(Candidate(unit_id="DR-16", evidence=EVIDENCE[3:]),),
        evidence=EVIDENCE[2:],
    )
    flag = Flag(name="possible_disclosure", words="pot-de-vin", start=0, end=10)
    return another_held(number, held=held, flags=(flag,))
