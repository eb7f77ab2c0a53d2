"""What a person may do with a case, decided from the case as it stands. Pure.

Each function returns the case after the act, with the event that tells it, or raises Refused in
words. `carrying_out.py` saves both in one write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.department import Department
from shared.domain import clocks
from shared.domain.act import Act, Closing, Motive, Outcome, RecourseTold
from shared.domain.case import Case
from shared.domain.delays import moved, running_pause
from shared.domain.language import ground_of
from shared.domain.recourse import Since
from shared.domain.way import waits_for_a_person, way_to
from shared.errors import Refused
from shared.events import CaseActed, caused_by

#: Characters of a text to a person: some twelve pages. It stands in the case, which stays small.
LONGEST_TEXT = 30_000
NOTHING_CHANGED = "Nothing was changed."
#: Why the clocks stand while the person is asked for something.
PIECE_WANTED = "missing piece"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, when, and the department's data."""

    by: str
    at: datetime
    department: Department

    @property
    def today(self) -> date:
        return self.department.calendar.day_of(self.at)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a person means to close a case.

    `told_on` is the day on which the recourses were told orally or by letter; without it, the
    closing mail tells them. `known` has the days that delays of recourses count from.
    """

    outcome: Outcome
    motive: Motive
    said_satisfied: bool = False
    told_on: date | None = None
    told_by_letter: bool = False
    known: tuple[tuple[Since, date], ...] = ()


Acted = tuple[Case, CaseActed]

#: Within this, an act that is word for word the last one is a command given again, by somebody who
#: did not see it end.
GIVEN_AGAIN = timedelta(hours=1)


def ask(case: Case, actor: Actor, text: str, *, by_day: date | None = None) -> Acted:
    """Ask the person for what is missing; the clock stands from today on, unless the answer is
    late already: a question does not make it less so."""
    _refuse_unless_open(case)
    _refuse_unwritable(case)
    if by_day is not None and by_day <= actor.today:
        raise Refused("day_past", f"{by_day} is not after today. {NOTHING_CHANGED}")
    pauses = actor.today <= _due_on(case, actor)
    act = _act("asked", actor, text, day=by_day).model_copy(update={"pauses": pauses})
    if pauses and running_pause(case.pauses) is None and not waits_for_a_person(case, act):
        case = clocks.paused(case, reason=PIECE_WANTED, by=act.by, at=actor.at)
    return _after(case, act)


def extend(case: Case, actor: Actor, text: str, *, until: date) -> Acted:
    """Give the answer a later day, told to the person before the day due. A day that was told
    holds: the clock does not stand any more."""
    _refuse_unless_open(case)
    _refuse_unwritable(case)
    due = _due_on(case, actor)
    if actor.today >= due:
        raise Refused(
            "too_late_to_extend",
            f"The answer was due on {due}: a new date is told before that day. {NOTHING_CHANGED} "
            "Answer now, or let the complaints office take the complaint.",
        )
    if until <= due or not actor.department.calendar.is_business_day(until):
        message = f"{until} is no business day after {due}. {NOTHING_CHANGED}"
        raise Refused("no_later_day", message)
    act = _act("extended", actor, text, day=until)
    if waits_for_a_person(case, act):
        return _after(case, act)  # the day moves when the letter is posted: see `carrying`
    # The notice is saved with the act, and leaves at once: it is told today
    later = clocks.extended(
        _running(case, actor),
        actor.department.calendar,
        actor.department.standards,
        to_day=until,
        told_at=actor.at,
        because=act.text,
        by=act.by,
        at=actor.at,
    )
    return _after(later, act)


def answer(case: Case, actor: Actor, text: str) -> Acted:
    """Send the unit's answer; the case stays open until it is closed with an outcome."""
    _refuse_unless_open(case)
    _refuse_unwritable(case)
    return _after(_running(case, actor), _act("answer", actor, text))


def thank(case: Case, actor: Actor, text: str) -> Acted:
    """Close what a person found to be thanks and no complaint, with a word in return."""
    _refuse_unless_open(case)
    if case.kind != "thanks":
        raise Refused(
            "no_thanks",
            f"{case.reference} was read as a {case.kind}, not as thanks. {NOTHING_CHANGED} "
            "Close it with an outcome.",
        )
    ended = _running(case, actor).changed(state="closed")
    return _after(ended, _act("thanks", actor, text))


def close(case: Case, actor: Actor, text: str, ending: Ending) -> Acted:
    """Close the complaint with its outcome and reasons. No recourse told, no closing: unless the
    person said that they are satisfied (policy, guiding principle)."""
    _refuse_unless_open(case)
    act = _act("closed", actor, text)
    told = _told(case, actor, ending)
    if told is None and not ending.said_satisfied:
        raise Refused(
            "recourse_not_told",
            f"{case.reference} has no e-mail, no postal address and no phone, so nobody told the "
            f"person their recourses. {NOTHING_CHANGED} Tell them, then say --told-orally DAY or "
            "--told-by-letter DAY; or --satisfied, if they said so.",
        )
    closing = Closing(
        outcome=ending.outcome,
        motive=ending.motive,
        at=actor.at,
        by=act.by,
        said_satisfied=ending.said_satisfied,
        told=told,
        known=dict(ending.known),
    )
    _refuse_days_to_come(closing, actor)
    ended = _running(case, actor).changed(state="closed", closing=closing)
    return _after(ended, act)


def resume(case: Case, actor: Actor) -> Case:
    """Let the clock run again: what was missing is there, or will not come. The days on which it
    stood are added to the day due."""
    if running_pause(case.pauses) is None:
        raise Refused("not_paused", f"The clock of {case.reference} runs. {NOTHING_CHANGED}")
    return _running(case, actor).changed(acted_at=actor.at)


