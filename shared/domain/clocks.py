"""The clocks of a case: what is due on which day, how far off that is, and what may move it. Pure.

Used by mail, pages and reports alike, so that no two of them ever disagree. Whole business days,
the day of receipt is day 0; no hours, so that nothing depends on when in a day one looks.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, NamedTuple

from shared.domain.calendar import Calendar
from shared.domain.case import Case
from shared.domain.delays import EndOfPause, Extension, Pause, moved, running_pause
from shared.domain.standards import StandardName, Standards
from shared.errors import Refused

ClockState = Literal["running", "paused", "met", "late"]


class Due(NamedTuple):
    """The two days that the department promises to the person."""

    contact_on: date
    answer_on: date


class Clock(NamedTuple):
    """One standard on one case. `left` counts business days to `due` from `done`, or from today
    when it is not done; it is negative when late. Something done late stays late."""

    name: StandardName
    start: date
    due: date
    done: date | None
    state: ClockState
    left: int


def due_days(calendar: Calendar, standards: Standards, received_at: datetime) -> Due:
    """Return the contact and answer day of a complaint received then."""
    day = calendar.day_of(received_at)
    return Due(
        contact_on=calendar.after(day, standards.days("contact", day)),
        answer_on=calendar.after(day, standards.days("answer", day)),
    )


def due_days_of(case: Case, calendar: Calendar, standards: Standards) -> Due:
    """Return the days promised for a case: those kept in it, else those of the standards."""
    if case.contact_due_on and case.due_on:
        return Due(case.contact_due_on, case.due_on)
    promised = due_days(calendar, standards, case.received_at)
    return Due(case.contact_due_on or promised.contact_on, case.due_on or promised.answer_on)


def sort_by(case: Case, calendar: Calendar, standards: Standards) -> date:
    """Return the last day on which a case should get its unit; it counts from when it was held."""
    received = calendar.day_of(case.received_at)
    held_on = calendar.day_of(case.held.at if case.held else case.opened_at)
    return calendar.after(held_on, standards.days("sorting", received))


def idle_after(case: Case, calendar: Calendar, standards: Standards) -> date:
    """Return the last day on which somebody should do something again."""
    days = standards.days("idle", calendar.day_of(case.received_at))
    return calendar.after(last_act(case, calendar), days)


def last_act(case: Case, calendar: Calendar) -> date:
    """Return the last day on which somebody did something for a case, or it changed hands."""
    moments = [
        case.opened_at,
        *(one.at for one in (case.assignment, case.held, *case.moves, *case.extensions) if one),
        *(at for at in (case.acted_at, case.contacted_at, case.answered_at) if at),
        *(pause.began_at for pause in case.pauses),
        *(pause.ended_at for pause in case.pauses if pause.ended_at),
    ]
    return calendar.day_of(max(moments))


def clocks_of(
    case: Case,
    calendar: Calendar,
    standards: Standards,
    today: date,
    *,
    acknowledged_at: datetime | None = None,
) -> dict[StandardName, Clock]:
    """Return each clock that runs on a case or has run, as it stands on `today`.

    `acknowledged_at` is when the acknowledgement left; a person whom nobody may write to
    automatically has no such clock, only a case that a unit has is idle, and of a closed case only
    what was done is left.
    """
    received = calendar.day_of(case.received_at)
    due = due_days_of(case, calendar, standards)
    reckoner = _Reckoner(calendar, today, running_pause(case.pauses))
    answered = _day(calendar, case.answered_at)
    contacted = min(filter(None, (_day(calendar, case.contacted_at), answered)), default=None)
    clocks = [
        reckoner.clock("sorting", received, sort_by(case, calendar, standards), _sorted(case)),
        reckoner.clock("contact", received, due.contact_on, contacted, stops=True),
        reckoner.clock("answer", received, due.answer_on, answered, stops=True),
    ]
    if case.acknowledge_to and not case.silent_because:
        days = standards.days("acknowledge", received)
        done = _day(calendar, acknowledged_at)
        clocks.append(reckoner.clock("acknowledge", received, calendar.after(received, days), done))
    if case.state == "assigned":
        start, act_by = last_act(case, calendar), idle_after(case, calendar, standards)
        clocks.append(reckoner.clock("idle", start, act_by, None, stops=True))
    told = (clock for clock in clocks if clock.done or case.state != "closed")
    return {clock.name: clock for clock in told}


class _Reckoner(NamedTuple):
    calendar: Calendar
    today: date
    pause: Pause | None

    def clock(
        self, name: StandardName, start: date, due: date, done: datetime | date | None,
        *, stops: bool = False,
    ) -> Clock:  # fmt: skip
        """Return one clock; `stops` says that it stands while a case is paused."""
        calendar, pause = self.calendar, self.pause if stops else None
        end = calendar.day_of(done) if isinstance(done, datetime) else done
        if pause and end is None:
            due = moved(calendar, due, pause, self.today)
        seen = end or self.today
        return Clock(
            name, start, due, end, _state(seen, due, end, pause), left(calendar, seen, due)
        )


def _state(seen: date, due: date, done: date | None, pause: Pause | None) -> ClockState:
    if done is None and pause is not None:
        return "paused"
    if seen > due:
        return "late"
    return "met" if done is not None else "running"


def left(calendar: Calendar, day: date, due: date) -> int:
    """Return the business days from `day` to `due`; how many have gone by since, negative, when
    late. What is late by a closed day alone is late by one: it can never be "0 days late"."""
    if day <= due:
        return calendar.between(day, due)
    return -max(calendar.between(due, day), 1)


def _sorted(case: Case) -> datetime | None:
    """Return when a case got its first unit."""
    if case.assignment is None:
        return None
    before = (*(move.at for move in case.moves), *(one.had_since for one in case.refusals))
    return min((case.assignment.at, *before))


def _day(calendar: Calendar, moment: datetime | None) -> date | None:
    return calendar.day_of(moment) if moment else None


def paused(case: Case, *, reason: str, by: str, at: datetime) -> Case:
    """Return the case with its clocks stopped; raise Refused, in words, when that cannot be."""
    _refuse_closed(case)
    if running_pause(case.pauses):
        raise Refused("already_paused", "The case is paused already: end that pause first.")
    if not reason.strip():
        raise Refused("no_reason", "A pause needs a reason: say what the department waits for.")
    return case.changed(pauses=(*case.pauses, Pause(began_at=at, reason=reason.strip(), by=by)))


def resumed(
    case: Case,
    calendar: Calendar,
    standards: Standards,
    *,
    at: datetime,
    how: EndOfPause,
    by: str = "",
) -> Case:
    """Return the case with its clocks running again, what is still due later by the days paused.

    Raise Refused, in words, when it is not paused.
    """
    pause = running_pause(case.pauses)
    if pause is None:
        raise Refused("not_paused", "The case is not paused.")
    at = max(at, pause.began_at)  # a clock that goes back ends a pause when it began
    day, due = calendar.day_of(at), due_days_of(case, calendar, standards)
    contact, answer = (moved(calendar, one, pause, day) for one in due)
    ended = pause.model_copy(update={"ended_at": at, "ended_how": how, "ended_by": by})
    return case.changed(
        pauses=tuple(ended if one is pause else one for one in case.pauses),
        contact_due_on=due.contact_on if case.contacted_at else contact,
        due_on=due.answer_on if case.answered_at else answer,
    )


def extended(
    case: Case,
    calendar: Calendar,
    standards: Standards,
    *,
    to_day: date,
    told_at: datetime | None,
    because: str,
    by: str,
    at: datetime,
    notice_id: str = "",
) -> Case:
    """Return the case with a later answer day.

    `told_at` is when a written notice of it left to the person, None when none did. Raise Refused,
    in words, unless that was before the day now due: more time is asked for in time or not at all.
    """
    _refuse_closed(case)
    if running_pause(case.pauses):
        raise Refused("paused", "The case is paused, its day moves by itself: end the pause first.")
    due = due_days_of(case, calendar, standards).answer_on
    if not because.strip():
        raise Refused("no_reason", "More time needs a reason, which the person is told.")
    if told_at is None:
        raise Refused("not_told", "More time needs a written notice to the person, sent first.")
    if calendar.day_of(told_at) >= due:
        raise Refused("told_too_late", f"The notice must leave before the day due, {due}.")
    if to_day <= due:
        raise Refused("not_later", f"The new day must come after the day due now, {due}.")
    if not calendar.is_business_day(to_day):
        raise Refused("closed_day", f"The department is closed on {to_day}: choose a business day.")
    more = Extension(
        at=at, by=by, because=because.strip(), from_day=due, to_day=to_day,
        told_at=told_at, notice_id=notice_id,
    )  # fmt: skip
    return case.changed(due_on=to_day, extensions=(*case.extensions, more))


def _refuse_closed(case: Case) -> None:
    if case.state == "closed":
        raise Refused("closed", "The case is closed: its days do not move any more.")
