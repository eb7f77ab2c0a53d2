"""Which notices an event calls for, decided from the case as it stands now. Pure.

An event may be late, or come twice: it is the case that says what is owed, and the id of a
notice is derived from what it is about, so that none is ever owed twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.notifier.composing import unit_of
from shared.department import Department
from shared.domain.case import REFUSALS, Case
from shared.domain.document import derived_id, instant
from shared.domain.keys import Keys
from shared.domain.notice import NoticeKind
from shared.domain.reading import FlagName
from shared.domain.way import is_owed, notice_of_act, way_to, way_without_mail
from shared.events import CaseActed, CaseAssigned, CaseConsulted, CaseHeld, MessageAdded

CaseEvent = CaseAssigned | CaseHeld | CaseActed | CaseConsulted | MessageAdded

#: What may stand in RCPT TO and in a header as it is: no quoting, no list, no control.
_ADDRESS = re.compile(
    r"[^\s\x00-\x20\x7f<>()\[\],;:\\\"@]{1,64}@[^\s\x00-\x20\x7f<>()\[\],;:\\\"@]{1,255}"
)


#: Why an acknowledgement waits for a person: nobody has written to us from that address.
IN_TEXT_ONLY = "address_only_in_text"


@dataclass(frozen=True, slots=True)
class Owed:
    """One mail to one recipient; `notice_id` is the same whenever it is owed again.

    `act` is the number of the act that it tells; `recipient` is "" where the case says who it is.
    """

    kind: NoticeKind
    notice_id: str
    act: int | None = None
    recipient: str = ""


def notices_for(case: Case, event: CaseEvent, department: Department) -> tuple[Owed, ...]:
    """Return what the event calls for; raise Transient when our tables lack the case's unit.

    A case that went on since (held, then assigned) is told by the event of what it is now.
    """
    if case.tray == "spam":
        return ()  # a tray of its own, cleared in bulk: one mail each would be the spammer's
    if isinstance(event, MessageAdded):
        return (_added(case, event, department),)
    if isinstance(event, CaseActed):
        return _acted(case, event)
    if isinstance(event, CaseConsulted):
        return _consulted(case, event, department)
    if isinstance(event, CaseAssigned) and case.assignment:
        return (
            *_first_answer(case, "acknowledgement"),
            *_moved(case),
            _assigned(case, department),
            *_warnings(case, department),
        )
    if isinstance(event, CaseHeld) and case.held and not case.assignment:
        return (
            *_first_answer(case, "acknowledgement_held"),
            _held(case, department),
            *_warnings(case, department),
        )
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


def _first_answer(case: Case, kind: NoticeKind) -> tuple[Owed, ...]:
    """A person is acknowledged once, whether the case was held first or not.

    An address that only stands in a text is written to when a person has released the notice.
    """
    if case.level > 1:
        kind = "escalated"
    elif _has(case, "possible_review"):
        kind = "acknowledgement_review"
    address = case.acknowledge_to
    if way_without_mail(case) if kind != "escalated" else way_to(case) in ("post", "phone"):
        return (Owed(kind, derived_id("notice", case.id, "acknowledgement", "without mail")),)
    if kind == "escalated":
        address = address or case.complainant.address
    elif not {IN_TEXT_ONLY}.issuperset(case.silent_because):
        return ()
    if not address:
        return ()
    return (Owed(kind, derived_id("notice", case.id, "acknowledgement", address.lower())),)


def _acted(case: Case, event: CaseActed) -> tuple[Owed, ...]:
    """Each act is told once, by mail or by a letter or call that waits for a person."""
    if event.act >= len(case.acts) or not is_owed(case, case.acts[event.act]):
        return ()
    kind = case.acts[event.act].kind
    return (Owed(kind, notice_of_act(case.id, event.act), act=event.act),)


def _consulted(case: Case, event: CaseConsulted, department: Department) -> tuple[Owed, ...]:
    """Tell a unit that it is asked, or the one that asked of the reply; a unit that has left the
    tables since is told nothing: the question stands in the case."""
    unit = department.units.get(event.unit_id)
    if unit is None:
        return ()
    notice_id = derived_id("notice", case.id, "consulted", event.remark_id)
    kind: NoticeKind = "replied" if event.is_reply else "consulted"
    return (Owed(kind, notice_id, recipient=unit.mailbox.lower()),)


def _moved(case: Case) -> tuple[Owed, ...]:
    """Tell the person of another unit; one that nobody had before is in the acknowledgement."""
    if not _came_from_a_unit(case):
        return ()
    by_mail = case.acknowledge_to and {IN_TEXT_ONLY}.issuperset(case.silent_because)
    if not by_mail and not way_without_mail(case):
        return ()
    return (Owed("moved", derived_id("notice", case.id, "moved", str(len(case.moves)))),)


def _assigned(case: Case, department: Department) -> Owed:
    """A unit is told at each assignment: a case may come back to it after a transfer."""
    unit = unit_of(case, department) or department.office()
    at = instant(case.assignment.at) if case.assignment else ""
    kind: NoticeKind = "transferred" if _came_from_a_unit(case) else "assigned"
    return Owed(kind, derived_id("notice", case.id, "assigned", unit.mailbox.lower(), at))


def _warnings(case: Case, department: Department) -> tuple[Owed, ...]:
    """Return what others than the unit must hear of a case, each once however often it moves."""
    owed: list[Owed] = []
    if case.level > 1:
        return ()
    if _has(case, "possible_review"):
        owed.append(Owed("review", derived_id("notice", case.id, "review")))
    if case.times_refused >= REFUSALS:
        owed.append(Owed("refused_twice", derived_id("notice", case.id, "refused_twice")))
    if _has(case, "sensitive"):
        owed += [
            Owed("sensitive", derived_id("notice", case.id, "sensitive", to), recipient=to)
            for to in authorities_for(case, department)
        ]
    return tuple(owed)


def authorities_for(case: Case, department: Department) -> tuple[str, ...]:
    """A possible disclosure is told to nobody but the complaints office."""
    office = department.office().mailbox.lower()
    return (office,) if _has(case, "possible_disclosure") else department.authorities or (office,)


def _came_from_a_unit(case: Case) -> bool:
    return bool(case.moves) and case.moves[-1].from_unit is not None


def _has(case: Case, flag: FlagName) -> bool:
    return any(one.name == flag for one in case.flags)


def _held(case: Case, department: Department) -> Owed:
    at = instant(case.held.at) if case.held else ""
    recipient = department.office().mailbox.lower()
    return Owed("held", derived_id("notice", case.id, "held", recipient, at))


def _added(case: Case, event: MessageAdded, department: Department) -> Owed:
    unit = unit_of(case, department) or department.office()
    recipient = unit.mailbox.lower()
    return Owed("added", derived_id("notice", case.id, "added", recipient, event.message_id))
