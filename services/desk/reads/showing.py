"""Who has read which case, for the person who answers for privacy: never what stands in a case.

A look at this register is a line of it as well, kept before the page is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk
from services.desk.paths import PATHS
from services.desk.reads.register import (
    MOST_LINES,
    PAGE,
    Fault,
    Wanted,
    Way,
    days_of,
    lines,
    look_at_register,
    page_of,
    place_after,
    split_by,
    split_what,
    wanted_of,
)
from services.desk.reception import Visitor, behind_sign_in, show
from services.desk.sheets import download, sheet
from services.desk.signing_in import account_named
from shared.domain.case_read import REGISTER, CaseRead
from shared.domain.document import new_id
from shared.domain.envelope import Language
from shared.domain.reference import parse_reference
from shared.ports.query import Condition, Equal, In, Query, Scalar, index_value

#: Ids asked for in one question.
AT_ONCE = 500
COLUMNS = ("at", "reference", "way", "who", "id", "what", "looked_for")


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called: references of cases, names of accounts."""

    references: dict[str, str]
    accounts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as it is shown. `who` is a name, `id` that of the account, unit or token."""

    at: datetime
    reference: str
    way: Way
    who: str
    id: str
    what: str
    looked_for: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, as a condition, or what is wrong with it."""

    where: Condition | None
    faults: Sequence[Fault] = field(default_factory=tuple)


def routes(desk: Desk, language: Language) -> list[Route]:
    path = PATHS[language].reads
    return [
        Route(path, behind_sign_in(desk, language, show_reads, "audit")),
        Route(f"{path}/csv", behind_sign_in(desk, language, give_reads, "audit")),
    ]


