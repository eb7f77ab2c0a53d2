"""Dates and hours in words, French and English, with their non-breaking spaces."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from shared.pages.texts import NBSP, Texts


class Dates:
    """How one language writes a day. Moments are told in the department's time zone."""

    def __init__(self, texts: Texts, time_zone: str) -> None:
        self._french = texts.language == "fr"
        self._zone = ZoneInfo(time_zone)
        self._months = texts.listed("dates.months")
        self._months_short = texts.listed("dates.months_short")
        self._weekdays = texts.listed("dates.weekdays")
        self._weekdays_short = texts.listed("dates.weekdays_short")

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def full(self, day: date) -> str:
        """vendredi 20 novembre 2026 · Friday, November 20, 2026"""
        return f"{self.weekday(day)}{'' if self._french else ','}{NBSP}{day.year}"

    def plain(self, day: date) -> str:
        """20 novembre 2026 · November 20, 2026"""
        return self.full(day).partition(" ")[2]

    def weekday(self, day: date) -> str:
        """vendredi 20 novembre · Friday, November 20"""
        comma = "" if self._french else ","
        return f"{self._weekdays[day.weekday()]}{comma} {self.in_month(day, long=True)}"

    def short(self, day: date) -> str:
        """ven. 20 nov. · Fri Nov 20"""
        return f"{self._weekdays_short[day.weekday()]}{NBSP}{self.in_month(day)}"

    def hour(self, moment: datetime) -> str:
        """9 h 41 · 9:41"""
        local = moment.astimezone(self._zone)
        return f"{local.hour}{f'{NBSP}h{NBSP}' if self._french else ':'}{local.minute:02d}"

    def stamp(self, moment: datetime) -> str:
        """20 nov., 9 h 41 · Nov 20, 9:41"""
        return f"{self.in_month(self.day_of(moment))}, {self.hour(moment)}"

    def tag(self, when: date, words: str) -> Markup:
        """Return `words` as a <time> element whose machine date is `when`."""
        day = self.day_of(when) if isinstance(when, datetime) else when
        return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), words)

    def in_month(self, day: date, *, long: bool = False) -> str:
        """20 nov. · Nov 20; long: 20 novembre · November 20"""
        month = (self._months if long else self._months_short)[day.month - 1]
        if not self._french:
            return f"{month}{NBSP}{day.day}"
        return f"{'1er' if day.day == 1 else day.day}{NBSP}{month}"
