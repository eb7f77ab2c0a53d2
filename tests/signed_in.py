"""Somebody of the department who is signed in, for tests of the desk's pages."""

from __future__ import annotations

from pathlib import Path

import httpx

from services.desk.app import build_app
from services.desk.signing_in import SignedIn, begin, new_account
from shared.department import Department
from shared.domain.account import Mandate, Role
from shared.ports.clock import Clock
from shared.ports.store import Store
from tests.pages_samples import KEYS, NOW, StoppedClock, browser_of, department

ROOT = Path(__file__).parent.parent
DESK_URL = "http://plaintes.example"


async def signed_in(
    store: Store, role: Role, unit: str | None = None, *, name: str = "", full_name: str = ""
) -> SignedIn:
    """Make an account with one mandate, and begin a session."""
    mandate = Mandate(role=role, unit_id=unit)
    account = new_account(name or f"{role}.{unit}", full_name or "Odile Roy", mandates=(mandate,))
    await store.accounts.add(account)
    return await begin(store, account, NOW, how="password")


def browser_for(
    store: Store,
    person: SignedIn | None,
    *,
    tables: Department | None = None,
    clock: Clock | None = None,
) -> httpx.AsyncClient:
    """Return a browser that has somebody's session, on a desk of its own."""
    app = build_app(
        store=store,
        clock=clock or StoppedClock(),
        keys=KEYS,
        department=tables or department(),
        desk_url=DESK_URL,
    )
    client = browser_of(app)
    if person is not None:
        client.cookies.set("recours", person.secret)
    return client
