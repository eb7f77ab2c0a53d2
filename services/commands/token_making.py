"""`recours token …`: tokens made, listed and revoked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from services.commands.enlisting import mandates_in_words
from services.commands.opened import with_backends
from services.desk import tokens
from services.desk.enrolling import mandate_for
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.ports.query import Query
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.domain.api_token import ApiToken
    from shared.ports.store import Store

MOST = 1000
USUAL = timedelta(days=365)


def make_token(
    settings: Settings, out: Console, name: str, role: str, units: list[str], until: date | None
) -> None:
    department = load_department(settings.department)
    mandates = [mandate_for(role, unit, department) for unit in units or [""]]
    now = SystemClock().now()
    today = department.calendar.day_of(now)
    last = until or today + USUAL

    async def work(store: Store, _: object) -> tuple[ApiToken, str]:
        return await tokens.make(store, name, mandates, now, until=last, today=today)

    token, secret = with_backends(settings, work)
    told = f"{token.name}: {mandates_in_words(token.mandates)}, until {token.valid_until}."
    out.print(told, markup=False, highlight=False)
    out.print("Shown this once; give it to the program and to nobody else:")
    out.print(secret, markup=False, highlight=False, soft_wrap=True)


def list_tokens(settings: Settings, out: Console) -> None:
    today = load_department(settings.department).calendar.day_of(SystemClock().now())

    async def work(store: Store, _: object) -> None:
        table = Table("name", "mandates", "until", "last used", "state", "id", box=None)
        for one in await store.tokens.find(Query(sort="name", limit=MOST)):
            used = str(one.last_used_on or "never")
            mandates = mandates_in_words(one.mandates)
            until = str(one.valid_until)
            table.add_row(one.name, mandates, until, used, _state(one, today), one.id)
        out.print(table)

    with_backends(settings, work)


def revoke_token(settings: Settings, out: Console, name: str) -> None:
    async def work(store: Store, _: object) -> list[ApiToken]:
        return await tokens.revoke(store, name, SystemClock().now())

    for one in with_backends(settings, work):
        out.print(f"{one.name}: revoked.", markup=False, highlight=False)


def _state(token: ApiToken, today: date) -> str:
    if token.revoked_at:
        return "revoked"
    return "good" if token.good_on(today) else "ran out"