def _running(case: Case, actor: Actor) -> Case:
    """Return the case with its clocks running, and what is due later by the days they stood."""
    by = _named(actor)
    if running_pause(case.pauses) is None:
        return case
    calendar, standards = actor.department.calendar, actor.department.standards
    return clocks.resumed(case, calendar, standards, at=actor.at, how="person", by=by)


def answer_in(case: Case, language: str, actor: Actor) -> Case:
    """Answer in the language that the person asks for, or in "both"; the ground is kept."""
    _named(actor)
    if language not in ("fr", "en", "both"):
        raise Refused("no_such_language", f"{language!r} is not fr, en or both. {NOTHING_CHANGED}")
    if language != "fr" and ground_of(case) == "legal_person":
        raise Refused(
            "legal_person",
            f"{case.reference} comes from a legal person in Québec, which is written to in French "
            f"(C-11 section 16). {NOTHING_CHANGED}",
        )
    if language == "both":
        return case.changed(language_ground="both")
    return case.changed(language=language, language_confidence=1.0, language_ground="asked")


def _told(case: Case, actor: Actor, ending: Ending) -> RecourseTold | None:
    """Return how the person is told their recourses: by the closing mail, letter or call where
    there is one. A letter is no day yet: it waits for somebody to post it."""
    live = [one.id for one in actor.department.recourses if one.live_on(actor.today)]
    if not live:
        raise Refused("no_recourse", f"recourses.toml has none in force today. {NOTHING_CHANGED}")
    by = _named(actor)
    if ending.told_on is not None:
        how = "letter" if ending.told_by_letter else "orally"
        return RecourseTold.model_validate(
            {"how": how, "on": ending.told_on, "by": by, "recourses": tuple(live)}
        )
    way = way_to(case)
    if way is None:
        return None
    if way == "mail":
        return RecourseTold(how="notice", on=actor.today, by=by, recourses=tuple(live))
    by_hand = "letter" if way == "post" else "orally"
    return RecourseTold.model_validate(
        {"how": by_hand, "on": None, "by": by, "recourses": tuple(live)}
    )


def _refuse_days_to_come(closing: Closing, actor: Actor) -> None:
    told_on = closing.told.on if closing.told else None
    days = [*closing.known.values(), *([told_on] if told_on else [])]
    late = max(days, default=actor.today)
    if late > actor.today:
        raise Refused("day_to_come", f"{late} has not come yet. {NOTHING_CHANGED}")


def _act(kind: str, actor: Actor, text: str, *, day: date | None = None) -> Act:
    text = text.strip()
    if not text:
        raise Refused("no_text", f"There is nothing to tell the person. {NOTHING_CHANGED}")
    if len(text) > LONGEST_TEXT:
        message = f"The text has {len(text)} characters, more than {LONGEST_TEXT}. "
        raise Refused("text_long", message + NOTHING_CHANGED)
    fields = {"kind": kind, "at": actor.at, "by": _named(actor), "text": text, "day": day}
    return Act.model_validate(fields)


def _after(case: Case, act: Act) -> Acted:
    _refuse_given_again(case, act)
    number = len(case.acts)
    event_id = caused_by(case.id, f"act.{number}")
    acted = case.changed(acts=(*case.acts, act), acted_at=act.at)
    if not waits_for_a_person(acted, act):
        acted = told_at(acted, act, act.at)
    return acted, CaseActed(id=event_id, at=act.at, case_id=case.id, act=number)


def _refuse_given_again(case: Case, act: Act) -> None:
    last = case.acts[-1] if case.acts else None
    same = {"at": act.at, "pauses": act.pauses}
    if last and act.at - last.at < GIVEN_AGAIN and last.model_copy(update=same) == act:
        raise Refused(
            "done_already",
            f"{case.reference} has this {act.kind} of yours already, word for word. "
            f"{NOTHING_CHANGED} The person is told once: see `recours show {case.reference}`.",
        )


def told_at(case: Case, act: Act, at: datetime) -> Case:
    """Return the case once the person has the act: ours got in touch then, or answered."""
    answered = at if act.kind in ("answer", "closed", "thanks") else None
    return case.changed(
        contacted_at=case.contacted_at or at, answered_at=case.answered_at or answered
    )


def _named(actor: Actor) -> str:
    by = actor.by.strip()
    if not by:
        raise Refused("who", f"Say who acts (--by). {NOTHING_CHANGED}")
    return by


def _due_on(case: Case, actor: Actor) -> date:
    """Return the day due, later by the business days on which the clock has stood up to today."""
    calendar = actor.department.calendar
    due = clocks.due_days_of(case, calendar, actor.department.standards).answer_on
    pause = running_pause(case.pauses)
    return moved(calendar, due, pause, actor.today) if pause else due


def _refuse_unwritable(case: Case) -> None:
    if way_to(case) is None:
        raise Refused(
            "no_address",
            f"{case.reference} has no e-mail, no postal address and no phone: nothing can be told. "
            f"{NOTHING_CHANGED} When the person comes by, tell them, and close the case with "
            "--told-orally DAY.",
        )


def _refuse_unless_open(case: Case) -> None:
    if case.state == "closed":
        raise Refused("case_closed", f"{case.reference} is closed. {NOTHING_CHANGED}")
    if case.state != "assigned":
        raise Refused(
            "nobody_has_it",
            f"No unit has {case.reference} yet. {NOTHING_CHANGED} Give it to one with "
            f"`recours assign {case.reference} UNIT`.",
        )
