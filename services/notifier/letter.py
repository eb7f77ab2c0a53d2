"""A letter: one mail before it has words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.department import Department
from shared.domain.case import Case
from shared.domain.envelope import Language
from shared.domain.keys import Keys, desk_path
from shared.domain.notice import NoticeKind, RecipientRole

#: A unit's link to a case is good for this long; the desk asks for an account afterwards.
DESK_LINK = timedelta(days=7)
#: Letters that a person has decided to send: no automatic mail (RFC 3834 section 2), so that they
#: have a return path of their own and no budget holds them back.
BY_A_PERSON: frozenset[NoticeKind] = frozenset(
    {"asked", "extended", "answer", "closed", "escalated", "thanks"}
)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every letter is made with. Links begin with one of the two bases, without a slash."""

    department: Department
    keys: Keys
    public_url: str
    desk_url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail before it has words. `values` is what the templates of its kind may name.

    `reply_to` is "" when answers go to the sender; `in_reply_to` is a Message-ID without angle
    brackets, or "". The first of `languages` comes first in the mail.
    """

    kind: NoticeKind
    role: RecipientRole
    recipient: str
    languages: tuple[Language, ...]
    department: Department
    reply_to: str
    in_reply_to: str
    values: Mapping[str, object]

    @property
    def automatic(self) -> bool:
        """Tell whether no person decided to send it (RFC 3834 section 2)."""
        return self.kind not in BY_A_PERSON


def desk_url(head: Letterhead, case: Case, unit_id: str, at: datetime) -> str:
    """Return the link by which a unit, or the complaints office, opens a case."""
    link = desk_path(head.keys, case.id, unit_id, at + DESK_LINK)
    return f"{head.desk_url}/bureau/{link}"


def to_authorities(
    case: Case, head: Letterhead, recipient: str, *, kind: NoticeKind = "sensitive"
) -> Letter:
    """Nothing of the person and nothing of what they wrote: mail is read by more than one."""
    department = head.department
    office = department.office().mailbox.lower()
    return Letter(
        kind=kind,
        role="authorities" if recipient not in {"", office} else "complaints_office",
        recipient=recipient or office,
        languages=("fr",),
        department=department,
        reply_to="",
        in_reply_to="",
        values={
            "reference": case.reference,
            "received_at": department.calendar.local(case.received_at),
        },
    )


def to_consulted(case: Case, head: Letterhead, recipient: str, *, kind: NoticeKind) -> Letter:
    """A question and its reply stand in the case alone: the mail only says that they are there."""
    department = head.department
    office = department.office().mailbox.lower()
    return Letter(
        kind=kind,
        role="complaints_office" if recipient == office else "unit",
        recipient=recipient or office,
        languages=("fr",),
        department=department,
        reply_to="",
        in_reply_to="",
        values={
            "reference": case.reference,
            "received_at": department.calendar.local(case.received_at),
            "unit": department.units.get(case.unit_id or "") or department.office(),
            "case_url": f"{head.desk_url}/bureau/plaintes/{case.reference}",
        },
    )
