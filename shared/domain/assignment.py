"""The router's two answers: a unit, or a person must choose."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.domain.document import Value
from shared.domain.place import Evidence, LocatingStatus

HeldReason = Literal[
    "no_place",
    "ambiguous_place",
    "conflicting_places",
    "outside_quebec",
    "no_rule",
    "several_units",
    "automatic_mail",
    "unreadable",
    "spam",
]


class Candidate(Value):
    """A unit that could be the one, with the clues that speak for it."""

    unit_id: str
    rule_id: str = ""
    evidence: tuple[Evidence, ...] = ()


class Assignment(Value):
    """The unit that served the person, why, and by which version of the tables."""

    unit_id: str
    rule_id: str
    at: datetime
    evidence: tuple[Evidence, ...] = ()
    rules_version: str = ""
    location_status: LocatingStatus = "resolved"
    region: str | None = None
    municipality_code: str | None = None


class Held(Value):
    """No unit without a person's decision: why, and who could it be."""

    reason: HeldReason
    at: datetime
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    rules_version: str = ""
