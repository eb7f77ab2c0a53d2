"""The language that a person is answered in, and on what ground. Pure.

French first. Another language beside it or in its place needs a ground (C-11 sections 13.1 and
22.3), so it is kept with the case; legal persons established in Québec are written to in French
(section 16). When nobody chose and the words leave a doubt, both are sent: never the wrong one.
"""

from __future__ import annotations

from shared.domain.case import Case, LanguageGround
from shared.domain.envelope import Language

#: Below this, both languages: two good detectors gave 0.80 for a mixed text that was French.
SURE_OF_LANGUAGE = 0.85


def ground_of(case: Case) -> LanguageGround:
    """Return why the case is answered in the language that `languages_of` gives."""
    if case.complainant.kind == "legal" and not _is_outside(case):
        return "legal_person"
    if case.language_ground in ("asked", "both"):
        return case.language_ground
    if case.channel in ("phone", "counter"):
        return "asked"
    if case.channel == "form":
        return "form"
    return "wrote" if case.language_confidence >= SURE_OF_LANGUAGE else "unsure"


def languages_of(case: Case) -> tuple[Language, ...]:
    """Return the languages to answer a person in, the first one first in the mail."""
    ground = ground_of(case)
    if ground == "legal_person":
        return ("fr",)
    return ("fr", "en") if ground in ("unsure", "both") else (case.language,)


def _is_outside(case: Case) -> bool:
    """Tell whether the only place that the person named is outside Québec; a person who gave the
    case to a unit afterwards did not move them."""
    held = case.held is not None and case.held.reason == "outside_quebec"
    return held or any(move.held_because == "outside_quebec" for move in case.moves)