async def show_reads(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Return a page of the register."""
    wanted = wanted_of(dict(request.query_params))
    return await _page(desk, visitor, request, wanted, await _asked(desk, wanted))


async def give_reads(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Return all lines that were asked for as a file; too many are refused in words."""
    wanted = wanted_of(dict(request.query_params))
    asked = await _asked(desk, wanted)
    if asked.where is None:
        return await _page(desk, visitor, request, wanted, asked)
    if await desk.store.reads.count(asked.where) > MOST_LINES:
        return await _page(desk, visitor, request, wanted, asked, too_many=True)
    await _record(desk, visitor, look_at_register(wanted, as_file=True))
    found = await _all(desk, asked.where)
    return download(
        f"{desk.pages.texts(visitor.language)('reads.file')}.csv",
        _file(desk, visitor.language, await _entries(desk, found)),
    )


async def _page(
    desk: Desk,
    visitor: Visitor,
    request: Request,
    wanted: Wanted,
    asked: Asked,
    *,
    too_many: bool = False,
) -> Response:
    found: list[CaseRead] = []
    total = 0
    if asked.where is not None:
        await _record(desk, visitor, look_at_register(wanted, as_file=False))
        found = await desk.store.reads.find(page_of(asked.where, wanted))
        total = await desk.store.reads.count(asked.where)
    shown, path = found[:PAGE], PATHS[visitor.language].reads
    return show(
        desk,
        visitor,
        request,
        "reads.html",
        status=400 if asked.faults or too_many else 200,
        wanted=wanted,
        faults=asked.faults,
        too_many=too_many,
        most=MOST_LINES,
        entries=await _entries(desk, shown),
        total=total,
        units=desk.department.units,
        more=wanted.address(path, place_after(shown[-1])) if len(found) > PAGE else "",
        csv=wanted.address(f"{path}/csv"),
    )


async def _asked(desk: Desk, wanted: Wanted) -> Asked:
    """Return the condition of the lines that were asked for, or every fault in the question."""
    faults: list[Fault] = []
    case_id = await _case_id(desk, wanted.reference) if wanted.reference else None
    if wanted.reference and case_id is None:
        faults.append("reference")
    by = await _reader(desk, wanted.who) if wanted.who else None
    if wanted.who and by is None:
        faults.append("who")
    days = days_of(wanted)
    if days is None or faults:
        return Asked(None, (*faults, "days") if days is None else faults)
    return Asked(lines(case_id, by, days, desk.department.calendar.time_zone))


async def _case_id(desk: Desk, reference: str) -> str | None:
    known = parse_reference(reference)
    if known is None:
        return None
    found = await desk.store.cases.find(Query(Equal("reference", known), limit=1))
    return found[0].id if found else None


async def _reader(desk: Desk, who: str) -> str | None:
    """Return the reader that a name to sign in with, or the id of a unit, stands for."""
    if account := await account_named(desk.store, who):
        return f"account:{account.id}"
    return f"link:{who.upper()}" if who.upper() in desk.department.units else None


async def _record(desk: Desk, visitor: Visitor, what: str) -> None:
    """Keep that somebody looks; raise Transient when it cannot be kept, and nothing is shown."""
    by, at = f"account:{visitor.account.id}", desk.clock.now()
    read = CaseRead(id=new_id(), case_id=REGISTER, at=at, by=by, what=what)
    await desk.store.reads.add(read)


async def _all(desk: Desk, where: Condition) -> list[CaseRead]:
    found: list[CaseRead] = []
    after: tuple[Scalar, str] | None = None
    while True:
        query = Query(where, sort="at", descending=True, after=after, limit=AT_ONCE)
        part = await desk.store.reads.find(query)
        found += part
        if len(part) < AT_ONCE:
            return found
        after = (index_value(part[-1].at), part[-1].id)


async def _entries(desk: Desk, reads: Sequence[CaseRead]) -> list[Entry]:
    names = await _names(desk, reads)
    return [_entry(read, names) for read in reads]


def _entry(read: CaseRead, names: Names) -> Entry:
    way, id_ = split_by(read.by)
    what, looked_for = split_what(read.what)
    return Entry(
        at=read.at,
        reference=names.references.get(read.case_id, ""),
        way=way,
        who=names.accounts.get(id_, "") if way == "account" else "",
        id=id_,
        what=what,
        looked_for=looked_for,
    )


async def _names(desk: Desk, reads: Sequence[CaseRead]) -> Names:
    """Return what the ids in some lines are called; one that is gone has no name."""
    ways = [split_by(read.by) for read in reads]
    references: dict[str, str] = {}
    for ids in _groups(read.case_id for read in reads if read.case_id != REGISTER):
        cases = await desk.store.cases.find(Query(In("id", ids), limit=AT_ONCE))
        references |= {case.id: case.reference for case in cases}
    accounts: dict[str, str] = {}
    for ids in _groups(id_ for way, id_ in ways if way == "account"):
        people = await desk.store.accounts.find(Query(In("id", ids), limit=AT_ONCE))
        accounts |= {person.id: person.full_name for person in people}
    return Names(references, accounts)


def _groups(ids: Iterable[str]) -> list[list[str]]:
    once = list(dict.fromkeys(ids))
    return [once[start : start + AT_ONCE] for start in range(0, len(once), AT_ONCE)]


def _file(desk: Desk, language: Language, entries: Iterable[Entry]) -> bytes:
    texts, local = desk.pages.texts(language), desk.department.calendar.local
    rows = (
        (
            local(entry.at).isoformat(timespec="seconds"),
            entry.reference,
            str(texts(f"reads.way_{entry.way}")),
            _named(desk, entry, language),
            entry.id,
            str(texts.get(f"reads.what_{entry.what}", entry.what)),
            entry.looked_for,
        )
        for entry in entries
    )
    return sheet(language, [str(texts(f"reads.column_{name}")) for name in COLUMNS], rows)


def _named(desk: Desk, entry: Entry, language: Language) -> str:
    unit = desk.department.units.get(entry.id) if entry.way == "link" else None
    return unit.name(language) if unit else entry.who
