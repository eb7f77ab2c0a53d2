"""Cases for other programs: the list, one case, and the acts on it. The pages' own code decides."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from services.desk.acts import ACTS, ON_ANY_VERSION, ActName, acts_for
from services.desk.api.answers import Acted, CasePage, CaseWhole
from services.desk.api.callers import Caller, Reader, Served, read_case, seen_case
from services.desk.api.problems import documented
from services.desk.api.shown import acted_of, line_of, whole_of
from services.desk.desk import Desk
from services.desk.opening_case import for_unit
from services.desk.pages.of_case import load_file
from services.desk.performing import Performer, perform
from services.desk.worklist import (
    Order,
    Pick,
    Tab,
    Wanted,
    Worklist,
    place_after,
    place_in,
    row_of,
)
from shared.domain.act import Motive, Outcome
from shared.domain.case import Case
from shared.domain.document import Value
from shared.domain.envelope import Language
from shared.domain.reading import FlagName
from shared.domain.recourse import Since
from shared.errors import Refused

MOST = 100
USUAL = 50

Day = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})
]
Id = Annotated[str, Field(max_length=80)]
#: As many characters as the acts allow, and some: they say in words what is too long.
Text = Annotated[str, Field(max_length=40_000)]


class Asked(Value):
    """A list that is wanted: the filters of the worklist, and where the page begins."""

    tab: Tab = Field("addressed", description="Addressed to the units of the token, or concerning.")
    pick: Pick = "all"
    order: Order = "due"
    flag: FlagName | None = None
    unit: Id = ""
    taken: Id = Field("", description="Id of an account, or `nobody`.")
    q: str = Field("", max_length=200, description="A reference, or words.")
    after: str = Field("", max_length=200, description="`next` of the page before.")
    limit: int = Field(USUAL, ge=1, le=MOST)


class ActAsked(Value):
    """An act: the version of the case that was read, and the fields that the act takes."""

    version: int = Field(ge=1, le=2**31, strict=True)
    text: Text = ""
    until: Day | None = None
    unit: Id = ""
    colleague: Id = ""
    because: Text = ""
    day: Day | None = None
    language: Language | None = None
    event: str = Field("", max_length=200, description="Empty: tied to no event any more.")
    outcome: Outcome | None = None
    motive: Motive | None = None
    satisfied: bool = Field(False, strict=True)
    told: Literal["notice", "orally", "letter"] | None = None
    told_on: Day | None = None
    cleared: bool = Field(False, strict=True)
    since: dict[Since, Day] = Field(
        {}, description="Days that delays of recourses count from, where they are known."
    )

    @property
    def given(self) -> dict[str, str]:
        """The same as a form of the desk sends it."""
        fields = self.model_dump(exclude={"version", "since"})
        typed = {name: "1" if value is True else value for name, value in fields.items() if value}
        return typed | {f"since_{name}": day for name, day in self.since.items()}


router = APIRouter()


@router.get("/cases", responses=documented())
async def list_cases(desk: Served, caller: Reader, asked: Annotated[Asked, Query()]) -> CasePage:
    """List cases, nearest day due first, as the worklist of the desk does."""
    return await _page(desk, caller, asked)


@router.get("/cases/{reference}", responses=documented())
async def read_one(desk: Served, caller: Reader, reference: str) -> CaseWhole:
    """Read one case with its messages, notices and timeline; the reading is recorded."""
    return await _whole(desk, caller, reference)


@router.post("/cases/{reference}/acts/{act}", responses=documented(409))
async def act_on_case(
    desk: Served, caller: Reader, reference: str, act: ActName, asked: ActAsked
) -> Acted:
    """Do something with a case, if it is still the version that was read."""
    return await _act(desk, caller, reference, act, asked)


async def _page(desk: Desk, caller: Caller, asked: Asked) -> CasePage:
    if asked.after and place_in(asked.after) is None:
        raise Refused("bad_place")
    wanted = Wanted(
        tab=asked.tab,
        pick=asked.pick,
        order=asked.order,
        flag=asked.flag,
        unit=asked.unit,
        taken=asked.taken,
        text=asked.q.strip(),
        after=asked.after,
    )
    lists = Worklist(caller.rights, caller.account.id, desk.department.calendar, caller.today)
    query = replace(lists.query(wanted), limit=asked.limit + 1)
    found, total = await asyncio.gather(
        desk.store.cases.find(query), desk.store.cases.count(lists.where(wanted))
    )
    page, now = found[: asked.limit], desk.clock.now()
    return CasePage(
        cases=tuple(line_of(row_of(_shown(caller, one), desk.department, now)) for one in page),
        total=total,
        next=place_after(page[-1], query) if len(found) > asked.limit else None,
    )


async def _whole(desk: Desk, caller: Caller, reference: str) -> CaseWhole:
    case, now = await read_case(desk, caller, reference, "case"), desk.clock.now()
    shown = _shown(caller, case)
    file = await load_file(desk, shown, rights=caller.rights)
    possible = acts_for(case, caller.rights, caller.account.id)
    row = row_of(shown, desk.department, now)
    return whole_of(file, row, possible, for_office=caller.rights.everywhere)


async def _act(desk: Desk, caller: Caller, reference: str, act: ActName, asked: ActAsked) -> Acted:
    case = await seen_case(desk, caller, reference)
    form = ACTS[act]
    if not caller.rights.may_with(form.doing, case):
        raise Refused("not_allowed")
    if asked.version != case.version and act not in ON_ANY_VERSION:
        raise Refused("changed_meanwhile")
    who = Performer(desk.store, caller.actor(desk), caller.account)
    await perform(who, case, form, asked.given)
    return acted_of(await desk.store.cases.get(case.id) or case)


def _shown(caller: Caller, case: Case) -> Case:
    return case if caller.rights.everywhere else for_unit(case)
