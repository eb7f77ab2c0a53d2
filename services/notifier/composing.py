"""What to say to whom: a case and the department's data give a letter. Pure.

A letter carries facts (dates, a unit, recourses, links), never sentences: those are in
`templates/`. Nothing that the person wrote goes into a letter to that person (RFC 3834 section 4:
an answer that quotes is a way to make us carry someone else's words).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import get_args

from services.notifier.alerts import alert_values
from services.notifier.correspondence import act_for, act_values, links_of, recourses_of
from services.notifier.letter import BY_A_PERSON, Letter, Letterhead, to_authorities
from shared.department import Department
from shared.domain.assignment import Candidate
from shared.domain.calendar import Calendar
from shared.domain.case import Case
from shared.domain.clocks import Due, due_days, sort_by
from shared.domain.keys import desk_path, reply_address
from shared.domain.language import languages_of
from shared.domain.notice import NoticeKind, Way
from shared.domain.place import Evidence, EvidenceKind
from shared.domain.standards import AlertKind
from shared.domain.unit import Unit
from shared.errors import Transient

#: A unit's link to a case is good for this long; the desk asks for an account afterwards.
DESK_LINK = timedelta(days=7)
SUMMARY_CHARACTERS = 280

#: Letters to the complaints office, whoever has the case.
_TO_OFFICE: frozenset[NoticeKind] = frozenset(
    {"held", "review", "refused_twice", "unit_unreachable"}
)
_UNDELIVERED: frozenset[NoticeKind] = frozenset({"undelivered", "unit_unreachable"})
_STAFF: frozenset[NoticeKind] = _TO_OFFICE | {"assigned", "transferred", "added"}
_STRENGTH: dict[str, int] = {kind: place for place, kind in enumerate(get_args(EvidenceKind))}
_MESSAGE_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{3,250}")


def compose(
    kind: NoticeKind,
    case: Case,
    head: Letterhead,
    at: datetime,
    *,
    act: int | None = None,
    recipient: str = "",
) -> Letter:
    """Return the letter of this kind about `case` as it stands at `at` (aware).

    `act` is the number of the act that it tells, the last of its kind when there is none;
    `recipient` is whom of the authorities it goes to.

    Raise Transient when the case's unit is not in the department's tables: another process has
    newer ones, and ours will follow.
    """
    if kind == "sensitive":
        return to_authorities(case, head, recipient)
    if kind in get_args(AlertKind):
        return _alert(kind, case, head, at)
    if kind in _UNDELIVERED:
        return _undelivered(kind, case, head, at)
    letter = (_to_staff if kind in _STAFF else _to_person)(kind, case, head, at)
    if kind not in BY_A_PERSON:
        return letter
    told = act_values(act_for(kind, case, act), case.closing)
    return replace(letter, values={**letter.values, **told})


def unit_of(case: Case, department: Department) -> Unit | None:
    """Return the unit that has the case, None when nobody has; raise Transient: see `compose`."""
    if case.unit_id is None:
        return None
    unit = department.units.get(case.unit_id)
    if unit is None:
        raise Transient("unit_not_in_tables")
    return unit


def way_without_mail(case: Case) -> Way | None:
    """Return how a person who gave no address, in the form or aloud, is acknowledged; None when by
    mail or not at all. A letter goes before a call: it can be kept."""
    if case.acknowledge_to or case.channel == "mail" or case.tray != "ordinary":
        return None
    if case.complainant.postal_address:
        return "post"
    return "phone" if case.complainant.phone else None


def why(evidence: tuple[Evidence, ...]) -> str:
    """Return the kind of the clue that weighs most, or "person" when there is none."""
    kinds = (clue.kind for clue in evidence)
    return min(kinds, key=lambda kind: _STRENGTH[kind], default="person")


def shortened(text: str, most: int = SUMMARY_CHARACTERS) -> str:
    """Return `text` on one line in at most `most` characters, cut at a word."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    word_end = kept.rfind(" ")
    return f"{kept[:word_end] if word_end > most // 2 else kept}…"


def _to_person(kind: NoticeKind, case: Case, head: Letterhead, at: datetime) -> Letter:
    department = head.department
    received = department.calendar.local(case.received_at)
    days = _open_days(case, department)
    values: dict[str, object] = {
        "reference": case.reference,
        "received_at": received,
        "unit": unit_of(case, department) or department.office(),
        "why": why(case.assignment.evidence) if case.assignment else "person",
        "contact_due_on": _contact_due_on(case, department),
        "due_on": days[-1],
        "answer_days": len(days) - 1,
        "open_days": days,
        "on_paper": not case.acknowledge_to,
        "hand_on_by": _hand_on_by(case, department),
        "has_unit": case.assignment is not None,
        "first_level": case.first_level or "",
        "recourses": recourses_of(case, department, _told_on(kind, received, at, department)),
        **links_of(case, head.keys, head.public_url),
    }
    return Letter(
        kind=kind,
        role="complainant",
        recipient=_address_of(kind, case).lower(),
        languages=languages_of(case),
        department=department,
        reply_to=reply_address(head.keys, case.reference, department.addresses.main),
        in_reply_to=_answered(case),
        values=values,
    )


def _told_on(kind: NoticeKind, received: datetime, at: datetime, department: Department) -> date:
    """Return the day whose recourses are told: of receipt at first, of the letter later on."""
    return department.calendar.day_of(at) if kind in BY_A_PERSON else received.date()


