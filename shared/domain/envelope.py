"""An envelope: one accepted submission (RFC 5321), before anybody has read it."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.domain.document import Document, Value

#: "phone" and "counter" are complaints told aloud, which one of ours wrote down.
Channel = Literal["mail", "form", "phone", "counter"]
OutcomeKind = Literal["opened", "added", "noted", "parked"]
Language = Literal["fr", "en"]
ComplainantKind = Literal["natural", "legal"]


class Submission(Value):
    """What a person chose in the form: facts that need no reading. Never taken from a header.

    `said_at` is when a person told it aloud, if they did: days count from there.
    """

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
    said_at: datetime | None = None


class Entered(Value):
    """Who wrote down a complaint that a person told aloud: the account, and its name then."""

    by: str
    name: str


class Outcome(Value):
    """Where an envelope went; each accepted envelope ends with exactly one."""

    kind: OutcomeKind
    at: datetime
    case_id: str | None = None
    notice_id: str | None = None
    because: str = ""


class Envelope(Document):
    """Raw bytes beside it (`store.envelopes.raw(id)`), and what SMTP or the form said of them.

    `entered` is there when one of ours wrote down what a person told aloud.
    """

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
    entered: Entered | None = None
    outcome: Outcome | None = None

    @property
    def came_at(self) -> datetime:
        """When the department received it: of a conversation, the moment of that."""
        said_at = self.submission.said_at if self.submission else None
        return said_at or self.received_at

    @property
    def outcome_kind(self) -> str:
        return self.outcome.kind if self.outcome else "waiting"

    @property
    def case_id(self) -> str | None:
        return self.outcome.case_id if self.outcome else None
