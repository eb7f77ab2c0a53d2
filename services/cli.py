"""`recours …`: one short command per thing a person does. What it does stands elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.commands import of_acts
from services.commands.of_accounts import account
from services.commands.of_hooks import hook
from services.commands.of_outgoing import outgoing
from services.commands.of_rules import rules
from services.commands.of_tokens import token
from services.commands.terminal import out
from shared.errors import RecoursError, Refused
from shared.runtime.settings import read_settings

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Complaints: received, kept, routed to the unit that served the person, answered for.",
)  # fmt: skip
dead = typer.Typer(no_args_is_help=True, help="Dead letters: messages that need a person.")
parked = typer.Typer(no_args_is_help=True, help="Envelopes of which no case could be made.")
_groups = {
    "dead": dead, "parked": parked, "outgoing": outgoing, "rules": rules, "account": account,
    "token": token, "hook": hook,
}  # fmt: skip
for name, group in _groups.items():
    app.add_typer(group, name=name)
of_acts.register(app)

#: Columns of what goes to a file or another program: lines stay whole, so that they can be cut.
PIPED = 1000
Paths = Annotated[list[Path], typer.Argument(help="Mail files, folders, mboxes.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Limit = Annotated[int, typer.Option(help="How many at most.")]
State = Annotated[str | None, typer.Option(help="Only those in this state.")]
By = Annotated[str, typer.Option(help="Who decides.")]
LANGUAGE = typer.Option("--language", help="fr or en.")


@app.command()
def run(
    services: Annotated[
        list[str] | None, typer.Argument(help="intake, router, notifier, desk; all when none.")
    ] = None,
) -> None:
    """Start everything, or the services named; stop with Ctrl-C."""
    from services.commands.starting import start

    start(services or [], read_settings(), out)


@app.command()
def send(
    paths: Paths,
    to: Annotated[str | None, typer.Option(help="One of our addresses, for all of them.")] = None,
) -> None:
    """Hand mail in at the running SMTP door, and say what it answered."""
    from services.commands.sending_in import send_files

    raise typer.Exit(send_files(paths, read_settings(), out, to=to))


@app.command()
def read(paths: Paths) -> None:
    """Print what is read in each message, one JSON line each; never fails."""
    from services.commands.reading_files import read_files

    read_files(paths, read_settings())


@app.command()
def route(paths: Paths, as_json: AsJson = False, language: Annotated[str, LANGUAGE] = "fr") -> None:
    """Say which unit each message would go to, and why; nothing is kept or sent."""
    from services.commands.routing_files import route_files

    route_files(paths, read_settings(), out, as_json=as_json, language=language)


@app.command()
def locate(
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT…|-]", help="Texts; - or none: stdin.")
    ] = None,
    as_json: AsJson = False,
    language: Annotated[str, LANGUAGE] = "fr",
    on: Annotated[str | None, typer.Option(help="Day of the facts, as 2021-07-08.")] = None,
) -> None:
    """Say which place of Québec each text names, why, and which unit serves it."""
    from services.commands.locating import locate_texts

    locate_texts(texts or ["-"], read_settings(), as_json=as_json, language=language, on=on)


@app.command()
def cases(state: State = None, limit: Limit = 50) -> None:
    """List the newest cases; those held with their age and first candidate, oldest first."""
    from services.commands import listing
    from services.commands.held import show_held
    from services.commands.opened import with_backends
    from shared.department import load_department
    from shared.ports.query import AllOf
    from shared.ports.store import Store

    async def work(store: Store, _: object) -> None:
        found = await listing.newest_cases(store, state=state, limit=limit)
        total = await store.cases.count(AllOf(()))
        if state == "held":
            show_held(out, found, total, load_department(settings.department))
        else:
            listing.show_cases(out, found, total)

    settings = read_settings()
    with_backends(settings, work)


@app.command()
def show(reference: str, language: Annotated[str | None, LANGUAGE] = None) -> None:
    """Show a case: person, words, unit and why, dates, notices."""
    from services.commands.showing import show_case

    show_case(reference, read_settings(), out, language=language)


@app.command("read-again")
def read_again(reference: str) -> None:
    """Read once more a case whose message could not be read."""
    from services.commands.reading_again import read_case_again

    raise typer.Exit(read_case_again(reference, read_settings(), out))


@app.command()
def assign(
    reference: str,
    unit: Annotated[str, typer.Argument(help="Id of a unit, as in units.csv.")],
    by: By,
    because: Annotated[str, typer.Option(help="Why; kept with the case, never mailed.")],
    cleared: Annotated[
        bool, typer.Option("--not-a-disclosure", help="You decided: no disclosure of wrongdoing.")
    ] = False,
) -> None:
    """Give a held case to a unit, or an assigned one to another; the unit is told."""
    from services.commands.assigning_case import assign_by_hand

    assign_by_hand(reference, unit, read_settings(), out, by=by, because=because, cleared=cleared)


@app.command()
def queues() -> None:
    """Show how much waits in each queue."""
    from services.commands import listing
    from services.commands.opened import with_backends
    from shared.ports.bus import Bus

    settings = read_settings()

    async def work(_: object, bus: Bus) -> None:
        listing.show_depths(out, await bus.depths(), consumers=not settings.embedded)

    with_backends(settings, work)


@dead.command("list")
def dead_list(queue: Annotated[str | None, typer.Option(help="Only this queue.")] = None) -> None:
    """List dead letters, oldest first."""
    from services.commands.dead_letters import list_dead

    list_dead(read_settings(), out, queue)


@dead.command("show")
def dead_show(letter: str) -> None:
    """Show one dead letter: reason, attempts and ids."""
    from services.commands.dead_letters import show_dead

    show_dead(read_settings(), out, letter)


DeadBy = Annotated[str | None, typer.Option(help="Who does it; the user of the shell if unsaid.")]
DeadBecause = Annotated[str, typer.Option(help="Why.")]


@dead.command("requeue")
def dead_requeue(letter: str, by: DeadBy = None, because: DeadBecause = "") -> None:
    """Put one back on its queue, as if it came for the first time."""
    from services.commands.dead_letters import requeue_dead

    requeue_dead(read_settings(), out, letter, by=by, because=because)


@dead.command("discard")
def dead_discard(letter: str, by: DeadBy = None, because: DeadBecause = "") -> None:
    """Remove one for good. The document it names stays."""
    from services.commands.dead_letters import discard_dead

    discard_dead(read_settings(), out, letter, by=by, because=because)


@parked.command("list")
def parked_list() -> None:
    """List parked envelopes."""
    from services.commands.parked import list_parked

    list_parked(read_settings(), out)


@parked.command("show")
def parked_show(envelope: str) -> None:
    """Show a parked envelope's raw message as text."""
    from services.commands.parked import show_parked

    show_parked(read_settings(), out, envelope)


