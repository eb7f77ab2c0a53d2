"""A notice: one mail that the department owes to one recipient, and what became of it.

created → sending → sent | temporary (tried again) | permanent, per recipient; withheld when a
budget or a rule keeps it back and a person must decide. The mail itself lies beside the document
(`store.notices.raw(id)`), so what was sent can always be shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.domain.document import Document
from shared.domain.envelope import Language

NoticeKind = Literal[
    "acknowledgement",
    "acknowledgement_held",
    "acknowledgement_review",
    "moved",
    "asked",
    "extended",
    "answer",
    "closed",
    "escalated",
    "thanks",
    "assigned",
    "transferred",
    "added",
    "held",
    "review",
    "refused_twice",
    "sensitive",
]
NoticeState = Literal["created", "sending", "sent", "temporary", "permanent", "withheld"]
RecipientRole = Literal["complainant", "unit", "complaints_office", "authorities"]


class Notice(Document):
    """`return_path` is "" (null sender, RFC 3834) for automatic mail to persons, else VERP.

    `budget_day` and `budget_hour` name the budgets that this notice uses up ("address day",
    "domain hour"); None when it has none or is withheld. One indexed value each, so that a count
    reads what one budget holds and never all that an address ever got.
    """

    collection: ClassVar[str] = "notices"
    indexes: ClassVar[tuple[str, ...]] = (
        "case_id",
        "state",
        "created_at",
        "message_id",
        "budget_day",
        "budget_hour",
    )

    case_id: str
    kind: NoticeKind
    role: RecipientRole
    recipient: str
    language: Language
    message_id: str
    return_path: str = ""
    subject: str = ""
    state: NoticeState = "created"
    created_at: datetime
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    attempts: int = 0
    possibly_doubled: int = 0
    last_error: str = ""
    withheld_because: str = ""
    budget_day: str | None = None
    budget_hour: str | None = None
    policy_version: str = ""
    rules_version: str = ""

    @property
    def recipient_domain(self) -> str:
        return self.recipient.rpartition("@")[2].lower()
