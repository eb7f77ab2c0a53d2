"""`recours rules replay`: new rules over past cases. Nothing changes unless a person applies it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress

from services.commands.coloured_map import coloured_map
from services.commands.opened import with_backends
from services.commands.past_cases import PAGE, decide_again, opened_since, past_cases
from services.commands.replay_report import COLUMNS, line_of, show_tally
from services.router.checking import check
from services.router.handover import handed_over
from services.router.locating.gazetteer import Gazetteer, load_gazetteer
from services.router.replaying import Outcome, Tally, outcome_of, unit_in
from shared.adapters.system_clock import SystemClock
from shared.department import Department, load_department, with_rules
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from shared.domain.reading import Message
from shared.errors import Conflict, Misconfigured, Refused
from shared.ports.store import Store
from shared.runtime.settings import Settings

#: What a person types to let new rules move cases.
WORD = "MOVE"
#: Returns who applies it, or "" when nobody does, given how many cases would move.
Asking = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Replay:
    """New tables beside those in force; `name` is that of the new file."""

    new: Department
    in_force: Department
    gazetteer: Gazetteer
    name: str
    at: datetime

    async def outcome(self, case: Case, first: Message | None, store: Store) -> Outcome:
        """Return what the new rules change; the rules in force are asked only if they do."""
        decision = await self._decide(case, first, store, self.new)
        if unit_in(decision) == case.unit_id:
            return outcome_of(case, decision)
        return outcome_of(case, decision, await self._decide(case, first, store, self.in_force))

    async def assignment(self, case: Case, store: Store) -> Assignment | None:
        first = await store.messages.get(case.first_message_id) if case.first_message_id else None
        decision = await self._decide(case, first, store, self.new)
        return decision if isinstance(decision, Assignment) else None

    async def _decide(
        self, case: Case, first: Message | None, store: Store, department: Department
    ) -> Assignment | Held:
        return await decide_again(
            case, first, store=store, department=department, gazetteer=self.gazetteer, at=self.at
        )


def replay_rules(
    file: Path,
    settings: Settings,
    out: Console,
    *,
    since: date | None,
    csv_file: Path | None,
    map_file: Path | None,
    asking: Asking | None,
) -> None:
    """Show who would move from where to where; `asking` is there when it is to be applied."""
    replay = prepared_replay(file, settings)
    start = datetime.combine(since, time(), ZoneInfo("America/Toronto")) if since else None

    async def work(store: Store, _: object) -> None:
        tally = await replayed(replay, store, out, since=start, csv_file=csv_file)
        show_tally(out, tally)
        if map_file:
            _write_map(map_file, tally, replay)
            out.print(f"Map: {map_file}", markup=False)
        by = asking(len(tally.applicable)) if asking and tally.applicable else ""
        if not by:
            out.print("Nothing was changed.")
            return
        moved = await applied(replay, tally, store, out, by=by)
        out.print(f"{moved} of {len(tally.applicable)} cases moved; their units are told.")

    with_backends(settings, work)


def prepared_replay(file: Path, settings: Settings) -> Replay:
    """Return the replay of a file; raise Misconfigured, with every line, when it is not sound."""
    in_force = load_department(settings.department)
    gazetteer = load_gazetteer(settings.department)
    new = with_rules(in_force, settings.department, file)
    faults = [one for one in check(new, gazetteer) if one.severity == "error"]
    if faults:
        raise Misconfigured("department", "\n".join(one.told(file.name) for one in faults))
    return Replay(new, in_force, gazetteer, file.name, SystemClock().now())


async def replayed(
    replay: Replay,
    store: Store,
    out: Console,
    *,
    since: datetime | None,
    csv_file: Path | None,
    page: int = PAGE,
) -> Tally:
    """Decide every case again, a page at a time, and return the sums."""
    tally = Tally()
    with ExitStack() as stack:
        write = None
        if csv_file:
            opened = stack.enter_context(csv_file.open("w", encoding="utf-8", newline=""))
            write = csv.writer(opened).writerow
            write(COLUMNS)
        progress = stack.enter_context(
            Progress(console=out, transient=True, disable=not out.is_terminal)
        )
        task = progress.add_task("Cases", total=await store.cases.count(opened_since(since)))
        async for case, first in past_cases(store, since=since, page=page):
            progress.advance(task)
            if case.state == "opened":
                continue
            outcome = await replay.outcome(case, first, store)
            tally.add(outcome, replay.new.units)
            if write and outcome.kind != "stays":
                write(line_of(outcome))
    return tally


def _write_map(file: Path, tally: Tally, replay: Replay) -> None:
    title = f"Plaintes déplacées / Complaints moved: {replay.name}"
    file.write_text(coloured_map(tally.regions, title), encoding="utf-8")


async def applied(replay: Replay, tally: Tally, store: Store, out: Console, *, by: str) -> int:
    """Move each case that the tally names, if nobody touched it since; return how many did."""
    moved = 0
    with Progress(console=out, transient=True, disable=not out.is_terminal) as progress:
        for case_id, version, to_unit in progress.track(tally.applicable, description="Moving"):
            case = await store.cases.get(case_id)
            untouched = case is not None and case.version == version
            if case and untouched and await _moved(case, to_unit, replay, store, by=by):
                moved += 1
            else:
                name = case.reference if case else case_id
                out.print(f"{name}: changed meanwhile, left as it is", markup=False)
    return moved


async def _moved(case: Case, to_unit: str, replay: Replay, store: Store, *, by: str) -> bool:
    """Move one case, with who and why; return False when somebody else saved it first."""
    to = await replay.assignment(case, store)
    if to is None or to.unit_id != to_unit:
        return False
    because = f"new rules {replay.name}, tables {replay.new.version}"
    changed, told = handed_over(case, to, replay.new, how="rules", by=by, because=because)
    try:
        await store.cases.save(changed, emit=[told])
    except Conflict:
        return False
    return True


def asked_at_a_terminal(out: Console) -> Asking:
    """Return what asks a person for a name and a word; raise Refused where nobody can answer."""

    def ask(number: int) -> str:
        if not out.is_terminal:
            raise Refused(
                "nobody_to_ask", "Nobody can confirm here. Say who applies it: --yes-i-am NAME."
            )
        by = out.input("Your name: ").strip()
        typed = out.input(f"{number} cases would move. Type {WORD} to move them: ").strip()
        return by if typed == WORD else ""

    return ask
