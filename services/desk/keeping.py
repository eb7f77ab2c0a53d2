"""Who in a unit answers for a case, and what people do with it among themselves. Pure.

None of this tells the person anything. Each function returns the case after the act, or raises
Refused in words.
"""

from __future__ import annotations

from services.desk.acting import NOTHING_CHANGED, Actor
from services.router.guard import may_be_disclosure
from shared.domain.account import Account
from shared.domain.act import SetAside
from shared.domain.case import Case
from shared.domain.clocks import due_days
from shared.domain.document import derived_id, new_id
from shared.domain.reading import Flag
from shared.domain.remark import Remark, RemarkKind
from shared.errors import Refused

LONGEST_REMARK = 10_000
LONGEST_EVENT = 80


def taken(case: Case, actor: Actor, account: Account) -> Case:
    """Return the case with this person answering for it, whoever did before."""
    if case.taken_by == account.id:
        raise Refused("taken", f"{case.reference} is yours already. {NOTHING_CHANGED}")
    return case.changed(taken_by=account.id, taken_by_name=account.full_name, acted_at=actor.at)


def left_by(case: Case, actor: Actor, account: Account) -> Case:
    """Return the case with nobody answering for it: a colleague may take it."""
    if case.taken_by != account.id:
        raise Refused("not_yours", f"{case.reference} is not yours. {NOTHING_CHANGED}")
    return case.changed(taken_by=None, taken_by_name="", acted_at=actor.at)


def set_aside(case: Case, actor: Actor) -> Case:
    """Return mail that was marked as unwanted or automatic, closed: a person looked at it and
    found no complaint. Nobody is written to, nothing is deleted, and it can be opened again."""
    if case.state != "held" or case.tray not in ("spam", "automatic"):
        raise Refused("not_in_tray", f"{case.reference} is in no such tray. {NOTHING_CHANGED}")
    aside = SetAside(at=actor.at, by=actor.by)
    return case.changed(state="closed", set_aside=aside, acted_at=actor.at)


def reopened(case: Case, actor: Actor) -> Case:
    """Return a closed case open again, with a clock of its own from today on."""
    if case.state != "closed":
        raise Refused("not_closed", f"{case.reference} is open. {NOTHING_CHANGED}")
    department = actor.department
    due = due_days(department.calendar, department.standards, actor.at)
    past = (*case.past_closings, *([case.closing] if case.closing else []))
    return case.changed(
        state="assigned" if case.assignment else "held",
        closing=None,
        past_closings=past,
        answered_at=None,
        due_on=due.answer_on,
        acted_at=actor.at,
    )


def marked_sensitive(case: Case, actor: Actor) -> Case:
    """Return the case with the mark that a person gave it."""
    if "sensitive" in case.flag_names:
        raise Refused("marked", f"{case.reference} is marked already. {NOTHING_CHANGED}")
    mark = Flag(name="sensitive", words="", start=0, end=0, where="person", because="person")
    return case.changed(flags=(*case.flags, mark), acted_at=actor.at)


def of_event(case: Case, actor: Actor, event: str) -> Case:
    """Return the case tied to what many complaints are about at once, or to nothing ("")."""
    event = " ".join(event.split())
    if len(event) > LONGEST_EVENT:
        message = f"The name of an event has {LONGEST_EVENT} characters at most. {NOTHING_CHANGED}"
        raise Refused("event_long", message)
    return case.changed(event=event or None, acted_at=actor.at)


def concerning(case: Case, actor: Actor, unit_id: str) -> Case:
    """Return the case with one more unit that may read it."""
    if unit_id not in actor.department.units:
        raise Refused("no_such_unit", f"{unit_id} is not in units.csv. {NOTHING_CHANGED}")
    office = actor.department.complaints_office
    # A unit that has the case got it from somebody who found that it is no disclosure
    with_the_office = case.unit_id in (None, office)
    if unit_id != office and with_the_office and may_be_disclosure(case.flags):
        message = f"{case.reference} may be a disclosure, which no unit may see. {NOTHING_CHANGED}"
        raise Refused("may_be_disclosure", message)
    units = tuple(dict.fromkeys((*case.concerned_units, unit_id)))
    return case.changed(concerned_units=units, acted_at=actor.at)


def asked_of(question: Remark, colleague: Account, unit_id: str) -> Remark:
    """Return a question as it is put to one colleague of a unit."""
    return question.changed(to=colleague.full_name, asked=colleague.id, within=unit_id)


def reply_to(question: Remark, case: Case, actor: Actor, text: str) -> Remark:
    """Return the colleague's answer; its id follows from the question, which has one answer."""
    reply = remark(case, actor, "reply", text)
    return reply.changed(id=derived_id("reply", question.id), answers=question.id)


def remark(case: Case, actor: Actor, kind: RemarkKind, text: str, *, to: str = "") -> Remark:
    """Return a remark on a case; raise Refused when there is nothing in it, or too much."""
    text = text.strip()
    if not text:
        raise Refused("no_text", f"There is nothing to keep. {NOTHING_CHANGED}")
    if len(text) > LONGEST_REMARK:
        message = f"The text has {len(text)} characters, more than {LONGEST_REMARK}. "
        raise Refused("text_long", message + NOTHING_CHANGED)
    return Remark(
        id=new_id(), case_id=case.id, at=actor.at, by=actor.by, kind=kind, text=text, to=to
    )
