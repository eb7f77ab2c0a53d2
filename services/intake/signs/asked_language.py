"""Whether a person plainly asks to be answered in French or in English; in doubt, no. Pure.

A wrong answer here is worse than none: without a request a person is answered in the language of
the message, or in both. So what is told of others, denied or left open counts for nothing.
"""

from __future__ import annotations

import re

from services.intake.signs.terms import Found, Hit
from shared.domain.envelope import Language

_LANGUAGES: dict[Language, str] = {"en": "english", "fr": "french"}
#: Nobody greets at greater length before an order; "yes" and the like begin no tale.
_CLAUSE_BEGINS = re.compile(
    r"[.,\n] ?(?:(?:and|so|but|also|yes|hello|hi|sir|madam|thanks|thank you|sorry|now|please|"
    r"et|mais|donc|alors|bonjour|oui|madame|monsieur|merci|desolee?|svp|s il vous plait) )*$"
)
#: Letters before a request in which a word of telling makes it a tale, within one sentence.
_TOLD_WITHIN = 80
_NEAR = 60


def asked_language(parts: tuple[Found, ...]) -> Language | None:
    """Return the one language that text or subject ask for; None when they ask for none or both."""
    asked: set[Language] = {
        language for language, name in _LANGUAGES.items() for part in parts if _asks_for(part, name)
    }
    return asked.pop() if len(asked) == 1 else None


def _asks_for(found: Found, name: str) -> bool:
    ordered = (hit for hit in found.of(f"{name}_ordered") if _begins_a_clause(found, hit))
    hits = [*found.of(f"{name}_asked"), *ordered]
    return any(
        not (found.denied(hit) or _is_told(found, hit) or _is_open(found, hit)) for hit in hits
    )


def _begins_a_clause(found: Found, hit: Hit) -> bool:
    before = f"\n{found.folded.text[: hit[0]]}" if hit[0] < _NEAR else found.folded.text[: hit[0]]
    return _CLAUSE_BEGINS.search(before[-_NEAR:]) is not None


def _is_told(found: Found, hit: Hit) -> bool:
    """Tell whether the same sentence says that somebody said it."""
    start = max(found.folded.text.rfind(".", 0, hit[0]), found.folded.text.rfind("\n", 0, hit[0]))
    start = max(start, hit[0] - _TOLD_WITHIN)
    return any(start <= told[0] < hit[0] for told in found.of("language_told"))


def _is_open(found: Found, hit: Hit) -> bool:
    """Tell whether the other language follows at once: "in English or French"."""
    return any(0 <= other[0] - hit[1] <= 2 for other in found.of("language_open"))
