"""`recours ask`, `extend`, `answer`, `close`, `escalate` …: what a person does with a case."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from services.commands.opened import case_named, with_backends
from services.desk.acting import Acted, Actor
from services.desk.escalating import escalated, linked, refuse_escalation, second_level_id
from services.desk.refusing import refused
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.domain.case import Case
from shared.errors import Conflict, Poison, Refused
from shared.events import Event
from shared.ports.query import Equal, Query
from shared.ports.store import Store
from shared.runtime.settings import Settings

#: A case has three references in its id; see `reference_for`.
REFERENCE_TRIES = 3


def text_given(file: Path) -> str:
    """Return the text of a file, or of standard input for `-`; raise Refused when it is none."""
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError:
        raise Refused("no_file", f"{file} cannot be read. Nothing was changed.") from None
    except UnicodeDecodeError:
        raise Refused("not_utf8", f"{file} is not text in UTF-8. Nothing was changed.") from None


def act_on(
    reference: str,
    by: str,
    settings: Settings,
    out: Console,
    decide: Callable[[Case, Actor], Acted],
) -> None:
    """Do one act and say what follows; raise Refused, with nothing changed, when it cannot be."""
    case = _with_case(reference, by, settings, partial(act_in, decide=decide))
    act = case.acts[-1]
    if case.acknowledge_to or case.complainant.address:
        out.print(f"{case.reference}: {act.kind}. The person is told by e-mail.", highlight=False)
    else:
        out.print(
            f"{case.reference}: {act.kind}. There is no address to write to.", highlight=False
        )


def change(
    reference: str, by: str, settings: Settings, out: Console, decide: Callable[[Case, Actor], Case]
) -> None:
    """Change a case without telling anybody."""

    async def work(store: Store, case: Case, actor: Actor) -> Case:
        return await _save(decide(case, actor), store)

    case = _with_case(reference, by, settings, work)
    due = f"; the answer is due on {case.due_on}" if case.due_on else ""
    out.print(f"{case.reference}: kept{due}.", highlight=False)


def escalate(reference: str, by: str, because: str, settings: Settings, out: Console) -> None:
    """Let the complaints office take the complaint, as a second case with its own clock."""
    second = _with_case(reference, by, settings, partial(take_up, because=because))
    message = f"{second.first_level} goes up as {second.reference}, due on {second.due_on}."
    out.print(message, highlight=False)


def refuse(reference: str, by: str, because: str, settings: Settings, out: Console) -> None:
    """Give a case back to the complaints office, which is told."""
    case = _with_case(reference, by, settings, partial(give_back, because=because))
    unit = case.refusals[-1].unit_id
    out.print(f"{case.reference}: {unit} → held, refused.", markup=False, highlight=False)
    out.print(f"The complaints office is told; the answer stays due on {case.due_on}.")


async def give_back(store: Store, case: Case, actor: Actor, *, because: str) -> Case:
    """Save the case that a unit refused with the event that tells the office, in one write."""
    held, event = refused(case, actor, because)
    return await _save(held, store, [event])


async def act_in(
    store: Store, case: Case, actor: Actor, *, decide: Callable[[Case, Actor], Acted]
) -> Case:
    """Save the case after the act with the event that tells it, in one write."""
    acted, event = decide(case, actor)
    return await _save(acted, store, [event])


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
    await _save(linked(first, kept), store)
    return kept


async def _save(case: Case, store: Store, emit: Sequence[Event] = ()) -> Case:
    try:
        return await store.cases.save(case, emit=emit)
    except Conflict:
        raise Refused(
            "changed_meanwhile",
            f"Somebody changed {case.reference} at the same moment. Nothing of yours was kept: "
            f"look again with `recours show {case.reference}`.",
        ) from None


def _with_case(
    reference: str,
    by: str,
    settings: Settings,
    work: Callable[[Store, Case, Actor], Awaitable[Case]],
) -> Case:
    department = load_department(settings.department)
    actor = Actor(by=by, at=SystemClock().now(), department=department)

    async def do(store: Store, _: object) -> Case:
        return await work(store, await case_named(store, reference), actor)

    return with_backends(settings, do)
