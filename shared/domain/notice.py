"""A notice: one mail that the department owes to one recipient, and what became of it.

created → sending → sent | temporary (tried again) | permanent, per recipient; withheld when a
budget or a rule keeps it back and a person must decide. `sent` says that the relay has it, and
`delivered` that their server said so; a bounce makes `permanent` of either. `gave_up` is what
became of one that was tried for 72 hours, `technical` of one that failed by a fault of ours. To a
person without e-mail it is a letter or a call: `to_print` until a person says that it is `printed`
and posted, or `told`. An alert that waits to be told with others is `gathered`, then `in_digest`:
it has no mail of its own. The mail itself lies beside the document (`store.notices.raw(id)`), so
what was sent can always be shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.domain.document import Document, Value
from shared.domain.envelope import Language
from shared.domain.reading import ReportSays

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
    "consulted",
    "replied",
    "late",
    "unsorted",
    "unread",
    "no_contact",
    "reminder",
    "idle",
    "unposted",
    "digest",
    "unconfirmed",
    "undelivered",
    "unit_unreachable",
]
NoticeState = Literal[
    "created",
    "sending",
    "sent",
    "delivered",
    "temporary",
    "permanent",
    "gave_up",
    "technical",
    "withheld",
    "to_print",
    "printed",
    "told",
    "gathered",
    "in_digest",
]
#: How it reaches its recipient: what is not mail is carried by a person.
Way = Literal["mail", "post", "phone"]
RecipientRole = Literal["complainant", "unit", "complaints_office", "authorities"]
#: Why a notice did not arrive: what people are told, in words.
Failure = Literal["dead", "full", "refused", "gave_up", "technical"]


class NoticeAct(Value):
    """What a person did with a notice: who and when."""

    what: Literal["released", "retried", "stopped", "posted", "told"]
    by: str
    at: datetime


class Notice(Document):
    """`return_path` is "" (null sender, RFC 3834) for automatic mail to persons, else VERP.

    `budget_day` and `budget_hour` name the budgets that this notice uses up ("address day",
    "domain hour"); None when it has none or is withheld. One indexed value each, so that a count
    reads what one budget holds and never all that an address ever got. `report` is the last thing
    that their server said of it, `acts` what persons did with it, oldest first. A digest `covers`
    the notices that it tells, by id; `digest_id` is, in each of them, that of the digest.
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
    way: Way = "mail"
    state: NoticeState = "created"
    created_at: datetime
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    attempts: int = 0
    possibly_doubled: int = 0
    last_error: str = ""
    withheld_because: str = ""
    report: ReportSays | Literal[""] = ""
    reported_at: datetime | None = None
    acts: tuple[NoticeAct, ...] = ()
    covers: tuple[str, ...] = ()
    digest_id: str = ""
    budget_day: str | None = None
    budget_hour: str | None = None
    policy_version: str = ""
    rules_version: str = ""

    @property
    def asked_by(self) -> str:
        """What asked last that it be sent: its keeping, or an act of a person."""
        asking = ("released", "retried")
        numbered = [f"{act.what} {n}" for n, act in enumerate(self.acts, 1) if act.what in asking]
        return numbered[-1] if numbered else "notice.requested"

    @property
    def failure(self) -> Failure | None:
        """Why it did not arrive; None when it did, or still may."""
        if self.state == "gave_up" or self.state == "technical":
            return self.state
        if self.state == "permanent":
            return "dead" if self.report == "dead" else "refused"
        return self.report if self.report == "full" or self.report == "refused" else None

    @property
    def arrived(self) -> bool:
        """Whether the relay took it and nothing came back since, or a person carried it."""
        carried = self.state in ("printed", "told")
        return carried or (self.state in ("sent", "delivered") and self.failure is None)

    @property
    def recipient_domain(self) -> str:
        return self.recipient.rpartition("@")[2].lower()
