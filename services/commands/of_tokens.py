"""`recours token …`: which programs may use the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from services.commands.of_accounts import DAYS, Role
from services.commands.terminal import out
from shared.runtime.settings import read_settings

token = typer.Typer(no_args_is_help=True, help="Tokens of programs that use the desk.")


@token.command("make")
def token_make(
    name: Annotated[str, typer.Argument(help="The program; it stands beside what it does.")],
    role: Role,
    unit: Annotated[
        list[str] | None, typer.Option(help="The unit, for staff, agents and managers; or several.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAYS, help="Its last day; a year from now if none.")
    ] = None,
) -> None:
    """Make a token and print it: it is shown this once."""
    from services.commands.token_making import make_token

    make_token(read_settings(), out, name, role, unit or [], until.date() if until else None)


@token.command("list")
def token_list() -> None:
    """List tokens: what each may do, until when, and when it was last used."""
    from services.commands.token_making import list_tokens

    list_tokens(read_settings(), out)


@token.command("revoke")
def token_revoke(name: Annotated[str, typer.Argument(help="Its name, or its id.")]) -> None:
    """End a token at once."""
    from services.commands.token_making import revoke_token

    revoke_token(read_settings(), out, name)
