"""What the parts of the figures are called on pages and in files, in one language."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from services.desk.desk import Desk
from services.desk.overview.periods import Period
from shared.domain.envelope import Language
from shared.pages.texts import Texts


@dataclass(frozen=True, slots=True)
class Naming:
    """Names for one language. Words that the data has and the texts do not are told as they are."""

    desk: Desk
    language: Language

    @property
    def texts(self) -> Texts:
        return self.desk.pages.texts(self.language)

    def unit(self, unit_id: str | None) -> str:
        if unit_id is None:
            return str(self.texts("overview.no_unit"))
        unit = self.desk.department.units.get(unit_id)
        return unit.name(self.language) if unit else unit_id

    def region(self, code: str | None) -> str:
        if code is None:
            return str(self.texts("overview.no_region"))
        return str(self.texts.get(f"region.{code}", code))

    def ended(self, group: str, word: str) -> str:
        """Return the name of an outcome or a motive; "" is "not closed"."""
        return str(self.texts.get(f"{group}.{word}", word) if word else self.texts("overview.open"))

    def word(self, group: str, word: str) -> str:
        """Return a name out of the overview's own texts; "" is "none"."""
        return str(self.texts.get(f"overview.{group}_{word or 'none'}", word))

    def number(self, number: int) -> str:
        """1 234 · 1,234"""
        return self.texts.amount(number)

    def percent(self, share: int | None) -> Markup:
        """82 % · 82%"""
        if share is None:
            return self.texts("overview.no_share")
        return self.texts("overview.percent", number=share)

    def days(self, days: int | None) -> str:
        """Return a number of business days; a dash when there is none."""
        return str(self.texts("overview.no_share")) if days is None else self.number(days)

    def period(self, period: Period) -> str:
        """année 2026-2027 · trimestre 1, avril à juin 2026 · novembre 2026 · du … au …"""
        dates = self.desk.pages.dates(self.language)
        month = self.texts.listed("dates.months")[period.first.month - 1]
        last = self.texts.listed("dates.months")[period.last.month - 1]
        return str(
            self.texts(
                f"overview.period_{period.kind}",
                year=period.year,
                next_year=period.year + 1,
                number=period.number,
                first_month=month,
                last_month=last,
                of_year=period.first.year,
                first=dates.plain(period.first),
                last=dates.plain(period.last),
            )
        )
