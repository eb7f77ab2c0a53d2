"""Units that were weighed too, and why another was chosen. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from services.router.pointers import CHOSEN, NAMED, REFERRED, WRITTEN_TO
from shared.domain.assignment import Alternative, Candidate, WhyNot

#: A case keeps this many: who must choose among more is asked, and then sees them all.
MOST = 5
BY_UNIT = frozenset({CHOSEN, NAMED, REFERRED, WRITTEN_TO})


def weighed(
    chosen: Candidate, others: Iterable[Candidate], *, elsewhere: Collection[str] = ()
) -> tuple[Alternative, ...]:
    """Return the others with the reason against each, in their order.

    `elsewhere` are units of regions that other clues exclude.
    """
    found = (
        Alternative(
            unit_id=other.unit_id,
            rule_id=other.rule_id,
            evidence=other.evidence,
            why_not=_why_not(chosen, other, elsewhere),
        )
        for other in others
        if other.evidence
    )
    return tuple(one for one, _ in zip(found, range(MOST), strict=False))


def _why_not(chosen: Candidate, other: Candidate, elsewhere: Collection[str]) -> WhyNot:
    if other.rule_id in BY_UNIT:
        return "stronger_claim"
    if chosen.rule_id in BY_UNIT:
        return "unit_before_place"
    if all(clue.strength == "weak" for clue in other.evidence):
        return "weak_clue"
    return "other_clues" if other.unit_id in elsewhere else "narrower_rule"
