"""Open a case for a reader: check the link, load the case, record the reading – in that order."""

from __future__ import annotations

from services.desk.access import Answer, answer_for
from services.desk.desk import Desk, Link
from services.desk.rights import Rights
from shared.domain.case import Case
from shared.domain.case_read import CaseRead
from shared.domain.document import new_id
from shared.domain.reference import parse_reference
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store


async def open_case(desk: Desk, link: Link, *, what: str) -> tuple[Answer, Case | None]:
    """Return what the link gives, with the case only when it may be seen.

    `what` is "case", "document" or "original". The reading is in the store before this returns;
    raise Transient when it cannot be recorded, and then nothing may be shown.
    """
    genuine = link.genuine(desk.keys)
    now = desk.clock.now()
    in_time = genuine and now < link.until
    case = await desk.store.cases.get(link.case_id) if in_time else None
    answer = answer_for(
        genuine=genuine,
        in_time=in_time,
        case=case,
        unit_id=link.unit_id,
        complaints_office=desk.department.complaints_office,
    )
    if answer is not Answer.OPEN or case is None:
        return answer, None
    read = CaseRead(id=new_id(), case_id=case.id, at=now, by=f"link:{link.unit_id}", what=what)
    await desk.store.reads.add(read)
    return answer, case if link.unit_id == desk.department.complaints_office else for_unit(case)


def for_unit(case: Case) -> Case:
    """Return what a unit may see of a case: not that it was once taken for a disclosure."""
    flags = tuple(flag for flag in case.flags if flag.name != "possible_disclosure")
    return case.changed(flags=flags)


async def case_among(store: Store, rights: Rights, reference: str) -> Case | None:
    """Return a case by its reference if these rights show it: they stand in the query."""
    known = parse_reference(reference)
    if known is None:
        return None
    found = await store.cases.find(
        Query(AllOf((Equal("reference", known), rights.visible)), limit=1)
    )
    return found[0] if found else None
