"""Which notices an event calls for, decided from the case as it stands now. Pure.

An event may be late, or come twice: it is the case that says what is owed, and the id of a
notice is derived from what it is about, so that none is ever owed twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.notifier.composing import unit_of, way_without_mail
from shared.department import Department
from shared.domain.case import Case
from shared.domain.document import derived_id, instant
from shared.domain.keys import Keys
from shared.domain.notice import NoticeKind
from shared.events import CaseAssigned, CaseHeld, MessageAdded

CaseEvent = CaseAssigned | CaseHeld | MessageAdded

#: What may stand in RCPT TO and in a header as it is: no quoting, no list, no control.
_ADDRESS = re.compile(
    r"[^\s\x00-\x20\x7f<>()\[\],;:\\\"@]{1,64}@[^\s\x00-\x20\x7f<>()\[\],;:\\\"@]{1,255}"
)


#: Why an acknowledgement waits for a person: nobody has written to us from that address.
IN_TEXT_ONLY = "address_only_in_text"


@dataclass(frozen=True, slots=True)
class Owed:
    """One mail to one recipient; `notice_id` is the same whenever it is owed again."""

    kind: NoticeKind
    notice_id: str


def notices_for(case: Case, event: CaseEvent, department: Department) -> tuple[Owed, ...]:
    """Return what the event calls for; raise Transient when our tables lack the case's unit.

    A case that went on since (held, then assigned) is told by the event of what it is now.
    """
    if case.tray == "spam":
        return ()  # a tray of its own, cleared in bulk: one mail each would be the spammer's
    if isinstance(event, MessageAdded):
        return (_added(case, event, department),)
    if isinstance(event, CaseAssigned) and case.assignment:
        return (*_acknowledgement(case, "acknowledgement"), _assigned(case, department))
    if isinstance(event, CaseHeld) and case.held and not case.assignment:
        return (*_acknowledgement(case, "acknowledgement_held"), _held(case, department))
    return ()


def unsendable(recipient: str, department: Department) -> str:
    """Return why mail to this address can only be withheld, or ""."""
    if not _ADDRESS.fullmatch(recipient):
        return "address_malformed"
    if department.addresses.owns(recipient):
        return "address_is_ours"
    return ""


def message_id_for(notice_id: str, keys: Keys, department: Department) -> str:
    """Return the notice's Message-ID without angle brackets. Nobody can guess it (its mark), so
    a reply that names it comes from someone who has the mail."""
    domain = department.addresses.main.rpartition("@")[2]
    return f"{notice_id}.{keys.mark('message-id', notice_id)}@{domain}"


def _acknowledgement(case: Case, kind: NoticeKind) -> tuple[Owed, ...]:
    """A person is acknowledged once, whether the case was held first or not.

    An address that only stands in a text is written to when a person has released the notice.
    """
    address = case.acknowledge_to
    if way_without_mail(case):
        return (Owed(kind, derived_id("notice", case.id, "acknowledgement", "without mail")),)
    if not address or not {IN_TEXT_ONLY}.issuperset(case.silent_because):
        return ()
    seed = derived_id("notice", case.id, "acknowledgement", address.lower())
    return (Owed(kind, seed),)


def _assigned(case: Case, department: Department) -> Owed:
    """A unit is told at each assignment: a case may come back to it after a transfer."""
    unit = unit_of(case, department) or department.office()
    at = instant(case.assignment.at) if case.assignment else ""
    return Owed("assigned", derived_id("notice", case.id, "assigned", unit.mailbox.lower(), at))


def _held(case: Case, department: Department) -> Owed:
    at = instant(case.held.at) if case.held else ""
    recipient = department.office().mailbox.lower()
    return Owed("held", derived_id("notice", case.id, "held", recipient, at))


def _added(case: Case, event: MessageAdded, department: Department) -> Owed:
    unit = unit_of(case, department) or department.office()
    recipient = unit.mailbox.lower()
    return Owed("added", derived_id("notice", case.id, "added", recipient, event.message_id))
