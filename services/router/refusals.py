"""A unit that refused a case does not get it back by itself: a person may give it back. Pure."""

from __future__ import annotations

from shared.domain.assignment import Assignment, Candidate, Held
from shared.domain.case import Case


def unless_refused(decision: Assignment | Held, case: Case) -> Assignment | Held:
    """Return the decision; a person's to make when its unit has refused this case."""
    gone = case.refused_by
    if isinstance(decision, Held) or decision.unit_id not in gone:
        return decision
    others = (one for one in decision.alternatives if one.unit_id not in gone)
    return Held(
        reason="refused",
        at=decision.at,
        candidates=tuple(
            Candidate(unit_id=one.unit_id, rule_id=one.rule_id, evidence=one.evidence)
            for one in others
        ),
        evidence=decision.evidence,
        rules_version=decision.rules_version,
    )
