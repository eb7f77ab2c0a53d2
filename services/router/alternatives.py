"""Units that were weighed too, and why another was chosen. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from services.router.pointers import CHOSEN, NAMED, REFERRED, WRITTEN_TO
from shared.domain.assignment import Alternative, Candidate, WhyNot

#: A case keeps this many: who must choose among more is asked, and then sees them all.
MOST = 5
BY_UNIT = frozenset({CHOSEN, NAMED, REFERRED, WRITTEN_TO})


def weighed(chosen: Candidate, others: Iterable[Candidate]) -> tuple[Alternative, ...]:
    """Return the others with the reason against each, in their order."""
    found = (
        Alternative(
            unit_id=other.unit_id,
            rule_id=other.rule_id,
            evidence=other.evidence,
            why_not=_why_not(chosen, other),
        )
        for other in others
        if other.evidence
    )
    return tuple(one for one, _ in zip(found, range(MOST), strict=False))


def _why_not(chosen: Candidate, other: Candidate) -> WhyNot:
    if other.rule_id in BY_UNIT:
        return "stronger_claim"
    if chosen.rule_id in BY_UNIT:
        return "unit_before_place"
    if all(clue.strength == "weak" for clue in other.evidence):
        return "weak_clue"
    return "narrower_rule"
