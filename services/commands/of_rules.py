"""`recours rules …`: the department's tables, checked, tried on past cases, put in place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.commands.terminal import out
from shared.runtime.settings import read_settings

rules = typer.Typer(no_args_is_help=True, help="The department's tables.")


@rules.command("check")
def rules_check() -> None:
    """Check the department's tables and templates; exit 1 when something is wrong."""
    from services.commands.checking_rules import check_rules

    raise typer.Exit(check_rules(read_settings(), out))


@rules.command("replay")
def rules_replay(
    new: Annotated[Path, typer.Argument(help="A whole rules.csv to try.")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Cases opened from this day on.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write a line for each case that changes.")
    ] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="Write a map (SVG) of how many move.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Move them, after a question.")] = False,
    name: Annotated[
        str | None, typer.Option("--yes-i-am", help="With --apply: who moves them; no question.")
    ] = None,
) -> None:
    """Show which past cases new rules would move; changes nothing without --apply."""
    from services.commands.replaying_rules import asked_at_a_terminal, replay_rules

    asking = (lambda _: name) if name else asked_at_a_terminal(out)
    day = since.date() if since else None
    replay_rules(
        new, read_settings(), out, since=day, csv_file=csv, map_file=map_file,
        asking=asking if apply else None,
    )  # fmt: skip


@rules.command("import")
def rules_import(file: Annotated[Path, typer.Argument(help="One whole table.")]) -> None:
    """Put a table of the department in place, checked with all others; the old one is kept.

    A CSV file in UTF-8 or cp1252, with commas, semicolons or tabs; the first line names columns.

    Offices: id, kind, name_fr, name_en, address, mailbox, phone, region, municipality_code,
    aliases, former_names, valid_from, valid_to, successor, source; managers if you like.

    Rules: id, scope_kind, scope_value, unit_id, valid_from, valid_to, source; programme if you
    like. Programmes: id, name_fr, name_en, words.

    Postal codes under your own licence: postal_code, unit_id; valid_from, valid_to if you like.

    Days are written 2026-01-31. Anything wrong is said with its line, and nothing changes.
    """
    from services.commands.importing_table import import_table

    import_table(file, read_settings(), out)
