"""Many alerts to one recipient in one mail: which stand in it, and in which order. Pure.

Five hundred late complaints on one morning would be five hundred mails that nobody reads. A digest
names them by reference, with a link and what is owed, the gravest first; nothing of what a person
wrote stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, get_args

from services.notifier.alerts import alert_values
from services.notifier.letter import DESK_LINK, Letter, Letterhead, desk_url
from shared.domain.case import Case
from shared.domain.clocks import due_days_of
from shared.domain.document import derived_id
from shared.domain.notice import RecipientRole
from shared.domain.standards import AlertKind

_GRAVITY = {kind: place for place, kind in enumerate(get_args(AlertKind))}


class Digest(NamedTuple):
    """A letter, and the gravest of its cases: the one that is accountable for the mail."""

    letter: Letter
    case: Case


def digest_id(role: RecipientRole, recipient: str, day: date, number: int) -> str:
    """Return the id of the digest of that number, from 0, that a recipient gets on a day.

    Whoever adds it first has written it; the next one begins where it ends.
    """
    return derived_id("notice", "digest", role, recipient, day.isoformat(), str(number))


def digest_of(
    alerts: Sequence[tuple[AlertKind, Case]],
    head: Letterhead,
    at: datetime,
    *,
    role: RecipientRole,
    recipient: str,
) -> Digest:
    """Return the letter that tells all of these alerts, one at least; it lists the gravest."""
    department = head.department
    calendar, standards = department.calendar, department.standards

    def gravity(alert: tuple[AlertKind, Case]) -> tuple[int, date, str]:
        kind, case = alert
        return _GRAVITY[kind], due_days_of(case, calendar, standards).answer_on, case.reference

    ordered = sorted(alerts, key=gravity)
    today = calendar.day_of(at)
    listed = [
        {
            **alert_values(case, department, today),
            "kind": kind,
            "reference": case.reference,
            "url": _url(case, head, at, role=role, recipient=recipient),
        }
        for kind, case in ordered[: standards.listed]
    ]
    letter = Letter(
        kind="digest",
        role=role,
        recipient=recipient.lower(),
        languages=("fr",),
        department=department,
        reply_to="",
        in_reply_to="",
        values={
            "alerts": listed,
            "total": len(ordered),
            "more": len(ordered) - len(listed),
            "to_office": role == "complaints_office",
            "desk_days": DESK_LINK.days,
        },
    )
    return Digest(letter, ordered[0][1])


def _url(case: Case, head: Letterhead, at: datetime, *, role: RecipientRole, recipient: str) -> str:
    """Return the reader's own link; "" when the case has gone to another unit since."""
    department = head.department
    if role == "complaints_office":
        return desk_url(head, case, department.complaints_office, at)
    unit = department.units.get(case.unit_id or "")
    if unit is None or unit.mailbox.lower() != recipient.lower():
        return ""
    return desk_url(head, case, unit.id, at)