def _address_of(kind: NoticeKind, case: Case) -> str:
    """Automatic mail answers the envelope's sender; a person may write to the one in the case."""
    own = case.complainant.address if kind in BY_A_PERSON else None
    return case.acknowledge_to or own or ""


def _to_staff(kind: NoticeKind, case: Case, head: Letterhead, at: datetime) -> Letter:
    department = head.department
    unit = (None if kind in _TO_OFFICE else unit_of(case, department)) or department.office()
    evidence = case.assignment.evidence if case.assignment else ()
    values: dict[str, object] = {
        "reference": case.reference,
        "received_at": department.calendar.local(case.received_at),
        "unit": unit,
        "summary": shortened(case.summary),
        "documents": case.documents,
        "without_mail": way_without_mail(case) or "",
        "contact_due_on": _contact_due_on(case, department),
        "due_on": _open_days(case, department)[-1],
        "clues": _clues(evidence),
        "hand_on_by": _hand_on_by(case, department),
        "moves": sum(move.from_unit is not None for move in case.moves),
        "rule_id": case.assignment.rule_id if case.assignment else "",
        "desk_url": _desk_url(head, case, unit, at),
        "desk_days": DESK_LINK.days,
        **_held_values(case, department),
    }
    office = unit.id == department.complaints_office
    return Letter(
        kind=kind,
        role="complaints_office" if office else "unit",
        recipient=unit.mailbox.lower(),
        languages=("fr",),
        department=department,
        reply_to="",
        in_reply_to="",
        values=values,
    )


def _desk_url(head: Letterhead, case: Case, unit: Unit, at: datetime) -> str:
    link = desk_path(head.keys, case.id, unit.id, at + DESK_LINK)
    return f"{head.desk_url}/bureau/{link}"


def compose_alert(
    kind: AlertKind, case: Case, head: Letterhead, at: datetime, *, to_office: bool
) -> Letter:
    """Return the letter of an alert, to the unit that has the case or to the complaints office;
    raise Transient: see `compose`."""
    department = head.department
    letter = _to_staff(kind, case, head, at)
    told = alert_values(case, department, department.calendar.day_of(at))
    values = {**letter.values, **told, "to_office": to_office}
    if not to_office:
        return replace(letter, values=values)
    office = department.office()
    return replace(
        letter,
        role="complaints_office",
        recipient=office.mailbox.lower(),
        values={**values, "desk_url": _desk_url(head, case, office, at)},
    )


def _alert(kind: NoticeKind, case: Case, head: Letterhead, at: datetime) -> Letter:
    alert = next(one for one in get_args(AlertKind) if one == kind)
    return compose_alert(alert, case, head, at, to_office=kind == "unsorted")


def _undelivered(kind: NoticeKind, case: Case, head: Letterhead, at: datetime) -> Letter:
    """The letter about a mail to the person; `undelivered.about` makes it one about another."""
    letter = _to_staff(kind, case, head, at)
    failed = {"failed_to": case.acknowledge_to or "", "failed_because": "refused"}
    return replace(letter, values={**letter.values, **failed})


def _held_values(case: Case, department: Department) -> dict[str, object]:
    held = case.held
    return {
        "held_because": held.reason if held else "no_rule",
        "candidates": _candidates(held.candidates if held else (), department),
        "sort_by": sort_by(case, department.calendar, department.standards),
    }


def _candidates(
    candidates: tuple[Candidate, ...], department: Department
) -> tuple[tuple[Unit, tuple[Evidence, ...]], ...]:
    found = ((department.units.get(one.unit_id), _clues(one.evidence)) for one in candidates)
    return tuple((unit, clues) for unit, clues in found if unit is not None)


def _clues(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Return the clues that weigh most, at most five, each said once, words on one line."""
    ordered = sorted(evidence, key=lambda clue: _STRENGTH[clue.kind])
    told = {
        (c.kind, c.words): c.model_copy(update={"words": shortened(c.words, 60)}) for c in ordered
    }
    return tuple(told.values())[:5]


def _hand_on_by(case: Case, department: Department) -> date:
    """Return the day on which what may be a request for review is handed on: that of receipt, or
    the first one on which somebody works."""
    calendar = department.calendar
    return calendar.next_business_day(calendar.day_of(case.received_at))


def _contact_due_on(case: Case, department: Department) -> date:
    if case.contact_due_on:
        return case.contact_due_on
    return _promised(case, department)[0]


def _open_days(case: Case, department: Department) -> tuple[date, ...]:
    """Return the day of receipt and each business day after it, up to the day due."""
    calendar = department.calendar
    received_on = calendar.day_of(case.received_at)
    due_on = case.due_on or _promised(case, department)[1]
    return (received_on, *_days_after(received_on, due_on, calendar.closed))


def _promised(case: Case, department: Department) -> Due:
    return due_days(department.calendar, department.standards, case.received_at)


@lru_cache(maxsize=512)
def _days_after(received_on: date, due_on: date, closed: frozenset[date]) -> tuple[date, ...]:
    days = _calendar(closed).business_days(received_on + timedelta(days=1), due_on)
    return tuple(days) if days and days[-1] == due_on else (*days, due_on)


def _calendar(closed: frozenset[date]) -> Calendar:
    """Return a calendar that counts days; the zone does not matter to days."""
    return Calendar(time_zone="UTC", closed=closed, first_year=1, last_year=9999)


def _answered(case: Case) -> str:
    """Return the Message-ID of the mail that opened the case, if it can stand in a header."""
    if case.channel != "mail" or not case.message_ids:
        return ""
    message_id = case.message_ids[0]
    return message_id if _MESSAGE_ID.fullmatch(message_id) else ""
