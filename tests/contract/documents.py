"""Small documents and events for contract tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import new_id
from shared.domain.envelope import Envelope
from shared.events import CaseOpened, EnvelopeReceived

START = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return START + timedelta(minutes=count)


def envelope(envelope_id: str | None = None, **fields: Any) -> Envelope:
    given: dict[str, Any] = {
        "channel": "mail",
        "received_at": START,
        "mail_from": "citoyenne@example.org",
        "rcpt_tos": ("plaintes@ministere.example",),
        "size": 3,
        "sha256": "0" * 64,
    }
    return Envelope(id=envelope_id or new_id(), **{**given, **fields})


def case(case_id: str | None = None, **fields: Any) -> Case:
    given: dict[str, Any] = {
        "reference": "26-7K3Q-9F2M-H",
        "opened_at": START,
        "received_at": START,
        "channel": "mail",
        "complainant": Complainant(name="Une citoyenne"),
    }
    return Case(id=case_id or new_id(), **{**given, **fields})


def received(envelope_id: str = "e") -> EnvelopeReceived:
    return EnvelopeReceived(id=new_id(), at=START, envelope_id=envelope_id)


def opened(case_id: str = "c") -> CaseOpened:
    return CaseOpened(id=new_id(), at=START, case_id=case_id)
