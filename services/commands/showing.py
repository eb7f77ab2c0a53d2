"""`recours show` and `recours outgoing show`: one case, one notice, for a person at a terminal."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

from rich.console import Console

from services.commands.held import held_since
from services.commands.listing import local
from services.commands.opened import case_named, with_backends
from services.notifier.printing import letter_to_print
from services.router.explaining import explain
from shared.department import Department, load_department
from shared.domain.assignment import Move
from shared.domain.case import Case
from shared.domain.delays import running_pause
from shared.domain.language import ground_of
from shared.domain.notice import Notice
from shared.errors import Refused
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store
from shared.runtime.settings import Settings

#: What their server told us of a notice, in words.
_REPORTS: dict[str, str] = {
    "delivered": "their server has it,",
    "delayed": "their server still tries,",
    "passed_on": "passed on to a server that reports nothing,",
    "full": "came back, mailbox full,",
    "refused": "came back, refused,",
    "dead": "came back, no such address,",
}


def show_case(text: str, settings: Settings, out: Console, *, language: str | None) -> None:
    department = load_department(settings.department)

    async def work(store: Store, _: object) -> None:
        case = await case_named(store, text)
        _show_head(out, case, department, language or case.language)
        where = Equal("case_id", case.id)
        for message in await store.messages.find(Query(where=where, sort="at")):
            out.print(f"\n[bold]{local(message.at)}[/bold], {message.channel}")
            out.print(message.reading.own_text, markup=False, highlight=False)
            states = {each.part: f", {each.state}" for each in message.documents}
            for attachment in message.reading.attachments:
                size = f"{attachment.size:,} bytes"
                found = states.get(attachment.part, "")
                out.print(f"  + {attachment.name} ({attachment.detected_type}, {size}{found})")
        out.print()
        for notice in await store.notices.find(Query(where=where, sort="created_at")):
            out.print(_line_of(notice), markup=False)

    with_backends(settings, work)


def show_notice(notice_id: str, settings: Settings, out: Console) -> None:
    async def work(store: Store, _: object) -> None:
        notice = await notice_named(store, notice_id)
        raw = await store.notices.raw(notice.id) or b""
        out.print(_line_of(notice), markup=False)
        out.print(f"return path <{notice.return_path}>, Message-ID <{notice.message_id}>\n")
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        body = mail.get_body(("plain",))
        out.print(body.get_content() if body else "", markup=False, highlight=False)

    with_backends(settings, work)


def write_letter(notice_id: str, file: Path, settings: Settings, out: Console) -> None:
    """Write the letter of a person without e-mail to a file that any browser prints."""

    async def work(store: Store, _: object) -> str:
        notice = await notice_named(store, notice_id)
        case = await case_named(store, notice.case_id)
        if notice.way == "mail":
            raise Refused("no_letter", f"{notice.id[:8]} goes by mail: no letter waits.")
        raw = await store.notices.raw(notice.id) or b""
        return letter_to_print(raw, case.complainant)

    file.write_text(with_backends(settings, work), encoding="utf-8")
    done = "`recours outgoing done` records it once it is posted or told"
    out.print(f"{file} is written; {done}.", markup=False)


def _show_head(out: Console, case: Case, department: Department, language: str) -> None:
    who = case.complainant
    out.print(f"[bold]{case.reference}[/bold]  {case.state}, tray {case.tray}")
    out.print(f"received  {local(case.received_at)} by {case.channel}", highlight=False)
    out.print(f"from      {who.name} <{who.address or ''}>", markup=False, highlight=False)
    out.print(f"subject   {case.subject}", markup=False, highlight=False)
    sure = f"{case.language_confidence:.2f}, {ground_of(case)}"
    out.print(f"language  {case.language} ({sure})", highlight=False)
    out.print(f"answer    due {case.due_on_text or 'not set yet'}", highlight=False)
    for flag in case.flags:
        about = f" ({flag.because})" if flag.because else ""
        out.print(f"flag      {flag.name}{about}: {flag.words}", markup=False, highlight=False)
    if case.forwarded_by:
        out.print(f"passed on by {case.forwarded_by}", markup=False, highlight=False)
    if case.silent_because:
        out.print(f"not acknowledged: {', '.join(case.silent_because)}")
    if case.claims_reference:
        out.print(f"claims to belong to {case.claims_reference}; nobody confirmed it")
    decision = case.assignment or case.held
    if decision is not None:
        out.print(f"why       {explain(decision, department, language)}", markup=False)
    if case.held is not None:
        out.print(f"held      {held_since(case.held, department)}", highlight=False)
    for move in case.moves:
        out.print(f"moved     {_move(move)}", markup=False, highlight=False)
    _show_notes(out, case)
    _show_acts(out, case)


def _show_notes(out: Console, case: Case) -> None:
    """Say what persons noted about a case: refused, in touch, receipt confirmed."""
    lines = [
        f"refused   {local(one.at)}  by {one.unit_id}, {one.by}: {one.because}"
        for one in case.refusals
    ]
    if case.contacted_by:
        lines.append(f"contact   {local(case.contacted_at)}  by {case.contacted_by}")
    if case.receipt:
        lines.append(f"receipt   {local(case.receipt.at)}  by {case.receipt.by}")
    elif case.awaits_receipt:
        lines.append("receipt   not confirmed yet: `recours confirm`")
    for line in lines:
        out.print(line, markup=False, highlight=False)


def _show_acts(out: Console, case: Case) -> None:
    """Say what persons did with a case, and how it ended."""
    for act in case.acts:
        until = f", until {act.day}" if act.day else ""
        out.print(f"{act.kind:<9} {local(act.at)}  by {act.by}{until}", markup=False)
    if pause := running_pause(case.pauses):
        out.print(f"paused    since {local(pause.began_at)}: {pause.reason}", highlight=False)
    if case.second_level or case.first_level:
        out.print(f"level     {case.level}, see {case.second_level or case.first_level}")
    if case.closing:
        told = case.closing.told
        day = f"on {told.on}" if told and told.on else "once the notice below was posted or told"
        how = f"recourses told by {told.how} {day}" if told else "the person is satisfied"
        out.print(f"outcome   {case.closing.outcome}, {case.closing.motive}; {how}")
    if case.satisfaction:
        out.print(f"satisfied {case.satisfaction.answer}")


def _move(move: Move) -> str:
    before = move.from_unit or f"held ({move.held_because})"
    how = "with new rules, " if move.how == "rules" else ""
    return f"{local(move.at)}  {before} → {move.to_unit}, {how}by {move.by}: {move.because}"


def _line_of(notice: Notice) -> str:
    error = notice.withheld_because if notice.state == "withheld" else notice.last_error
    tail = f" ({error})" if error else ""
    whom = f"to {notice.recipient}" if notice.way == "mail" else f"by {notice.way}"
    at = local(notice.sent_at or notice.created_at)
    told = f"; {_REPORTS[notice.report]} {local(notice.reported_at)}" if notice.report else ""
    acts = "".join(f"; {act.what} by {act.by} {local(act.at)}" for act in notice.acts)
    others = f" {notice.digest_id[:8]}" if notice.digest_id else ""
    others = f", tells {len(notice.covers)} alerts" if notice.covers else others
    return f"{at}  {notice.kind} {whom}: {notice.state}{others}{tail}{told}{acts}"


async def notice_named(store: Store, notice_id: str) -> Notice:
    """Return the notice of an id or of its first eight characters."""
    if notice := await store.notices.get(notice_id):
        return notice
    query = Query(where=AllOf(()), sort="created_at", descending=True, limit=1000)
    found = [one for one in await store.notices.find(query) if one.id.startswith(notice_id)]
    if len(found) != 1:
        message = f"{notice_id} names no single notice. `recours outgoing list` shows them."
        raise Refused("no_such_notice", message)
    return found[0]
