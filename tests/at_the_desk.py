"""People of the department at the desk: accounts that tests sign in with, and their browsers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from services.desk.signing_in import SignedIn, new_account
from services.intake.children import Children
from shared.domain.account import Account, Mandate, Role
from shared.domain.case import Case
from shared.ports.store import Store
from tests.pages_samples import NOW, OFFICE, StoppedClock, store_in
from tests.signed_in import browser_for, enter

TOKEN = re.compile(r'name="jeton" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="([^"]+)"')


def account(name: str, role: Role, unit: str | None = OFFICE, **fields: object) -> Account:
    """Return an account with one mandate, not saved yet."""
    of_unit = unit if role in ("staff", "agent", "manager") else None
    mandate = Mandate(role=role, unit_id=of_unit)
    return new_account(name, name.capitalize(), mandates=(mandate,), **fields)


@dataclass
class At:
    """A desk with one store; every browser that signs in is another `httpx` client."""

    store: Store
    clock: StoppedClock = field(default_factory=StoppedClock)
    children: Children = field(default_factory=partial(Children, max_workers=1))

    def client(self, person: SignedIn | None = None) -> httpx.AsyncClient:
        return browser_for(
            self.store,
            person,
            clock=self.clock,
            desk_url="http://bureau.example",
            public_url="http://plaintes.example",
            children=self.children,
        )

    async def sign_in(self, who: Account) -> httpx.AsyncClient:
        """Return the browser of somebody who has signed in."""
        return self.client(await enter(self.store, who, self.clock))

    async def reload(self, case: Case) -> Case:
        found = await self.store.cases.get(case.id)
        assert found is not None
        return found


@asynccontextmanager
async def the_desk(folder: Path) -> AsyncIterator[At]:
    async with store_in(folder) as store:
        at = At(store)
        try:
            yield at
        finally:
            await at.children.close()


async def do(
    client: httpx.AsyncClient, path: str, *, page: str | None = None, **fields: str
) -> httpx.Response:
    """Send a form as a browser does: with the token and the version of the page it stands on."""
    shown = await client.get(page or path)
    found, version = TOKEN.search(shown.text), VERSION.search(shown.text)
    given = {
        "jeton": found.group(1) if found else "",
        "version": version.group(1) if version else "",
    }
    return await client.post(path, data={**given, **fields})


def today() -> str:
    return NOW.date().isoformat()
