"""An envelope: one accepted submission (RFC 5321), before anybody has read it."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.domain.document import Document, Value

Channel = Literal["mail", "form"]
OutcomeKind = Literal["opened", "added", "noted", "parked"]
Language = Literal["fr", "en"]
ComplainantKind = Literal["natural", "legal"]


class Submission(Value):
    """What a person chose in the form: facts that need no reading. Never taken from a header."""

    language: Language
    kind: ComplainantKind = "natural"
    name: str = ""
    organisation: str = ""
    address: str | None = None
    phone: str = ""
    postal_address: str = ""
    answer_by: Literal["mail", "phone", "post"] = "mail"
    happened_on: date | None = None
    office: str | None = None


class Outcome(Value):
    """Where an envelope went; each accepted envelope ends with exactly one."""

    kind: OutcomeKind
    at: datetime
    case_id: str | None = None
    notice_id: str | None = None
    because: str = ""


class Envelope(Document):
    """Raw bytes beside it (`store.envelopes.raw(id)`), and what SMTP or the form said of them."""

    collection: ClassVar[str] = "envelopes"
    indexes: ClassVar[tuple[str, ...]] = ("received_at", "outcome_kind")

    channel: Channel
    received_at: datetime
    mail_from: str
    rcpt_tos: tuple[str, ...]
    size: int
    sha256: str
    helo: str = ""
    peer: str = ""
    smtputf8: bool = False
    spam: bool = False
    submission: Submission | None = None
    outcome: Outcome | None = None

    @property
    def outcome_kind(self) -> str:
        return self.outcome.kind if self.outcome else "waiting"

    @property
    def case_id(self) -> str | None:
        return self.outcome.case_id if self.outcome else None
