"""Which alert a case calls for now: late, unsorted, no contact, unread, soon due or idle. Pure.

One case gives one alert at a time, the gravest: five mails about one complaint on one morning are
read by nobody. Which one, and its `key`, follow from the case, the tables and the day alone, so
whoever looks, and however often, finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from shared.department import Department
from shared.domain.case import Case
from shared.domain.clocks import due_days_of, idle_after, last_act, left, sort_by
from shared.domain.delays import running_pause
from shared.domain.document import derived_id
from shared.domain.standards import AlertKind, AlertRule, Told


class Alert(NamedTuple):
    """Something to tell. `key` names the occasion: the same for as long as it is the same one."""

    kind: AlertKind
    key: str
    tell: tuple[Told, ...]


def alert_for(case: Case, department: Department, now: datetime, *, opened: bool) -> Alert | None:
    """Return the alert that is owed at `now`, or None; `opened`: somebody of the unit, or of the
    complaints office, has opened the case since the unit has it.

    A case that is closed or paused, and what was marked as spam, calls for none.
    """
    if case.state == "closed" or case.tray == "spam" or running_pause(case.pauses):
        return None
    look = _Look(case, department, department.calendar.day_of(now), opened)
    if not (look.sensitive or in_hours(department, now)):
        return None
    found = (look.told(rule) for rule in map(department.standards.alert, _FINDERS) if rule)
    return next((alert for alert in found if alert), None)


def alert_id(case: Case, alert: Alert, told: Told) -> str:
    """Return the id of the notice: whoever adds it to the store first has claimed the alert."""
    return derived_id("notice", case.id, "alert", alert.kind, alert.key, told)


def alert_values(case: Case, department: Department, today: date) -> dict[str, object]:
    """Return what alert mails say of a case, beside what all mail to staff says."""
    calendar, standards = department.calendar, department.standards
    contact_on, due_on = due_days_of(case, calendar, standards)
    since = last_act(case, calendar)
    decided = case.assignment or case.held
    days = left(calendar, today, due_on)
    return {
        "has_unit": case.unit_id is not None,
        "contact_on": contact_on,
        "due_on": due_on,
        "left_days": max(days, 0),
        "late_days": max(-days, 0),
        "sort_by": sort_by(case, calendar, standards),
        "idle_since": since,
        "idle_days": max(calendar.between(since, today), 0),
        "since": calendar.day_of(decided.at if decided else case.opened_at),
    }


def in_hours(department: Department, now: datetime) -> bool:
    """Say whether alerts may leave: on a business day, between the hours of the table."""
    local = department.calendar.local(now)
    open_today = department.calendar.is_business_day(local.date())
    return open_today and department.standards.opens <= local.time() < department.standards.closes


class _Occasion(NamedTuple):
    """When something is owed; `again` when it was owed before."""

    key: str
    again: bool = False


class _Look(NamedTuple):
    """One case on one day. Days after a due day are business days, but every day when the case is
    sensitive: nobody waits for a Monday then."""

    case: Case
    department: Department
    today: date
    opened: bool

    @property
    def sensitive(self) -> bool:
        return self.case.is_sensitive

    def told(self, rule: AlertRule) -> Alert | None:
        found = _FINDERS[rule.kind](self, rule)
        if found is None:
            return None
        here: list[Told] = [*rule.tell, *(rule.then_tell if found.again else ())]
        if self.case.unit_id in (None, self.department.complaints_office):
            here = ["complaints_office"]
        return Alert(rule.kind, found.key, tuple(dict.fromkeys(here)))

    def after(self, day: date, days: int) -> date:
        if self.sensitive:
            return day + timedelta(days=days)
        return self.department.calendar.after(day, days)

    def occasion(self, passed: date, again: int, acted: date | None = None) -> _Occasion | None:
        """Return the newest day on or before today on which it is told that `passed` has gone by:
        the day after, then each `again` days since then or since somebody `acted`."""
        first = self.after(passed, 1)
        if self.today < first:
            return None
        base = first if acted is None or acted < first else acted
        days = (self.today - base).days
        if not self.sensitive:
            days = self.department.calendar.between(base, self.today)
        steps = days // again if again else 0
        day = self.after(base, steps * again) if steps > 0 else first
        return _Occasion(day.isoformat(), again=steps > 0)


def _late(look: _Look, rule: AlertRule) -> _Occasion | None:
    case, department = look.case, look.department
    due_on = due_days_of(case, department.calendar, department.standards).answer_on
    if case.answered_at or look.today <= due_on:
        return None
    return look.occasion(due_on, rule.again_days, last_act(case, department.calendar))


def _unsorted(look: _Look, rule: AlertRule) -> _Occasion | None:
    case, department = look.case, look.department
    if case.assignment or case.state == "assigned":
        return None
    by = sort_by(case, department.calendar, department.standards)
    # Automatic mail comes in floods: told once, its tray shows the rest
    again = 0 if case.tray == "automatic" else rule.again_days
    return look.occasion(by, again, last_act(case, department.calendar))


def _no_contact(look: _Look, rule: AlertRule) -> _Occasion | None:
    """From the first reminder on, the answer is what matters: that alert tells it."""
    case, calendar = look.case, look.department.calendar
    if case.assignment is None or case.contacted_at or case.answered_at:
        return None
    reminder = look.department.standards.alert("reminder")
    if reminder and _reminder(look, reminder):
        return None
    contact_on = due_days_of(case, calendar, look.department.standards).contact_on
    # A unit that gets a case late is not told of it in the same hour
    return look.occasion(max(contact_on, calendar.day_of(case.assignment.at)), rule.again_days)


def _unread(look: _Look, rule: AlertRule) -> _Occasion | None:
    to, calendar = look.case.assignment, look.department.calendar
    acted = look.case.acted_at
    if to is None or look.opened or (acted and acted >= to.at):
        return None
    by = calendar.after(calendar.day_of(to.at), rule.after_days)
    return look.occasion(by, rule.again_days)


def _reminder(look: _Look, rule: AlertRule) -> _Occasion | None:
    case, department = look.case, look.department
    due = due_days_of(case, department.calendar, department.standards).answer_on
    days = left(department.calendar, look.today, due)
    steps = [before for before in rule.before_days if 0 <= days <= before]
    if case.answered_at or not steps:
        return None
    return _Occasion(f"{due.isoformat()} {min(steps)}")


def _idle(look: _Look, rule: AlertRule) -> _Occasion | None:
    case, department = look.case, look.department
    if case.state != "assigned":
        return None
    act_by = idle_after(case, department.calendar, department.standards)
    return look.occasion(act_by, rule.again_days)


#: How each kind is found, the gravest first.
_FINDERS: Mapping[AlertKind, Callable[[_Look, AlertRule], _Occasion | None]] = {
    "late": _late,
    "unsorted": _unsorted,
    "no_contact": _no_contact,
    "unread": _unread,
    "reminder": _reminder,
    "idle": _idle,
}
