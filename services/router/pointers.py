"""Units that a person points at without a place: chosen, named, referred to, written to. Pure.

A unit that is closed counts as its heir. A partner serves on behalf of the department between
its days: whoever names it for facts of another time means somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.router.rules import living_unit
from shared.department import Department
from shared.domain.assignment import Candidate
from shared.domain.case import Case
from shared.domain.place import Evidence, EvidenceKind
from shared.domain.unit import Unit

#: What decided when it was not a rule of `rules.csv`; stands in the place of a rule's id.
CHOSEN: EvidenceKind = "unit_chosen"
NAMED: EvidenceKind = "unit_named"
REFERRED: EvidenceKind = "case_reference"
WRITTEN_TO: EvidenceKind = "unit_address"


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a message beside its words: cases whose reference it quotes, and the
    addresses of its headers To and Cc."""

    quoted: tuple[Case, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pointers:
    """Who is meant: units as they are on `today`, for facts of the day `on`."""

    case: Case
    department: Department
    on: date
    today: date

    def chosen(self) -> list[Candidate]:
        """Return the office chosen in the form, or the one that a person named when they told it
        aloud; an unknown or closed one without heir is none."""
        first = self.department.units.get(self.case.office_chosen or "")
        words = first.name(self.case.language) if first else ""
        kind = CHOSEN if self.case.channel in ("mail", "form") else NAMED
        return self._candidates(kind, [(first.id, words)] if first else [])

    def named(self, evidence: Iterable[Evidence]) -> list[Candidate]:
        """Return the units that the text names."""
        clues = (clue for clue in evidence if clue.kind == "unit_named")
        return [
            Candidate(unit_id=unit.id, rule_id=NAMED, evidence=(clue,))
            for clue in clues
            if (unit := self._meant(clue.value))
        ]

    def referred(self, quoted: Iterable[Case], *, proven: bool) -> list[Candidate]:
        """Return the units of the cases whose reference the text quotes.

        A reference can be overheard: it is proven by a sender who takes part in that case. That
        the complaints office has it says nothing of who served.
        """
        found = [
            (case.unit_id, case.reference)
            for case in quoted
            if case.unit_id and case.id != self.case.id and self._proves(case) == proven
        ]
        return self._candidates(REFERRED, found, strong=proven)

    def _proves(self, case: Case) -> bool:
        sender = (self.case.complainant.address or "").lower()
        takes_part = bool(sender) and sender in case.participants
        return takes_part and case.unit_id != self.department.complaints_office

    def written_to(self, beside: Beside) -> list[Candidate]:
        """Return the units whose address was written to: in To, else in the envelope, else in Cc.

        A copy to a second unit asks it for nothing. The complaints office's says nothing.
        """
        copied = set(map(_plain, beside.cc))
        direct = [each for each in self.case.addressees if _plain(each) not in copied]
        groups = (beside.to, direct, (*self.case.addressees, *beside.cc))
        return next(filter(None, map(self._addressed, groups)), [])

    def _addressed(self, addresses: Sequence[str]) -> list[Candidate]:
        owners = self.department.unit_addresses
        found = ((owners.get(_plain(address)), address) for address in addresses)
        office = self.department.complaints_office
        units = [(owner, address) for owner, address in found if owner and owner != office]
        return self._candidates(WRITTEN_TO, units)

    def _candidates(
        self, kind: EvidenceKind, found: Iterable[tuple[str, str]], *, strong: bool = True
    ) -> list[Candidate]:
        return list(self._each(kind, found, strong=strong))

    def _each(
        self, kind: EvidenceKind, found: Iterable[tuple[str, str]], *, strong: bool
    ) -> Iterator[Candidate]:
        for unit_id, words in found:
            if unit := self._meant(unit_id):
                weight = "strong" if strong else "weak"
                clue = Evidence(kind=kind, value=unit_id, words=words, strength=weight)
                yield Candidate(unit_id=unit.id, rule_id=kind, evidence=(clue,))

    def _meant(self, unit_id: str) -> Unit | None:
        first = self.department.units.get(unit_id)
        if first and first.kind == "partner" and not first.live_on(self.on):
            return None
        return living_unit(unit_id, self.department.units, on=self.today)


def _plain(address: str) -> str:
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
