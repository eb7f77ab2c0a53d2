"""`recours run`: start, say where to knock, and on a first run hand in the samples."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import aiosmtplib
from rich.console import Console

from services.__main__ import NAMES, run
from services.commands.handing_in import HandedIn, Handing, hand_in, prepared
from services.commands.mail_files import mail_files
from services.desk.enrolling import invite, link_address, mandate_for
from services.router.explaining import explain
from shared.department import Department, load_department
from shared.domain.case import Case
from shared.domain.envelope import Envelope
from shared.domain.notice import Notice
from shared.errors import Misconfigured, Refused
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store
from shared.runtime.process import Context
from shared.runtime.settings import Settings

SAMPLES = Path("deploy/samples")
#: Seconds that a sample may take from the door to the last notice; it takes well under one.
PATIENCE = 30.0


def start(names: Sequence[str], settings: Settings, out: Console) -> None:
    """Run until a signal. All services in one process also greet and show the first run."""
    unknown = set(names) - set(NAMES)
    if unknown:
        raise Refused(
            "no_such_service",
            f"{', '.join(sorted(unknown))}: no such service. They are: {', '.join(NAMES)}.",
        )
    tasks: set[asyncio.Task[None]] = set()

    def greet(context: Context, addresses: dict[str, str]) -> None:
        for name, address in addresses.items():
            scheme = "" if name == "smtp" else "http://"
            out.print(f"{name:<8} {scheme}{address}", highlight=False)
        if not names and settings.embedded:
            tasks.add(asyncio.ensure_future(_first_run(context, addresses["smtp"], out)))

    run(names, settings, when_ready=greet)


async def _first_run(context: Context, door: str, out: Console) -> None:
    store = context.store
    cases = await store.cases.count(AllOf(()))
    if await store.envelopes.count(AllOf(())):
        out.print(f"{cases} cases kept. `make samples` sends the samples again. Ctrl-C stops.")
        return
    try:
        department = load_department(context.settings.department)
    except Misconfigured:
        return  # said already; with broken tables the samples would only wait
    messages = _samples(department)
    out.print(f"First run: {len(messages)} sample complaints go in at the SMTP door.\n")
    with suppress(OSError, aiosmtplib.SMTPException):
        for answer in await hand_in(messages, door):
            await _tell(answer, store, department, out)
    out.print(
        f"\n{await store.cases.count(AllOf(()))} cases. See `.venv/bin/recours cases` and "
        f"`recours show REFERENCE`; mail that left: {context.settings.relay}. Ctrl-C stops."
    )
    await _open_the_desk(context, department, out)


async def _open_the_desk(context: Context, department: Department, out: Console) -> None:
    """Print one-time links for each kind of work, so that a newcomer sees the samples there."""
    counts = await context.store.cases.count_by("unit_id", Equal("state", "assigned"))
    units = {unit: n for unit, n in counts.items() if unit != department.complaints_office}
    unit = max(units, key=lambda one: (units[one], one), default=department.complaints_office)
    people = (
        ("agente", "Agente d’essai", "agent", unit),
        ("gestionnaire", "Gestionnaire d’essai", "manager", unit),
        ("bureau", "Bureau des plaintes, essai", "complaints_office", None),
        ("exploitation", "Exploitation, essai", "operations", None),
    )
    out.print("\nThe desk. Each link signs in once; `recours account link NAME` prints a new one:")
    for name, full_name, role, of_unit in people:
        mandate = mandate_for(role, of_unit, department)
        account, secret = await invite(
            context.store, name, full_name, mandate, context.clock.now(), sets_password=False
        )
        address = link_address(context.settings.desk_url, account, secret)
        what = f"{name} ({role}{f' of {of_unit}' if of_unit else ''})"
        out.print(f"  {what}\n    {address}", markup=False, highlight=False, soft_wrap=True)


def _samples(department: Department) -> list[Handing]:
    """Return the samples; none when the program runs from somewhere else."""
    found = mail_files([SAMPLES]) if SAMPLES.is_dir() else ()
    return list(prepared(found, department.addresses))


async def _tell(answer: HandedIn, store: Store, department: Department, out: Console) -> None:
    name = Path(answer.name).name
    if answer.envelope_id is None:
        out.print(f"{name}: not kept, {answer.reply}", markup=False)
        return
    envelope, case, notices = await _followed(answer.envelope_id, store)
    out.print(_line(name, envelope, case, notices, department), markup=False, soft_wrap=True)


async def _followed(
    envelope_id: str, store: Store
) -> tuple[Envelope | None, Case | None, list[Notice]]:
    """Wait until an envelope has its outcome, its case a unit or a reason, and its notices left."""
    envelope, case, notices = None, None, list[Notice]()
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < deadline:
        envelope = await store.envelopes.get(envelope_id)
        if envelope and envelope.outcome:
            case = await store.cases.get(envelope.case_id) if envelope.case_id else None
            notices = await _notices(case, store) if case else []
            if case is None or (case.state != "opened" and _all_left(notices)):
                break
        await asyncio.sleep(0.02)
    return envelope, case, notices


async def _notices(case: Case, store: Store) -> list[Notice]:
    query = Query(where=Equal("case_id", case.id), sort="created_at")
    return await store.notices.find(query)


def _all_left(notices: list[Notice]) -> bool:
    return bool(notices) and all(notice.state not in {"created", "sending"} for notice in notices)


def _line(
    name: str,
    envelope: Envelope | None,
    case: Case | None,
    notices: list[Notice],
    department: Department,
) -> str:
    outcome = envelope.outcome if envelope else None
    if outcome is None or case is None:
        return f"{name}\n  {outcome.kind if outcome else 'waiting'}: no case"
    decision = case.assignment or case.held
    why = explain(decision, department, case.language) if decision else "waiting for the router"
    told = [notice for notice in notices if notice.role == "complainant"]
    acknowledged = (
        f"acknowledgement {told[0].state} to {told[0].recipient}"
        if told
        else f"not acknowledged: {', '.join(case.silent_because) or 'no address'}"
    )
    kind = "" if outcome.kind == "opened" else f" ({outcome.kind} to a case that was there)"
    return f"{name}\n  {case.reference}{kind}  {why}\n  {acknowledged}"
