"""A unit's list of cases: which ones, in which order, and how many of each kind. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, TypeVar, get_args
from urllib.parse import urlencode

from services.desk.rights import NOTHING, Rights
from shared.department import Department
from shared.domain.calendar import Calendar
from shared.domain.case import Case
from shared.domain.delays import running_pause
from shared.domain.document import Document
from shared.domain.reading import FlagName
from shared.domain.reference import parse_reference
from shared.ports.query import (
    AllOf,
    Condition,
    ContainsAny,
    Equal,
    Query,
    Range,
    Scalar,
    Words,
    index_value,
)

Tab = Literal["addressed", "concerning"]
Pick = Literal["all", "new", "mine", "soon", "late", "waiting", "closed"]
Order = Literal["due", "received", "activity"]
PICKS: tuple[Pick, ...] = get_args(Pick)
TABS: tuple[Tab, ...] = get_args(Tab)
ORDERS: dict[Order, str] = {"due": "to_answer_by", "received": "opened_at", "activity": "acted_at"}
FLAGS: tuple[FlagName, ...] = get_args(FlagName)
PAGE = 50
#: Nobody works by the last digit of a longer list, and to count all of it is to walk its index.
MOST_COUNTED = 10_000
#: Business days before the day due from which on it is near; the flags of a case say the same.
SOON = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for, as the address says it. `after` is where the page begins."""

    tab: Tab = "addressed"
    pick: Pick = "all"
    order: Order = "due"
    flag: FlagName | None = None
    unit: str = ""
    taken: str = ""
    text: str = ""
    after: str = ""
    number: int = 0

    def address(self, path: str, **changes: object) -> str:
        """Return the address of this list with `changes`, from its first page on."""
        then = replace(self, **{"after": "", "number": 0, **changes})  # type: ignore[arg-type]
        given = {
            "onglet": then.tab,
            "choix": then.pick,
            "tri": then.order,
            "signe": then.flag or "",
            "unite": then.unit,
            "prise": then.taken,
            "q": then.text,
            "apres": then.after,
            "rang": str(then.number or ""),
        }
        usual = {"onglet": "addressed", "choix": "all", "tri": "due"}
        told = {name: value for name, value in given.items() if value and usual.get(name) != value}
        return f"{path}?{urlencode(told)}" if told else path


def wanted_of(given: dict[str, str]) -> Wanted:
    """Return what an address asks for; nonsense in it counts as the usual."""
    return Wanted(
        tab=_one_of(given.get("onglet"), TABS, None) or "addressed",
        pick=_one_of(given.get("choix"), PICKS, None) or "all",
        order=_one_of(given.get("tri"), tuple(ORDERS), None) or "due",
        flag=_one_of(given.get("signe"), FLAGS, None),
        unit=given.get("unite", "")[:40],
        taken=given.get("prise", "")[:40],
        text=given.get("q", "")[:200].strip(),
        after=given.get("apres", "")[:200],
        number=int(number)
        if (number := given.get("rang", "")).isdigit() and len(number) < 7
        else 0,
    )


@dataclass(frozen=True, slots=True)
class Worklist:
    """The conditions of one visitor's lists on one day."""

    rights: Rights
    account_id: str
    calendar: Calendar
    today: date

    def of_tab(self, wanted: Wanted) -> Condition:
        """Return the cases of a tab, open and closed, within the filters beside it."""
        parts: list[Condition] = [self._tab(wanted.tab)]
        if wanted.unit:
            parts.append(Equal("unit_id", wanted.unit))
        if wanted.flag == "possible_disclosure" and not self.rights.everywhere:
            parts.append(NOTHING)  # that a case has this flag is not a unit's to know
        elif wanted.flag:
            parts.append(ContainsAny("flag_names", (wanted.flag,)))
        if wanted.taken:
            parts.append(Equal("taken_by", None if wanted.taken == "nobody" else wanted.taken))
        if wanted.text:
            parts.append(text_condition(wanted.text))
        return AllOf(parts)

    def where(self, wanted: Wanted) -> Condition:
        """Return the cases of a list; every one of them is among the visible ones."""
        return AllOf((self.of_tab(wanted), *self._pick(wanted.pick, wanted)))

    def counted(self, wanted: Wanted, pick: Pick) -> Condition:
        """Return the cases of a list as they are counted: the order does not matter."""
        return self.where(replace(wanted, pick=pick, order="due"))

    def query(self, wanted: Wanted) -> Query:
        """Return the question for one page and one case more, which says that there are others.

        Closed cases have no day due any more: newest first then."""
        closed = wanted.pick == "closed"
        sort = "opened_at" if closed and wanted.order == "due" else ORDERS[wanted.order]
        descending = closed or wanted.order == "activity"
        return Query(self.where(wanted), sort, descending, place_in(wanted.after), PAGE + 1)

    def _tab(self, tab: Tab) -> Condition:
        if tab == "addressed" or self.rights.everywhere:
            return self.rights.addressed
        if not self.rights.may("read"):
            return NOTHING
        return ContainsAny("concerned_units", sorted(self.rights.units))

    def _pick(self, pick: Pick, wanted: Wanted) -> list[Condition]:
        if pick == "closed":
            return [Equal("is_open", 0)]
        # Said as the index of the order says it, so that a page is read from there
        by_day = wanted.order == "due"
        is_open = Range("to_answer_by", at_least="") if by_day else Equal("is_open", 1)
        today = self.today.isoformat()
        match pick:
            case "all":
                # A search finds closed complaints as well: people ask about those
                return [] if wanted.text else [is_open]
            case "new":
                return [is_open, Equal("taken_by", None)]
            case "mine":
                return [is_open, Equal("taken_by", self.account_id)]
            case "late":
                return [Range("to_answer_by", at_least="", below=today), Equal("waits", 0)]
            case "soon":
                until = self.calendar.after(self.today, SOON + 1).isoformat()
                return [Range("to_answer_by", at_least=today, below=until), Equal("waits", 0)]
            case _:
                return [is_open, Equal("waits", 1)]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. `left` is in business days, negative when late, None without a day."""

    case: Case
    left: int | None
    total: int
    spent: int

    @property
    def closed(self) -> bool:
        return self.case.state == "closed"

    @property
    def stands(self) -> bool:
        return running_pause(self.case.pauses) is not None


def row_of(case: Case, department: Department, now: datetime) -> Row:
    """Return a case as a line: how many business days are left, and the share that has gone."""
    calendar = department.calendar
    today, start = calendar.day_of(now), calendar.day_of(case.received_at)
    due = case.due_on
    if due is None or case.state == "closed":
        return Row(case, None, 0, 0)
    left = calendar.between(today, due)
    total = max(calendar.between(start, due), 1)
    spent = min(max(total - left, 0), total)
    return Row(case, left, total, spent)


def text_condition(text: str) -> Condition:
    """Return what a search means: one complaint by its reference, or words."""
    reference = parse_reference(text)
    if reference is not None:
        return Equal("reference", reference)
    return Words(text)


def place_after(last: Document, query: Query) -> str:
    """Return where the page after this document begins, as an address carries it."""
    return f"{index_value(getattr(last, query.sort)) or ''}~{last.id}"


def place_in(text: str) -> tuple[Scalar, str] | None:
    """Return what `place_after` wrote, or None."""
    value, tilde, last_id = text.rpartition("~")
    return (value or None, last_id) if tilde and last_id else None


C = TypeVar("C", bound=str)


def _one_of(given: str | None, choices: tuple[C, ...], usual: C | None) -> C | None:
    return next((one for one in choices if one == given), usual)
