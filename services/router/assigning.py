"""case.opened, documents.read → case.assigned | case.held: the rules choose, or a person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from services.router.pointers import Beside
from services.router.refusals import unless_refused
from services.router.routing import route
from shared.domain.assignment import Assignment, Held, HeldReason
from shared.domain.clocks import due_days
from shared.domain.reading import DocumentText, Message, Reading
from shared.domain.reference import references_in
from shared.errors import Conflict, Poison, Transient
from shared.events import CaseAssigned, CaseHeld, CaseOpened, DocumentsRead, Event, caused_by
from shared.ports.query import In, Query

if TYPE_CHECKING:
    from services.router.locating.gazetteer import Gazetteer
    from shared.department import Department
    from shared.domain.case import Case, Tray
    from shared.ports.clock import Clock
    from shared.ports.store import Store

#: Characters of a person's words that are searched for places; they take some 8 ms. As many again
#: of their documents.
LONGEST = 64 * 1024
#: Of a signature with its disclaimer; an address stands at its beginning.
LONGEST_SIGNATURE = 4 * 1024
#: Cases looked up by references that a text quotes.
MOST_QUOTED = 10
#: From here on a text is searched in a thread, so that other work on the loop goes on.
LONG = 16 * 1024
_TRAYS: Mapping[Tray, HeldReason] = {
    "automatic": "automatic_mail",
    "spam": "spam",
    "unreadable": "unreadable",
}
#: Why a case is held that more text may lead to a unit.
_CURABLE: frozenset[HeldReason] = frozenset({"no_place", "ambiguous_place"})


async def assign_case(
    event: CaseOpened | DocumentsRead,
    *,
    store: Store,
    clock: Clock,
    department: Department,
    gazetteer: Gazetteer,
) -> None:
    """Give the case its unit or hold it, set its due days, and say so in one write.

    A case that is no longer just opened is left as it is, so a redelivery changes nothing; only
    documents that were read since may lead a case to its unit that was held for want of a place.
    Raise Poison when an opened case is not there, Transient when the store does not answer.
    """
    while True:
        case = await store.cases.get(event.case_id)
        if case is None:
            raise _missing(event)
        if case.state != "opened" and not _waits_for(case, event):
            return
        messages = await _messages(case, event, store)
        now = clock.now()
        decision = await decide_from_store(
            case, messages, store=store, department=department, gazetteer=gazetteer, at=now
        )
        try:
            await _keep(case, decision, event, store=store, department=department, now=now)
        except Conflict:
            continue
        return


def decide(
    case: Case,
    reading: Reading,
    documents: Sequence[DocumentText],
    *,
    department: Department,
    gazetteer: Gazetteer,
    at: datetime,
    quoted: Sequence[Case] = (),
) -> Assignment | Held:
    """Return the unit of a case, or why a person must choose. Pure.

    `quoted` are the cases whose reference the person's own words quote: see `references_of`.

    Documents are asked only when the person's own words lead to no unit for want of a place.
    Evidence of theirs has positions behind the own text; its words can be looked for.
    """
    reason = _TRAYS.get(case.tray)
    if reason is not None:
        return Held(reason=reason, at=at, rules_version=department.version)
    if not reading.searched:
        # Nobody looked whether it may be a disclosure, which no unit may see
        return Held(reason="nothing_proposed", at=at, rules_version=department.version)
    # Whom a colleague wrote to, who handed the complaint in, says nothing of who served the person
    to, cc = ((), ()) if case.forwarded_by else (reading.to, reading.cc)
    beside = Beside(tuple(quoted), to, cc)
    lead = partial(route, case, department=department, gazetteer=gazetteer, at=at, beside=beside)
    text, letters = text_of(case, reading), letters_of(reading, documents)
    decision = lead(text)
    if not letters or not _is_curable(decision):
        return decision
    second = lead(f"{text}\n\n{letters}")
    nothing_before = isinstance(decision, Held) and decision.reason == "no_place"
    return second if nothing_before or isinstance(second, Assignment) else decision


def text_of(case: Case, reading: Reading) -> str:
    """Return what the person wrote: own words, signature, subject, postal address; no quotes.

    The words come first, so that positions of evidence in them are positions in the own text. Of a
    complaint that a colleague handed in, they are those passed on: the colleague's own, and where
    that colleague works, say nothing of the person.
    """
    words, signature = reading.own_text, reading.signature[:LONGEST_SIGNATURE]
    if case.forwarded_by and reading.forwarded:
        words, signature = reading.forwarded.text or words, ""
    parts = (signature, case.subject, case.complainant.postal_address)
    rest = [part for part in parts if part]
    room = max(LONGEST - sum(len(part) + 2 for part in rest), 0)
    return "\n\n".join((words[:room], *rest))


def references_of(case: Case, reading: Reading) -> tuple[str, ...]:
    """Return the references of other cases that the person quotes, a handful at most."""
    found = references_in(text_of(case, reading))
    return tuple(one for one in found if one != case.reference)[:MOST_QUOTED]


def letters_of(reading: Reading, documents: Sequence[DocumentText]) -> str:
    """Return what came with the words, each with the same room: a mail passed on, documents, and
    of a first mail what looks like history, for a person may tell there what somebody wrote."""
    passed_on = reading.forwarded.text if reading.forwarded else ""
    is_first = not (reading.in_reply_to or reading.references)
    beside = (passed_on, reading.quoted_text if is_first else "")
    texts = [text for text in (*beside, *(each.text for each in documents)) if text]
    return "\n\n".join(text[: LONGEST // len(texts)] for text in texts)


def _missing(event: CaseOpened | DocumentsRead) -> Poison | Transient:
    if isinstance(event, DocumentsRead):  # a message is kept before its case
        return Transient("case_missing")
    return Poison("no_such_case", f"case {event.case_id} is not in the store")


def _waits_for(case: Case, event: CaseOpened | DocumentsRead) -> bool:
    """Say whether what was read may lead this case to a unit, and nobody has led it there yet."""
    is_held = case.state == "held" and case.tray == "ordinary" and case.assignment is None
    return isinstance(event, DocumentsRead) and is_held and _is_curable(case.held)


def _is_curable(decision: Assignment | Held | None) -> bool:
    return isinstance(decision, Held) and decision.reason in _CURABLE


async def _messages(case: Case, event: CaseOpened | DocumentsRead, store: Store) -> list[Message]:
    """Return the message that opened the case, and the one whose documents were read."""
    ids = [case.first_message_id, *([event.message_id] if isinstance(event, DocumentsRead) else [])]
    found = [await store.messages.get(each) for each in dict.fromkeys(ids) if each]
    return [message for message in found if message is not None]


async def decide_from_store(
    case: Case,
    messages: Sequence[Message],
    *,
    store: Store,
    department: Department,
    gazetteer: Gazetteer,
    at: datetime,
) -> Assignment | Held:
    """Return the decision about a case and its messages; a long text is searched in a thread."""
    first = next((each.reading for each in messages if each.id == case.first_message_id), Reading())
    if not all(each.reading.searched for each in messages):
        first = first.not_searched()
    documents = [document for message in messages for document in message.documents]
    work = partial(
        decide,
        case,
        first,
        documents,
        department=department,
        gazetteer=gazetteer,
        at=at,
        quoted=await _quoted(references_of(case, first), store),
    )
    if len(first.text) + sum(len(document.text) for document in documents) < LONG:
        return unless_refused(work(), case)
    return unless_refused(await asyncio.to_thread(work), case)


async def _quoted(references: Sequence[str], store: Store) -> list[Case]:
    if not references:
        return []
    where = In("reference", list(references))
    found = await store.cases.find(Query(where=where, limit=MOST_QUOTED))
    return sorted(found, key=lambda case: references.index(case.reference))


async def _keep(
    case: Case,
    decision: Assignment | Held,
    event: CaseOpened | DocumentsRead,
    *,
    store: Store,
    department: Department,
    now: datetime,
) -> None:
    if case.held and isinstance(decision, Held):
        # Still held: nobody is told again, but the candidates of the letter are shown
        better = decision.model_copy(update={"at": case.held.at})
        if better != case.held:
            await store.cases.save(case.changed(held=better))
        return
    told = _told(case.id, _cause(case, event), decision, now)
    await store.cases.save(_decided(case, decision, department), emit=[told])


def _cause(case: Case, event: CaseOpened | DocumentsRead) -> str:
    """Return the id that the event follows from: a case is told of once as it is opened."""
    if isinstance(event, DocumentsRead) and case.state == "opened":
        return caused_by(case.id, "case.opened")
    return event.id


def _decided(case: Case, decision: Assignment | Held, department: Department) -> Case:
    """Return the case with the decision and its due days; the day of receipt is day 0."""
    due = due_days(department.calendar, department.standards, case.received_at)
    assigned = isinstance(decision, Assignment)
    return case.changed(
        state="assigned" if assigned else "held",
        assignment=decision if assigned else None,
        held=None if assigned else decision,
        contact_due_on=due.contact_on,
        due_on=due.answer_on,
        policy_version=department.policy_version,
    )


def _told(case_id: str, cause: str, decision: Assignment | Held, now: datetime) -> Event:
    if isinstance(decision, Assignment):
        return CaseAssigned(id=caused_by(cause, "case.assigned"), at=now, case_id=case_id)
    return CaseHeld(id=caused_by(cause, "case.held"), at=now, case_id=case_id)
