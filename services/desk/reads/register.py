"""The register of who opened which case: which lines are asked for, and where a page ends. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from shared.domain.case_read import REGISTER, CaseRead
from shared.domain.document import instant
from shared.ports.query import AllOf, Condition, Equal, Query, Range, Scalar

PAGE = 50
#: Lines of a file at most: a spreadsheet takes more, but nobody reads them.
MOST_LINES = 20_000

Fault = Literal["reference", "who", "days"]
#: How somebody came in: signed in, by the signed link in a mail, or with a token of the interface.
Way = Literal["account", "link", "token", "other"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for, as it was typed. `after` is where the page begins."""

    reference: str = ""
    who: str = ""
    first: str = ""
    last: str = ""
    after: str = ""

    def address(self, path: str, after: str = "") -> str:
        """Return the address of these lines, or of a page of them."""
        given = {
            "reference": self.reference,
            "qui": self.who,
            "du": self.first,
            "au": self.last,
            "apres": after,
        }
        told = {name: value for name, value in given.items() if value}
        return f"{path}?{urlencode(told)}" if told else path


def wanted_of(given: Mapping[str, str]) -> Wanted:
    return Wanted(
        reference=given.get("reference", "").strip()[:40],
        who=given.get("qui", "").strip()[:100],
        first=given.get("du", "").strip()[:20],
        last=given.get("au", "").strip()[:20],
        after=given.get("apres", "")[:200],
    )


class Days(NamedTuple):
    """Days asked for, both counted; None is open."""

    first: date | None
    last: date | None


def days_of(wanted: Wanted) -> Days | None:
    """Return the days that were typed, or None when they are no days or the wrong way round."""
    try:
        first = date.fromisoformat(wanted.first) if wanted.first else None
        last = date.fromisoformat(wanted.last) if wanted.last else None
    except ValueError:
        return None
    wrong = (first and last and last < first) or any(
        day and not 2000 <= day.year <= 2100 for day in (first, last)
    )
    return None if wrong else Days(first, last)


def lines(case_id: str | None, by: str | None, days: Days, time_zone: str) -> Condition:
    """Return the lines of one case, of one reader, of some local days, or of all of these."""
    zone = ZoneInfo(time_zone)
    after = days.last + timedelta(days=1) if days.last else None
    parts: list[Condition] = [Range("at", _midnight(days.first, zone), _midnight(after, zone))]
    if case_id is not None:
        parts.append(Equal("case_id", case_id))
    if by is not None:
        parts.append(Equal("by", by))
    return AllOf(parts)


def page_of(where: Condition, wanted: Wanted) -> Query:
    """Return the question for one page, newest first, and one line more."""
    value, tilde, last_id = wanted.after.rpartition("~")
    after: tuple[Scalar, str] | None = (value, last_id) if tilde and value and last_id else None
    return Query(where, sort="at", descending=True, after=after, limit=PAGE + 1)


def place_after(read: CaseRead) -> str:
    return f"{instant(read.at)}~{read.id}"


def split_by(by: str) -> tuple[Way, str]:
    """Return how somebody came in, and the id of their account, unit or token."""
    way, colon, who = by.partition(":")
    match way:
        case "account" | "link" | "token" if colon:
            return way, who
    return "other", by


def split_what(what: str) -> tuple[str, str]:
    """Return what was opened, and the reference that was looked for in the register."""
    kind, _, about = what.partition(":")
    return kind, about


def look_at_register(wanted: Wanted, *, as_file: bool) -> str:
    """Return how a look at the register stands in it."""
    kind = f"{REGISTER}_file" if as_file else REGISTER
    return f"{kind}:{wanted.reference}" if wanted.reference else kind


def _midnight(day: date | None, zone: ZoneInfo) -> str | None:
    return instant(datetime.combine(day, time.min, zone)) if day else None
