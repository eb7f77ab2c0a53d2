"""Recourses that exist beside a complaint: dated data."""

from __future__ import annotations

from datetime import date

from shared.domain.document import Value


class Recourse(Value):
    """One way to be heard elsewhere. `rule` says the delay in words; no date is computed here."""

    id: str
    name_fr: str
    name_en: str
    rule_fr: str
    rule_en: str
    contact: str = ""
    source: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_fr

    def rule(self, language: str) -> str:
        return self.rule_en if language == "en" else self.rule_fr

    def live_on(self, day: date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)
