"""`recours ask`, `extend`, `answer`, `close`, `escalate` …: what a person does with a case."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from services.commands.opened import case_named, with_backends
from services.desk.acting import Acted, Actor
from services.desk.carrying_out import act_in, give_back, save_or_refuse, take_up
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.domain.case import Case
from shared.domain.way import is_owed, notice_of_act, way_to
from shared.errors import Refused
from shared.ports.store import Store
from shared.runtime.settings import Settings


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
    out.print(f"{case.reference}: {case.acts[-1].kind}. {how_told(case)}", highlight=False)


def how_told(case: Case) -> str:
    """Say how the person is told the last act, and what that asks of somebody."""
    act = case.acts[-1]
    if not is_owed(case, act):
        return "There is no address to write to."
    way = way_to(case)
    if way == "mail":
        return "The person is told by e-mail."
    notice = notice_of_act(case.id, len(case.acts) - 1)[:8]
    what, how = ("A letter waits to be posted", "posted")
    if way == "phone":
        what, how = ("A call waits to be made", "told")
    return (
        f"{what}, and counts from then on. Write it with `recours outgoing show {notice} "
        f"--letter FILE`, then `recours outgoing done {notice} --how {how} --by NAME`."
    )


def change(
    reference: str, by: str, settings: Settings, out: Console, decide: Callable[[Case, Actor], Case]
) -> None:
    """Change a case without telling anybody."""

    async def work(store: Store, case: Case, actor: Actor) -> Case:
        return await save_or_refuse(decide(case, actor), store)

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
