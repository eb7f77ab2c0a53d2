"""What a letter or a call brings about once somebody has posted or told it. Pure.

An act that a person without e-mail is told of counts from that day: only then does the clock stand
for what was asked, does a later day hold, was the person answered (`shared/domain/way.py`).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.desk.acting import NOTHING_CHANGED, PIECE_WANTED, Actor, told_at
from shared.domain import clocks
from shared.domain.act import Act
from shared.domain.calendar import utc
from shared.domain.case import Case
from shared.domain.clocks import due_days_of
from shared.domain.delays import running_pause
from shared.domain.notice import Notice
from shared.domain.way import notice_of_act
from shared.errors import Refused


class Carried(NamedTuple):
    """The case after the letter or call, and a word of it; `case` is None when nothing changes."""

    case: Case | None
    said: str = ""


def carried_at(notice: Notice, on: date, actor: Actor) -> datetime:
    """Return the moment that stands for a day on which somebody posted or told it: noon, but never
    before it was written nor after now. Raise Refused for a day that cannot be."""
    calendar = actor.department.calendar
    written = calendar.day_of(notice.created_at)
    if on > actor.today:
        raise Refused("day_to_come", f"{on} has not come yet. {NOTHING_CHANGED}")
    if on < written:
        message = f"{notice.id[:8]} was written on {written}, after {on}. {NOTHING_CHANGED}"
        raise Refused("before_written", message)
    noon = utc(datetime.combine(on, time(12), ZoneInfo(calendar.time_zone)))
    return min(max(noon, notice.created_at), actor.at)


def carried(case: Case, notice: Notice, actor: Actor) -> Carried:
    """Return what the notice, posted or told now, brings about.

    Saying it twice changes nothing more: whoever stops between this and the notice does it again.
    """
    act = _told_by(notice, case)
    if act is None:
        return Carried(None)
    after = told_at(case, act, actor.at)
    if act.kind == "asked":
        after, said = _asked(after, act, actor)
    elif act.kind == "extended":
        after, said = _extended(after, act, actor, notice.id)
    else:
        said = ""
    # A day that is recorded later puts nothing back that was done since
    return Carried(after.changed(acted_at=max(case.acted_at or actor.at, actor.at)), said)


def _told_by(notice: Notice, case: Case) -> Act | None:
    told = (act for n, act in enumerate(case.acts) if notice_of_act(case.id, n) == notice.id)
    return next(told, None)


def _asked(case: Case, act: Act, actor: Actor) -> tuple[Case, str]:
    """The clock stands from today, unless the answer is late already, or there is none to wait
    for."""
    paused = any(pause.began_at >= act.at for pause in case.pauses) or running_pause(case.pauses)
    if not act.pauses or paused or case.answered_at or case.state == "closed":
        return case, ""
    due = due_days_of(case, actor.department.calendar, actor.department.standards).answer_on
    if actor.today > due:
        return case, f"The clock does not stand: the answer was due on {due}."
    # A day that is recorded later counts no day twice that stood already
    began = max([actor.at, *(pause.ended_at for pause in case.pauses if pause.ended_at)])
    return clocks.paused(case, reason=PIECE_WANTED, by=act.by, at=began), "The clock stands."


def _extended(case: Case, act: Act, actor: Actor, notice_id: str) -> tuple[Case, str]:
    """The later day holds only when it was told before the day due."""
    calendar, standards = actor.department.calendar, actor.department.standards
    if act.day is None or any(one.at == act.at for one in case.extensions):
        return case, ""
    runs = case
    if running_pause(case.pauses):
        runs = clocks.resumed(case, calendar, standards, at=actor.at, how="person", by=actor.by)
    due = due_days_of(runs, calendar, standards).answer_on
    if case.state == "closed" or case.answered_at or actor.today >= due or act.day <= due:
        return case, f"{act.day} does not hold: it was told too late. The answer was due on {due}."
    later = clocks.extended(
        runs, calendar, standards, to_day=act.day, told_at=actor.at, because=act.text, by=act.by,
        at=act.at, notice_id=notice_id,
    )  # fmt: skip
    return later, f"The answer is now due on {act.day}."
