"""A desk whose people sign in with a scripted identity service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from services.desk.app import build_app
from services.desk.oidc.provider import Provider
from services.desk.signing_in import new_account
from shared.domain.account import Account, Mandate
from shared.ports.query import AllOf
from shared.ports.store import Store
from tests.pages_samples import KEYS, OFFICE, StoppedClock, browser_of, department, store_in
from tests.scripted_provider import CLIENT, SECRET, ScriptedProvider, scripted_provider

GO = "/bureau/entrer/oidc"
BACK = "/bureau/entrer/oidc/retour"
NAME = "agente@ministere.example"
DEPARTMENT = department()


@dataclass
class Scene:
    client: httpx.AsyncClient
    store: Store
    provider: ScriptedProvider
    clock: StoppedClock

    async def account(self, **fields: Any) -> Account:
        mandate = Mandate(role="agent", unit_id=OFFICE)
        account = new_account(NAME, "Agente", mandates=(mandate,), **fields)
        return await self.store.accounts.save(account)

    async def go(self, path: str = GO) -> dict[str, str]:
        """Ask to sign in; return what the browser takes along to the identity service."""
        answer = await self.client.get(path)
        assert answer.status_code == 302
        address = urlsplit(answer.headers["location"])
        assert address.path == "/authorize"
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.provider.nonce, self.provider.challenge = asked["nonce"], asked["code_challenge"]
        self.provider.now = int(self.clock.now().timestamp())
        return asked

    async def sign_in(self, path: str = GO) -> httpx.Response:
        asked = await self.go(path)
        return await self.client.get(f"{BACK}?code=c0de&state={asked['state']}")


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    async with store_in(folder) as store, scripted_provider() as service:
        clock = StoppedClock()
        app = build_app(
            store=store,
            clock=clock,
            keys=KEYS,
            department=DEPARTMENT,
            desk_url="https://bureau.example",
            provider=Provider(
                issuer=service.issuer, client_id=CLIENT, secret=SECRET, name="Clé du ministère"
            ),
        )
        async with browser_of(app) as client:
            client.base_url = httpx.URL("https://bureau.example")
            yield Scene(client, store, service, clock)


async def refused(here: Scene) -> str:
    """Sign in, see the sign-in page with the fault and no session; return the page."""
    before = await here.store.sessions.count(AllOf(()))
    answer = await here.sign_in()
    assert answer.status_code == 403
    assert 'role="alert"' in answer.text
    assert await here.store.sessions.count(AllOf(())) == before
    return answer.text


async def refused_as_a_stranger(here: Scene) -> str:
    page = await refused(here)
    assert "Vous n’avez pas de compte ici" in page
    return page
