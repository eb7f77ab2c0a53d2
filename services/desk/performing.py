"""What a form of the desk asks for becomes an act on a case.

Everything typed comes in as text; what is missing or cannot be done is a Fault of a field, and the
page shows it there with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import get_args

from services.desk import acting, keeping, noting
from services.desk.acting import Acted, Actor, Ending
from services.desk.acts import ActForm
from services.desk.carrying_out import (
    act_in,
    add_remark,
    answer_question,
    give,
    give_back,
    save_or_refuse,
    take_up,
)
from services.desk.rights import rights_of
from services.router.handover import live_unit, refuse_handover
from shared.department import Department
from shared.domain.account import Account
from shared.domain.act import Motive, Outcome
from shared.domain.case import Case
from shared.domain.recourse import Since
from shared.domain.remark import Remark, RemarkKind
from shared.errors import Refused
from shared.events import CaseConsulted, caused_by
from shared.ports.store import Store

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
MOTIVES: tuple[Motive, ...] = get_args(Motive)
SINCES: tuple[Since, ...] = get_args(Since)
TOLD = ("notice", "orally", "letter")
#: Acts that add a remark; somebody else's change in the meantime takes nothing from it.
REMARKS: dict[str, RemarkKind] = {
    "note": "note",
    "question": "question",
    "reply": "reply",
    "told": "told_orally",
}

Given = Mapping[str, str]

#: The field that a refusal is about; others are about the act as a whole.
FIELD_OF = {
    "no_text": "text",
    "text_long": "text",
    "day_past": "until",
    "no_later_day": "until",
    "no_until": "until",
    "no_such_unit": "unit",
    "unit_not_live": "unit",
    "same_unit": "unit",
    "who_and_why": "because",
    "recourse_not_told": "told",
    "no_told": "told",
    "no_told_on": "told_on",
    "no_outcome": "outcome",
    "no_motive": "motive",
    "no_such_language": "language",
    "no_colleague": "colleague",
    "two_asked": "colleague",
    "event_long": "event",
}
#: The field of the day that somebody types; it is named otherwise in these acts.
DAY_OF = {"told": "day", "close": "told_on"}


@dataclass(frozen=True, slots=True)
class Performer:
    """Who performs, with what they may touch."""

    store: Store
    actor: Actor
    account: Account


def field_of(code: str, act: str) -> str:
    """Return the field of an act that a refusal is about, or "" when it is about all of it."""
    if code in ("bad_day", "day_to_come"):
        return DAY_OF.get(act, "until")
    return FIELD_OF.get(code, "")


def letter_act(name: str, given: Given) -> Callable[[Case, Actor], Acted]:
    """Return the decision of an act that writes to the person; raise Refused for a bad form."""
    text = given.get("text", "")
    match name:
        case "answer":
            return partial(acting.answer, text=text)
        case "thank":
            return partial(acting.thank, text=text)
        case "ask":
            return partial(acting.ask, text=text, by_day=day_in(given, "until"))
        case "extend":
            until = day_in(given, "until")
            if until is None:
                raise Refused("no_until", "The new day is missing.")
            return partial(acting.extend, text=text, until=until)
        case _:
            return partial(acting.close, text=text, ending=ending_in(given))


def ending_in(given: Given) -> Ending:
    """Return how a case is closed; raise Refused for what is missing."""
    outcome, motive = given.get("outcome", ""), given.get("motive", "")
    satisfied = bool(given.get("satisfied"))
    told, told_on = given.get("told", ""), day_in(given, "told_on")
    if outcome not in OUTCOMES:
        raise Refused("no_outcome", "Choose an outcome.")
    if motive not in MOTIVES:
        raise Refused("no_motive", "Choose a motive.")
    if told not in TOLD and not satisfied:
        raise Refused("no_told", "Say how the recourses were told.")
    if told in ("orally", "letter") and told_on is None:
        raise Refused("no_told_on", "Say on which day.")
    return Ending(
        outcome=outcome,
        motive=motive,
        said_satisfied=satisfied,
        told_on=told_on if told in ("orally", "letter") else None,
        told_by_letter=told == "letter",
        known=tuple(
            (since, day) for since in SINCES if (day := day_in(given, f"since_{since}")) is not None
        ),
    )


async def perform(who: Performer, case: Case, form: ActForm, given: Given) -> Case:
    """Do one act and return the case after it; raise Refused, with nothing changed, if it cannot
    be done."""
    if form.writes:
        decide = letter_act(form.name, given)
        return await act_in(who.store, case, who.actor, decide=decide)
    if form.name in REMARKS:
        return await _remark(who, case, form.name, given)
    if form.name in ("sensitive", "reopen"):
        return await _with_reason(who, case, form.name, given)
    if form.name == "transfer":
        return await _transfer(who, case, given)
    if form.name == "refuse":
        return await give_back(who.store, case, who.actor, because=_reason(given))
    if form.name == "escalate":
        return await take_up(who.store, case, who.actor, because=_reason(given))
    return await save_or_refuse(await _changed(who, case, form, given), who.store)


async def _changed(who: Performer, case: Case, form: ActForm, given: Given) -> Case:
    match form.name:
        case "take":
            return keeping.taken(case, who.actor, who.account)
        case "leave":
            return keeping.left_by(case, who.actor, who.account)
        case "give":
            return keeping.taken(case, who.actor, await _colleague(who, case, given))
        case "resume":
            return acting.resume(case, who.actor)
        case "contacted":
            return noting.contacted(case, who.actor)
        case "confirm":
            return noting.confirmed(case, who.actor)
        case "event":
            return keeping.of_event(case, who.actor, given.get("event", ""))
        case _:
            return acting.answer_in(case, given.get("language", ""), who.actor)


async def _colleague(who: Performer, case: Case, given: Given) -> Account:
    """Return the account that a case is given to: somebody who may work on it."""
    account = await who.store.accounts.get(given.get("colleague", ""))
    department, today = who.actor.department, who.actor.today
    if account is None or not rights_of(account, department, today).may_with("work", case):
        raise Refused("no_colleague", "Nobody of this unit has that account.")
    return account


async def _remark(who: Performer, case: Case, name: str, given: Given) -> Case:
    if name == "reply" and not case.concerned_units:
        raise Refused("not_asked", f"Nobody was consulted about {case.reference}.")
    unit = given.get("unit", "") if name == "question" else ""
    colleague = given.get("colleague", "") if name == "question" else ""
    if unit and colleague:
        raise Refused("two_asked", "Ask a unit or a colleague, not both at once.")
    text = given.get("text", "")
    if name == "told":
        day = day_in(given, "day") or who.actor.today
        if day > who.actor.today:
            raise Refused("day_to_come", f"{day} has not come yet.")
        text = f"{day.isoformat()}: {text}" if text.strip() else ""
    kept = keeping.remark(case, who.actor, REMARKS[name], text, to=unit)
    if colleague:
        asked = await colleague_in(who, case, colleague)
        kept = keeping.asked_of(kept, asked, unit_asking(case, who.actor.department))
    change = partial(_after_remark, who=who, unit=unit, contacted=name == "told")
    if unit:
        change(case)  # a unit that does not exist is refused before anything is kept
    await add_remark(who.store, case, kept, change=change, emit=_consultation(case, kept))
    return case


async def colleague_in(who: Performer, case: Case, account_id: str) -> Account:
    """Return the colleague that a question is put to: anybody of the unit that has the case, its
    readers or not, but the one who asks."""
    account = await who.store.accounts.get(account_id)
    department = who.actor.department
    unit = unit_asking(case, department)
    if account is None or account.id == who.account.id:
        raise Refused("no_colleague", "Nobody of this unit has that account.")
    if unit not in rights_of(account, department, who.actor.today).serves:
        raise Refused("no_colleague", "Nobody of this unit has that account.")
    return account


def unit_asking(case: Case, department: Department) -> str:
    """Return the unit whose people a question about a case can be put to."""
    return case.unit_id or department.complaints_office


async def answer_asked(who: Performer, case: Case, question: Remark, text: str) -> None:
    """Keep a colleague's answer in the case, and tell the unit that asked; raise Refused for an
    answer that is empty, too long, or not the first."""
    reply = keeping.reply_to(question, case, who.actor, text)
    change = partial(_after_remark, who=who, unit="", contacted=False)
    emit = _consultation(case, reply, to=question.within)
    await answer_question(who.store, case, question, reply, change=change, emit=emit)


def _consultation(case: Case, kept: Remark, *, to: str | None = None) -> list[CaseConsulted]:
    """Return the event that tells the unit that is asked, or the one that asked. A colleague finds
    what is asked of them in their own list."""
    to = to or (case.unit_id if kept.kind == "reply" else kept.to)
    if kept.kind not in ("question", "reply") or not to or kept.asked:
        return []
    event = CaseConsulted(
        id=caused_by(kept.id, "case.consulted"),
        at=kept.at,
        case_id=case.id,
        remark_id=kept.id,
        unit_id=to,
        is_reply=kept.kind == "reply",
    )
    return [event]


def _after_remark(case: Case, *, who: Performer, unit: str, contacted: bool) -> Case:
    at = who.actor.at
    if unit and unit != case.unit_id:
        case = keeping.concerning(case, who.actor, unit)
    first = case.contacted_at or (at if contacted else None)
    return case.changed(acted_at=at, contacted_at=first)


async def _with_reason(who: Performer, case: Case, name: str, given: Given) -> Case:
    """The case first: a reason without its act would be a riddle."""
    because = _reason(given)
    decide = keeping.marked_sensitive if name == "sensitive" else keeping.reopened
    kind: RemarkKind = "sensitive" if name == "sensitive" else "reopened"
    why = keeping.remark(case, who.actor, kind, because)
    saved = await save_or_refuse(decide(case, who.actor), who.store)
    await who.store.remarks.add(why)
    return saved


async def _transfer(who: Performer, case: Case, given: Given) -> Case:
    department = who.actor.department
    unit = live_unit(given.get("unit", ""), department, who.actor.at)
    refuse_handover(case, unit, department, cleared=bool(given.get("cleared")))
    return await give(
        case, unit, who.store, department, by=who.actor.by, because=_reason(given), at=who.actor.at
    )


def _reason(given: Given) -> str:
    because = given.get("because", "").strip()
    if not because:
        raise Refused("who_and_why", "Say why.")
    return because


def day_in(given: Given, name: str) -> date | None:
    """Return a day that was typed as 2026-11-28; raise Refused for anything else."""
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("bad_day", f"{name}: write a day as 2026-11-28.") from None
