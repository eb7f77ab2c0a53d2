"""Lists of what there is: cases, queues, dead letters, parked envelopes, outgoing mail."""

from __future__ import annotations

from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from shared.domain.case import Case, State
from shared.domain.notice import Notice, NoticeState
from shared.errors import Refused
from shared.ports.bus import Bus, DeadLetter, QueueDepth
from shared.ports.query import AllOf, Condition, Equal, Query
from shared.ports.store import Store
from shared.runtime.ledger import Ledger
from shared.topology import BY_NAME

#: Ids that do not add up are printed up to here; the sum says how many there are in all.
MOST_DIFFERENCES = 50

_QUEBEC = ZoneInfo("America/Toronto")


def local(moment: datetime | None) -> str:
    """Return a moment in Québec's time, to the second."""
    return moment.astimezone(_QUEBEC).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


async def newest_cases(store: Store, *, state: str | None, limit: int) -> list[Case]:
    """Return cases, newest first; `state` keeps only those in it. Held ones wait: oldest first."""
    where = _in_state(state, get_args(State))
    newest = state != "held"
    return await store.cases.find(
        Query(where=where, sort="opened_at", descending=newest, limit=limit)
    )


def show_cases(console: Console, cases: list[Case], total: int) -> None:
    table = table_of("reference", "received", "state", "unit", "due", "lang", "subject")
    for case in cases:
        unit = case.unit_id or (f"held: {case.held.reason}" if case.held else "")
        table.add_row(
            case.reference,
            local(case.received_at),
            case.state,
            unit,
            case.due_on_text or "",
            case.language,
            case.subject[:60],
        )
    console.print(table)
    console.print(f"{len(cases)} of {total} cases")


def show_depths(console: Console, depths: list[QueueDepth], *, consumers: bool) -> None:
    """Print a row for each queue; `consumers` only where another process can count them."""
    columns = ["queue", "ready", "waiting for a retry", "dead letters"]
    table = table_of(*columns, *(["consumers"] if consumers else []))
    for depth in depths:
        numbers = [depth.ready, depth.waiting, depth.dead, *([depth.consumers] * consumers)]
        table.add_row(depth.name, *map(str, numbers))
    console.print(table)


async def all_dead(bus: Bus, queue: str | None) -> list[DeadLetter]:
    """Return the dead letters of one queue or of all; raise Refused for a queue nobody has."""
    if queue is not None and queue not in BY_NAME:
        raise Refused("no_such_queue", f"{queue} is no queue. They are: {', '.join(BY_NAME)}.")
    names = [queue] if queue else list(BY_NAME)
    return [letter for name in names for letter in await bus.dead_letters(name)]


async def dead_letter(bus: Bus, letter_id: str) -> DeadLetter:
    """Return the one dead letter whose id starts so; raise Refused otherwise."""
    found = [letter for letter in await all_dead(bus, None) if letter.id.startswith(letter_id)]
    if len(found) != 1:
        what = "no dead letter" if not found else f"{len(found)} dead letters"
        raise Refused(
            "no_such_letter", f"{what} with id {letter_id}… `recours dead list` shows them."
        )
    return found[0]


def show_dead(console: Console, letters: list[DeadLetter]) -> None:
    table = table_of("id", "queue", "died", "attempt", "reason")
    for letter in letters:
        table.add_row(
            letter.id[:8], letter.queue, local(letter.died_at), str(letter.attempt), letter.reason
        )
    console.print(table)
    console.print(_counted(len(letters), "dead letter"))


async def show_parked(console: Console, store: Store) -> None:
    where = Equal("outcome_kind", "parked")
    envelopes = await store.envelopes.find(Query(where=where, sort="received_at", limit=500))
    table = table_of("envelope", "received", "door", "size")
    for envelope in envelopes:
        table.add_row(
            envelope.id, local(envelope.received_at), envelope.channel, f"{envelope.size:,}"
        )
    console.print(table)
    hint = " Read one again with `recours parked retry ENVELOPE`." if envelopes else ""
    console.print(f"{len(envelopes)} parked.{hint}")


async def notices(store: Store, *, state: str | None, limit: int) -> list[Notice]:
    """Return notices, newest first; `state` keeps only those in it. Letters and calls wait: oldest
    first."""
    where = _in_state(state, get_args(NoticeState))
    newest = state != "to_print"
    return await store.notices.find(
        Query(where=where, sort="created_at", descending=newest, limit=limit)
    )


async def show_waiting_letters(console: Console, store: Store) -> None:
    """Say how many letters and calls wait for a person, of closed cases too, however long."""
    waiting = Equal("state", "to_print")
    oldest = await store.notices.find(Query(where=waiting, sort="created_at", limit=1))
    if not oldest:
        return
    count, since = await store.notices.count(waiting), local(oldest[0].created_at)[:10]
    console.print(
        f"{_counted(count, 'letter or call')} to post or tell, the oldest since {since}: "
        "`recours outgoing list --state to_print`.",
        highlight=False,
    )


def show_notices(console: Console, found: list[Notice]) -> None:
    table = table_of("notice", "created", "kind", "to", "state", "tries", "last error")
    for notice in found:
        table.add_row(
            notice.id[:8],
            local(notice.created_at),
            notice.kind,
            notice.recipient or f"by {notice.way}",
            notice.state,
            str(notice.attempts),
            notice.withheld_because if notice.state == "withheld" else notice.last_error,
        )
    console.print(table)
    console.print(_counted(len(found), "notice"))


def _counted(number: int, word: str) -> str:
    many = {"letter or call": "letters or calls"}.get(word, f"{word}s")
    return f"{number} {word if number == 1 else many}"


def _in_state(state: str | None, known: tuple[str, ...]) -> Condition:
    if state is not None and state not in known:
        raise Refused("no_such_state", f"{state} is no state. They are: {', '.join(known)}.")
    return Equal("state", state) if state else AllOf(())


def show_ledger(console: Console, ledger: Ledger) -> None:
    table = table_of("accepted", "opened", "added", "noted", "parked", "waiting")
    table.add_row(
        *(
            str(number)
            for number in (
                ledger.accepted,
                ledger.opened,
                ledger.added,
                ledger.noted,
                ledger.parked,
                ledger.waiting,
            )
        )
    )
    console.print(table)
    for difference in ledger.differences[:MOST_DIFFERENCES]:
        console.print(f"{difference.id}: {difference.because}")
    if len(ledger.differences) > MOST_DIFFERENCES:
        console.print(f"… and {len(ledger.differences) - MOST_DIFFERENCES} more")
    console.print("The ledger adds up." if ledger.adds_up else "The ledger does not add up.")


def table_of(*columns: str) -> Table:
    """Return an empty table without lines: each row is one that can be cut."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
