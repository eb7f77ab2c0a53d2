"""`recours outgoing …`: mail that leaves, its state, and what a person may do about it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from services.commands.terminal import out
from shared.runtime.settings import read_settings

outgoing = typer.Typer(no_args_is_help=True, help="Notices: mail that leaves, and its state.")

Carried = Literal["posted", "told"]
By = Annotated[str, typer.Option(help="Who decides.")]


@outgoing.command("list")
def outgoing_list(
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.")] = 50,
) -> None:
    """List notices, newest first, with their state."""
    from services.commands import listing
    from services.commands.opened import with_backends
    from shared.ports.store import Store

    async def work(store: Store, _: object) -> None:
        listing.show_notices(out, await listing.notices(store, state=state, limit=limit))
        await listing.show_waiting_letters(out, store)

    with_backends(read_settings(), work)


@outgoing.command("show")
def outgoing_show(
    notice: str,
    letter: Annotated[
        Path | None, typer.Option(help="Write the letter to print (HTML) to this file.")
    ] = None,
) -> None:
    """Show a notice as it was or will be sent."""
    from services.commands.showing import show_notice, write_letter

    if letter:
        write_letter(notice, letter, read_settings(), out)
    else:
        show_notice(notice, read_settings(), out)


@outgoing.command("done")
def outgoing_done(
    notice: str,
    by: Annotated[str, typer.Option(help="Who did it.")],
    how: Annotated[Carried, typer.Option(help="posted, or told by phone.")],
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="On which day, if not today: it counts from then."),
    ] = None,
) -> None:
    """Record that a letter was posted, or told by phone, to a person without e-mail."""
    from services.commands.carrying_letters import carry
    from services.desk.notice_acts import posted, told

    act, day = {"posted": posted, "told": told}[how], on.date() if on else None
    carry(act, notice, read_settings(), out, by=by, how=how, on=day)


@outgoing.command("release")
def outgoing_release(notice: str, by: By) -> None:
    """Let a withheld notice go out: a person has decided that it may."""
    from services.commands.acting_on_notices import act_on_notice
    from services.desk.notice_acts import release

    act_on_notice(release, notice, read_settings(), out, by=by, done="goes out")


@outgoing.command("retry")
def outgoing_retry(notice: str, by: By) -> None:
    """Send once more a notice that did not arrive; a twin of one that did is never made."""
    from services.commands.acting_on_notices import act_on_notice
    from services.desk.notice_acts import retry

    act_on_notice(retry, notice, read_settings(), out, by=by, done="is sent once more")


@outgoing.command("stop")
def outgoing_stop(notice: str, by: By) -> None:
    """Withhold a notice that has not left; `release` lets it go after all."""
    from services.commands.acting_on_notices import act_on_notice
    from services.desk.notice_acts import stop

    act_on_notice(stop, notice, read_settings(), out, by=by, done="is withheld")
