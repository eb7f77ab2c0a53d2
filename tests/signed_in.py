"""People of the department who are signed in: the one place that makes them for tests."""

from __future__ import annotations

from typing import Any

import httpx

from services.desk.app import build_app
from services.desk.signing_in import SignedIn, begin, new_account
from shared.department import Department
from shared.domain.account import Account, Mandate, Role
from shared.ports.clock import Clock
from shared.ports.store import Store
from tests.pages_samples import KEYS, NOW, StoppedClock, browser_of, department

DESK_URL = "http://plaintes.example"


async def enter(store: Store, account: Account, clock: Clock | None = None) -> SignedIn:
    """Begin a session of somebody, whose account is kept now if it is not yet."""
    kept = await store.accounts.get(account.id) or await store.accounts.save(account)
    return await begin(store, kept, clock.now() if clock else NOW, how="password")


async def signed_in(
    store: Store, role: Role, unit: str | None = None, *, name: str = "", full_name: str = ""
) -> SignedIn:
    """Make an account with one mandate, and begin a session."""
    mandate = Mandate(role=role, unit_id=unit)
    account = new_account(name or f"{role}.{unit}", full_name or "Odile Roy", mandates=(mandate,))
    return await enter(store, account)


def browser_for(
    store: Store,
    person: SignedIn | None,
    *,
    tables: Department | None = None,
    clock: Clock | None = None,
    desk_url: str = DESK_URL,
    **desk: Any,
) -> httpx.AsyncClient:
    """Return a browser that has somebody's session, on a desk of its own; `desk` is what else the
    desk is made with."""
    app = build_app(
        store=store,
        clock=clock or StoppedClock(),
        keys=KEYS,
        department=tables or department(),
        desk_url=desk_url,
        **desk,
    )
    client = browser_of(app)
    if person is not None:
        client.cookies.set("recours", person.secret)
    return client
