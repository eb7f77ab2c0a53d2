"""Acts on a case, carried out: decided purely elsewhere, saved here in one write with events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from services.desk.acting import Acted, Actor
from services.desk.escalating import escalated, linked, refuse_escalation, second_level_id
from services.desk.refusing import refused
from services.router.handover import chosen_by_a_person, handed_over
from shared.department import Department
from shared.domain.case import Case
from shared.domain.remark import Remark
from shared.domain.unit import Unit
from shared.errors import Conflict, Poison, Refused
from shared.events import Event
from shared.ports.query import Equal, Query
from shared.ports.store import Store

#: A case has three references in its id; see `reference_for`.
REFERENCE_TRIES = 3
#: Others may save a case while somebody adds a remark to it; that changes nothing of the remark.
REMARK_TRIES = 5


async def act_in(
    store: Store, case: Case, actor: Actor, *, decide: Callable[[Case, Actor], Acted]
) -> Case:
    """Save the case after the act with the event that tells it, in one write."""
    acted, event = decide(case, actor)
    return await save_or_refuse(acted, store, [event])


async def take_up(store: Store, first: Case, actor: Actor, *, because: str) -> Case:
    """Save the second case with its event, then the first one with its way up.

    Whoever stops between the two does it again: the second case has always the same id.
    """
    refuse_escalation(first, actor)
    for attempt in range(REFERENCE_TRIES):
        second, event = escalated(first, actor, because, attempt=attempt)
        there = await store.cases.find(Query(Equal("reference", second.reference), limit=2))
        if all(other.id == second.id for other in there):
            break
    else:
        raise Poison("no_free_reference")
    await store.cases.add(second, emit=[event])
    kept = await store.cases.get(second_level_id(first)) or second
    await save_or_refuse(linked(first, kept), store)
    return kept


async def give_back(store: Store, case: Case, actor: Actor, *, because: str) -> Case:
    """Save the case that a unit refused with the event that tells the office, in one write."""
    held, event = refused(case, actor, because)
    return await save_or_refuse(held, store, [event])


async def give(
    case: Case,
    unit: Unit,
    store: Store,
    department: Department,
    *,
    by: str,
    because: str,
    at: datetime,
) -> Case:
    """Save the case with its new unit and the event that tells it, in one write."""
    by, because = by.strip(), because.strip()
    if not by or not because:
        raise Refused("who_and_why", "Say who decides (--by) and why (--because).")
    chosen = chosen_by_a_person(case, unit, department, by=by, because=because, at=at)
    moved, told = handed_over(case, chosen, department, how="person", by=by, because=because)
    return await save_or_refuse(moved, store, [told])


async def add_remark(
    store: Store,
    case: Case,
    remark: Remark,
    *,
    change: Callable[[Case], Case],
    emit: Sequence[Event] = (),
) -> None:
    """Keep a remark, then what it changes of the case, on whatever version others left."""
    await store.remarks.add(remark)
    await _change_whatever(store, case, change, emit)


async def answer_question(
    store: Store,
    case: Case,
    question: Remark,
    reply: Remark,
    *,
    change: Callable[[Case], Case],
    emit: Sequence[Event] = (),
) -> None:
    """Keep the one answer to a question put to a colleague, then what it changes of the case, then
    that the question waits no more. Whoever stops in between does it again, with the same event;
    another answer is refused."""
    if not await store.remarks.add(reply):
        there = await store.remarks.get(reply.id)
        if there is None or there.text != reply.text:
            raise Refused("answered", "This question has its answer already. Nothing was changed.")
    await _change_whatever(store, case, change, emit)
    with suppress(Conflict):  # the same answer, sent twice at one moment
        await store.remarks.save(question.changed(answered_at=reply.at))


async def _change_whatever(
    store: Store, case: Case, change: Callable[[Case], Case], emit: Sequence[Event]
) -> None:
    for _ in range(REMARK_TRIES):
        try:
            await store.cases.save(change(case), emit=emit)
        except Conflict:
            case = await store.cases.get(case.id) or case
        else:
            return
    raise Refused("changed_meanwhile", f"{case.reference} is being changed; the remark is kept.")


async def save_or_refuse(case: Case, store: Store, emit: Sequence[Event] = ()) -> Case:
    """Save the case; raise Refused when somebody changed it since it was loaded."""
    try:
        return await store.cases.save(case, emit=emit)
    except Conflict:
        raise Refused(
            "changed_meanwhile",
            f"Somebody changed {case.reference} at the same moment. Nothing of yours was kept: "
            f"look again with `recours show {case.reference}`.",
        ) from None
