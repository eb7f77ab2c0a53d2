"""The sorting queue: which held cases, in which order, and how many for each reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args
from urllib.parse import urlencode

from services.desk.rights import Rights
from services.desk.worklist import place_in
from shared.domain.assignment import HeldReason
from shared.domain.case import Tray
from shared.domain.reference import parse_reference
from shared.ports.query import AllOf, Condition, Equal, In, Query

#: What is listed: the queue, a tray beside it, or the mail of trays that was set aside.
View = Tray | Literal["aside"]
#: Trays beside the queue; mail in them is looked at apart, so that it buries nobody's complaint.
TRAYS: tuple[Tray, ...] = ("automatic", "spam", "unreadable")
VIEWS: tuple[View, ...] = (*TRAYS, "aside")
#: Trays whose mail can be set aside many at a time.
BULK: tuple[Tray, ...] = ("automatic", "spam")
#: What the queue is narrowed by: why a case is held, or that no unit kept it, twice.
Reason = HeldReason | Literal["refused_twice"]
REASONS: tuple[Reason, ...] = (*get_args(HeldReason), "refused_twice")
#: Cases with their words, map and candidates: so many of the longest stay under 60 kB, though
#: every letter in them were one that HTML writes with five bytes.
CARDS = 5
#: Lines of a tray, likewise.
LINES = 40

Kept = Literal["motif", "bac", "apres", "rang", "plainte"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for, as the address says it; `after` is where the page begins, `only`
    the reference of the one case that is shown."""

    tray: View = "ordinary"
    reason: Reason | None = None
    after: str = ""
    number: int = 0
    only: str = ""

    @property
    def in_lines(self) -> bool:
        """Whether there is one line a case, and not its words with all that speaks for a unit."""
        return self.tray in (*BULK, "aside") and not self.only

    @property
    def size(self) -> int:
        return LINES if self.in_lines else CARDS

    def address(self, path: str, **changes: object) -> str:
        """Return the address of this list with `changes`, from its first page on."""
        then = replace(self, **{"after": "", "number": 0, **changes})  # type: ignore[arg-type]
        given = {
            "bac": then.tray if then.tray != "ordinary" else "",
            "motif": then.reason or "",
            "apres": then.after,
            "rang": str(then.number or ""),
            "plainte": then.only,
        }
        told = {name: value for name, value in given.items() if value}
        return f"{path}?{urlencode(told)}" if told else path

    def same_page(self, path: str) -> str:
        """Return the address of this very page."""
        return self.address(path, after=self.after, number=self.number)


def wanted_of(given: dict[str, str]) -> Wanted:
    """Return what an address asks for; nonsense in it counts as the usual."""
    number = given.get("rang", "")
    return Wanted(
        tray=next((one for one in VIEWS if one == given.get("bac")), "ordinary"),
        reason=next((one for one in REASONS if one == given.get("motif")), None),
        after=given.get("apres", "")[:200],
        number=int(number) if number.isdigit() and len(number) < 7 else 0,
        only=parse_reference(given.get("plainte", "")[:40]) or "",
    )


def held(rights: Rights) -> Condition:
    """Return the condition of every held case that the visitor may see, trays and all."""
    return AllOf((Equal("state", "held"), rights.visible))


def in_tray(rights: Rights, tray: View) -> Condition:
    """Return the condition of what a list holds. Mail that becomes a unit's leaves its tray: what
    is closed and still in one was set aside."""
    if tray == "aside":
        return AllOf((Equal("state", "closed"), In("tray", BULK), rights.visible))
    return AllOf((held(rights), Equal("tray", tray)))


def refused_twice(rights: Rights) -> Condition:
    """Return the condition of what waits again because no unit kept it, unreadable mail too."""
    return AllOf((Equal("refused_twice", 1), rights.visible))


def query_of(wanted: Wanted, rights: Rights) -> Query:
    """Return the question for one page, oldest first, and one case more: there are others then.

    What was set aside comes newest first: it is looked up, not worked off."""
    if wanted.only:
        return Query(AllOf((held(rights), Equal("reference", wanted.only))), limit=2)
    return Query(
        _listed(wanted, rights),
        sort="opened_at",
        descending=wanted.tray == "aside",
        after=place_in(wanted.after),
        limit=wanted.size + 1,
    )


def _listed(wanted: Wanted, rights: Rights) -> Condition:
    if wanted.reason == "refused_twice":
        return refused_twice(rights)
    within = in_tray(rights, wanted.tray)
    if wanted.reason:
        return AllOf((within, Equal("held_reason", wanted.reason)))
    return within
