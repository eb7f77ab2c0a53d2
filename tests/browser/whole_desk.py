"""A desk with everything in it, for what every page and every act of it must do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI
from playwright.sync_api import Page

from services.desk.app import build_app
from services.desk.passwords import Passwords
from services.desk.signing_in import begin, new_link
from services.intake.children import Children
from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.account import Account, Role
from shared.domain.case import Case
from shared.domain.remark import Remark
from shared.ports.query import Equal, Query
from shared.ports.store import Store
from tests.at_the_desk import account
from tests.browser.hands import Hands
from tests.operating import System, settings_in
from tests.pages_samples import KEYS, NOW, OFFICE, StoppedClock, department
from tests.served_desk import served_desk

T = TypeVar("T")

#: Who is signed in here, with their role and unit.
PEOPLE: dict[str, tuple[Role, str | None]] = {
    "agent": ("agent", OFFICE),
    "colleague": ("agent", OFFICE),
    "elsewhere": ("agent", "DR-16"),
    "manager": ("manager", "DR-06"),
    "office": ("complaints_office", None),
    "authority": ("authority", None),
    "operations": ("operations", None),
    "privacy": ("privacy", None),
}
PASSWORD = "six mots que personne ne devine"


@dataclass
class WholeDesk:
    """What a test knows of the desk that it looks at, and how it asks the store."""

    system: System
    app: FastAPI
    children: Children
    loop: asyncio.AbstractEventLoop
    people: dict[str, Account] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    address: str = ""

    def tell(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what comes of work that is done where the store is: on the loop of the desk."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def enter(self, page: Page, who: str) -> None:
        """Sign one of PEOPLE in, without the page for it."""
        cookie = {"name": "recours", "value": self.secrets[who], "url": self.address}
        page.context.add_cookies([cookie])  # type: ignore[list-item]

    def open(self, hands: Hands, path: str) -> None:
        """Go to a page as from a bookmark."""
        hands.page.goto(self.address + path)

    def case(self, case: Case) -> Case:
        """Return a case as it is now."""
        found = self.tell(self.system.store.cases.get(case.id))
        assert found is not None
        return found

    def remarks(self, case: Case) -> list[Remark]:
        return self.tell(self.system.store.remarks.find(Query(Equal("case_id", case.id))))

    async def welcome(self, who: Account) -> str:
        """Keep an account and return the secret of its session."""
        kept = await self.system.store.accounts.save(who)
        self.people[who.name] = kept
        an_hour_ago = NOW - timedelta(hours=1)
        return (await begin(self.system.store, kept, an_hour_ago, how="password")).secret

    async def with_password(self, name: str, role: Role, unit: str | None) -> Account:
        """Keep an account whose password is PASSWORD."""
        hash_ = await Passwords().hashed(PASSWORD)
        return await self.system.store.accounts.save(account(name, role, unit, password_hash=hash_))

    async def with_link(self, name: str) -> str:
        """Keep an account and return the end of its one-time link, which sets a password."""
        link, secret = new_link(NOW, sets_password=True)
        kept = await self.system.store.accounts.save(account(name, "agent", OFFICE, link=link))
        return f"{kept.id}/{secret}"


@contextmanager
def whole_desk(folder: Path) -> Iterator[WholeDesk]:
    """Serve a desk that has people and nothing else yet."""
    children = Children(max_workers=1)
    desks: list[WholeDesk] = []

    async def build(store: Store) -> FastAPI:
        assert isinstance(store, SqliteStore)
        bus = SqliteBus(store.file, StoppedClock())
        system = System(store, bus, settings_in(folder))
        app = build_app(
            store=store,
            clock=system.clock,
            keys=KEYS,
            department=department(),
            desk_url="http://bureau.example",
            public_url="http://plaintes.example",
            children=children,
            bus=bus,
            settings=system.settings,
            watch=system.watch,
        )
        desk = WholeDesk(system, app, children, asyncio.get_running_loop())
        desks.append(desk)
        for name, (role, unit) in PEOPLE.items():
            desk.secrets[name] = await desk.welcome(account(name, role, unit))
        return app

    with served_desk(folder, build) as address:
        desk = desks[0]
        desk.address = address
        try:
            yield desk
        finally:
            desk.tell(children.close())
