"""`recours hook …`: where other programs are told of events."""

from __future__ import annotations

from typing import Annotated

import typer

from services.commands.terminal import out
from shared.runtime.settings import read_settings

hook = typer.Typer(no_args_is_help=True, help="Where other programs are told of events.")

Name = Annotated[str, typer.Argument(help="The program, as its token is named.")]


@hook.command("make")
def hook_make(
    name: Name,
    url: Annotated[str, typer.Argument(help="https:// address that takes a POST.")],
    event: Annotated[
        list[str] | None,
        typer.Option(help="case.assigned, case.held, case.acted, message.added; all when none."),
    ] = None,
) -> None:
    """Tell a program of events from now on, and print the secret that signs them."""
    from services.commands.hook_making import make

    make(read_settings(), out, name, url, event or [])


@hook.command("list")
def hook_list() -> None:
    """List hooks: where, for what, and how much waits for each."""
    from services.commands.hook_making import list_hooks

    list_hooks(read_settings(), out)


@hook.command("secret")
def hook_secret(name: Name) -> None:
    """Print the secrets of a program's hooks again, the newest first."""
    from services.commands.hook_making import print_secrets

    print_secrets(read_settings(), out, name)


@hook.command("end")
def hook_end(name: Name) -> None:
    """End a program's hooks; what they are owed is not told any more."""
    from services.commands.hook_making import end

    end(read_settings(), out, name)
