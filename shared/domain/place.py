"""Places of Québec that a text points at, and the words that point."""

from __future__ import annotations

from typing import Literal

from shared.domain.document import Value

#: What kind of clue, strongest kind first in the rules: see `services/router/rules.py`.
EvidenceKind = Literal[
    "unit_chosen",
    "unit_named",
    "case_reference",
    "unit_address",
    "postal_code",
    "municipality",
    "borough",
    "locality",
    "mrc",
    "fsa",
    "region",
    "province",
    "programme",
    "country",
]
Strength = Literal["strong", "medium", "weak"]
LocatingStatus = Literal["resolved", "ambiguous", "conflict", "outside", "none"]


class Evidence(Value):
    """A clue: `words` stand at `start:end` of the text read; `value` is the key they gave.

    `regions` are the two-digit codes the clue allows; `municipality_codes` likewise. A clue that
    does not come from the text (an address written to, a choice in the form) has start = end = 0.
    The value of a case reference is the unit that has that case.
    """

    kind: EvidenceKind
    value: str
    words: str
    start: int = 0
    end: int = 0
    regions: tuple[str, ...] = ()
    municipality_codes: tuple[str, ...] = ()
    strength: Strength = "medium"


class Location(Value):
    """The answer of locating. `region` and `municipality_code` only when status is resolved."""

    status: LocatingStatus
    region: str | None = None
    municipality_code: str | None = None
    evidence: tuple[Evidence, ...] = ()
