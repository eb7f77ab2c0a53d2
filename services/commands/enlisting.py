"""`recours account …`: accounts of the desk, their mandates and one-time links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from services.commands.opened import with_backends
from services.desk import enrolling
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.ports.query import Query
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.domain.account import Account, Mandate
    from shared.domain.envelope import Language
    from shared.ports.store import Store

MOST = 10_000


def list_accounts(settings: Settings, out: Console) -> None:
    async def work(store: Store, _: object) -> None:
        table = Table("name", "person", "mandates", "state", box=None)
        for account in await store.accounts.find(Query(sort="name", limit=MOST)):
            table.add_row(
                account.name,
                account.full_name,
                mandates_in_words(account.mandates),
                _state(account),
            )
        out.print(table)

    with_backends(settings, work)


def invite_account(
    settings: Settings,
    out: Console,
    name: str,
    full_name: str,
    role: str,
    unit: str | None,
    days: tuple[date | None, date | None],
    language: Language,
) -> None:
    department = load_department(settings.department)
    mandate = enrolling.mandate_for(role, unit, department, valid_from=days[0], valid_to=days[1])

    async def work(store: Store, _: object) -> tuple[Account, str]:
        now = SystemClock().now()
        return await enrolling.invite(store, name, full_name, mandate, now, language=language)

    _tell_link(settings, out, *with_backends(settings, work))


def print_link(settings: Settings, out: Console, name: str) -> None:
    async def work(store: Store, _: object) -> tuple[Account, str]:
        return await enrolling.link_again(store, name, SystemClock().now())

    _tell_link(settings, out, *with_backends(settings, work))


def withdraw_mandate(
    settings: Settings, out: Console, name: str, role: str, unit: str | None
) -> None:
    async def work(store: Store, _: object) -> Account:
        return await enrolling.withdraw(store, name, role, unit)

    account = with_backends(settings, work)
    out.print(
        f"{account.name}: {mandates_in_words(account.mandates) or 'no mandate'}.", markup=False
    )


def close(settings: Settings, out: Console, name: str) -> None:
    async def work(store: Store, _: object) -> Account:
        return await enrolling.close_account(store, name, SystemClock().now())

    out.print(f"{with_backends(settings, work).name}: closed, its sessions have ended.")


def _tell_link(settings: Settings, out: Console, account: Account, secret: str) -> None:
    until = account.link.until if account.link else None
    out.print(
        f"{account.name}: {mandates_in_words(account.mandates)}.", markup=False, highlight=False
    )
    out.print(f"Works once, until {until:%Y-%m-%d %H:%M} UTC; hand it over in person:")
    address = enrolling.link_address(settings.desk_url, account, secret)
    out.print(address, markup=False, highlight=False, soft_wrap=True)


def mandates_in_words(mandates: Sequence[Mandate]) -> str:
    """Return mandates on one line."""
    return ", ".join(
        f"{one.role}{f' of {one.unit_id}' if one.unit_id else ''}"
        f"{f' from {one.valid_from}' if one.valid_from else ''}"
        f"{f' to {one.valid_to}' if one.valid_to else ''}"
        for one in mandates
    )


def _state(account: Account) -> str:
    if account.closed_at:
        return "closed"
    if account.password_hash or account.subject:
        return "in use"
    return "invited" if account.link else "no password"
