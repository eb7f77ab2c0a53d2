"""`recours account …`: who may use the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from services.commands.terminal import out
from shared.runtime.settings import read_settings

account = typer.Typer(no_args_is_help=True, help="Accounts of the desk.")

DAYS = ["%Y-%m-%d"]
Role = Annotated[
    str,
    typer.Argument(
        help="staff, agent, manager, complaints_office, authority, operations or privacy."
    ),
]
Unit = Annotated[str | None, typer.Option(help="The unit, for staff, agents and managers.")]
Day = Annotated[datetime | None, typer.Option(formats=DAYS)]


@account.command("list")
def account_list() -> None:
    """List accounts with their mandates."""
    from services.commands.enlisting import list_accounts

    list_accounts(read_settings(), out)


@account.command("invite")
def account_invite(
    name: str,
    full_name: str,
    role: Role,
    unit: Unit = None,
    valid_from: Day = None,
    valid_to: Day = None,
    language: Annotated[Literal["fr", "en"], typer.Option(help="fr or en.")] = "fr",
) -> None:
    """Make an account, or give it one mandate more, and print its one-time link."""
    from services.commands.enlisting import invite_account

    days = (valid_from.date() if valid_from else None, valid_to.date() if valid_to else None)
    invite_account(read_settings(), out, name, full_name, role, unit, days, language)


@account.command("link")
def account_link(name: str) -> None:
    """Print a new one-time link: for a forgotten password."""
    from services.commands.enlisting import print_link

    print_link(read_settings(), out, name)


@account.command("withdraw")
def account_withdraw(name: str, role: Role, unit: Unit = None) -> None:
    """Take a mandate away."""
    from services.commands.enlisting import withdraw_mandate

    withdraw_mandate(read_settings(), out, name, role, unit)


@account.command("close")
def account_close(name: str) -> None:
    """Close an account; its sessions end at once."""
    from services.commands.enlisting import close

    close(read_settings(), out, name)