@parked.command("retry")
def parked_retry(envelope: str) -> None:
    """Read one again."""
    from services.commands.parked import retry_parked

    retry_parked(read_settings(), out, envelope)


@app.command()
def ledger(
    repair: Annotated[bool, typer.Option("--repair", help="Send on what never went on.")] = False,
) -> None:
    """Prove that accepted = opened + added + noted + parked + waiting."""
    from services.commands.reckoning import reckon_ledger

    raise typer.Exit(reckon_ledger(read_settings(), out, repair=repair))


@app.command()
def health(as_json: AsJson = False) -> None:
    """Ask the store, the bus and the doors whether they answer; exit 1 when one does not.

    What runs and is degraded, as a relay that is paused, is said in words.
    """
    from services.commands.asking_health import ask_health

    found = ask_health(read_settings())
    for part, state in found.items():
        out.print(json.dumps({part: state}) if as_json else f"{part:<8} {state}")
    well = all(state in ("ok", "off") or state.startswith("degraded: ") for state in found.values())
    raise typer.Exit(0 if well else 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. What we refuse is said in words, with exit status 2; other faults with 1."""
    if not out.is_terminal:
        out.width = PIPED
    try:
        app(args=list(arguments) if arguments is not None else None)
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except RecoursError as error:
        sys.stderr.write(f"{error} ({error.code}). Nothing was lost; try again.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
