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
    "nothing_proposed",
    "spam",
    "possible_disclosure",
    "names_manager",
    "refused",
]
#: Why a unit that was weighed too was not chosen.
WhyNot = Literal["unit_before_place", "stronger_claim", "narrower_rule", "other_clues", "weak_clue"]


class Candidate(Value):
    """A unit that could be the one, with the clues that speak for it."""

    unit_id: str
    rule_id: str = ""
    evidence: tuple[Evidence, ...] = ()


class Alternative(Candidate):
    """A unit that was weighed, and why it was not chosen."""

    why_not: WhyNot


class Assignment(Value):
    """The unit that served the person, why, and by which version of the tables.

    `by` and `because` are there when a person chose; nothing of them goes into a mail.
    """

    unit_id: str
    rule_id: str
    at: datetime
    evidence: tuple[Evidence, ...] = ()
    rules_version: str = ""
    location_status: LocatingStatus = "resolved"
    region: str | None = None
    municipality_code: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    by: str = ""
    because: str = ""


class Move(Value):
    """A case that was given to another unit after the router: who did it, when and why.

    `from_unit` is None for a case that was held; of one that a unit refused it is that unit.
    "rules" are new rules that a person applied.
    """

    at: datetime
    how: Literal["person", "rules"]
    by: str
    because: str
    from_unit: str | None
    to_unit: str
    held_because: str = ""
    rules_version: str = ""


class Refusal(Value):
    """A unit said that a case is not its own: who of it, when and why.

    `had_since` is when it got the case; nothing of this goes to the person.
    """

    at: datetime
    unit_id: str
    by: str
    because: str
    had_since: datetime


class Held(Value):
    """No unit without a person's decision: why, and who could it be.

    The reason is for the complaints office alone: a possible disclosure may not show in anything
    that a unit or the person gets.
    """

    reason: HeldReason
    at: datetime
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    rules_version: str = ""
