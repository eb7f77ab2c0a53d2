"""A calendar part (RFC 5545) in a few lines: what is asked, what it is called, when, where."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from services.intake.reading import limits

if TYPE_CHECKING:
    from icalendar import Component


def summary(text: str) -> str:
    """Return "REQUEST · what · when · where" and the description below; "" if it is no calendar.

    The line holds facts only, so it needs no language.
    """
    from icalendar import Calendar  # imported late: few mails carry a calendar

    try:
        calendar = Calendar.from_ical(text[: limits.CALENDAR_BYTES])
        events = [each for each in calendar.walk() if each.name in {"VEVENT", "VTODO"}]
        if not events:
            return ""
        return _told(str(calendar.get("METHOD", "")), events[0])
    except Exception:  # noqa: BLE001 (a broken calendar stays what it is, an attachment)
        return ""


def _told(method: str, event: Component) -> str:
    facts = (method, _words(event, "SUMMARY"), _when(event), _words(event, "LOCATION"))
    line = " · ".join(fact for fact in facts if fact)
    return f"{line}\n\n{_words(event, 'DESCRIPTION')}".strip()


def _words(event: Component, name: str) -> str:
    return str(event.get(name, "")).strip()


def _when(event: Component) -> str:
    """Return the start as "2026-03-04 13:30 America/Toronto", a day without an hour as it is."""
    start = event.get("DTSTART")
    moment = getattr(start, "dt", None)
    if not isinstance(moment, datetime):
        return moment.isoformat() if isinstance(moment, date) else ""
    zone = moment.tzname() if moment.tzinfo else ""
    named = start.params.get("TZID", "") or zone or ""
    return f"{moment:%Y-%m-%d %H:%M} {named}".strip()
