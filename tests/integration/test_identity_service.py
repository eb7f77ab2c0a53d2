"""Signing in with a provider that is not ours: `oidc-provider-mock`, in a process of its own."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.desk.app import build_app
from services.desk.oidc.provider import Provider
from services.desk.signing_in import new_account
from shared.adapters.system_clock import SystemClock
from shared.domain.account import Mandate
from shared.ports.query import Query
from shared.ports.store import Store
from tests.pages_samples import KEYS, OFFICE, browser_of, department, store_in
from tests.waiting import until

DESK = "https://bureau.example"
NAME = "agente@ministere.example"
AWAY = 1  # a port on which nothing listens


@pytest.fixture
async def issuer(tmp_path: Path) -> AsyncIterator[str]:
    """Run the provider on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Authlib warns of its own coming versions there; that is nobody's concern here
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with (tmp_path / "provider.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    address = f"http://localhost:{port}"

    async def answers() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(address)).status_code == 200
        except httpx.HTTPError:
            return False

    try:
        await until(answers, 30)
        yield address
    finally:
        process.terminate()
        await process.wait()


def desk_on(store: Store, issuer: str) -> httpx.AsyncClient:
    app = build_app(
        store=store,
        clock=SystemClock(),
        keys=KEYS,
        department=department(),
        desk_url=DESK,
        provider=Provider(issuer=issuer, client_id="desk", secret="secret", name="Test"),
    )
    client = browser_of(app)
    client.base_url = httpx.URL(DESK)
    return client


async def allowed(address: str, sub: str) -> str:
    """Press the provider's button; return where it sends the browser."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.post(address, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def test_a_person_signs_in_there_and_works_here(tmp_path: Path, issuer: str) -> None:
    claims = {"email": NAME.upper(), "email_verified": True}
    async with httpx.AsyncClient(trust_env=False) as admin:
        (await admin.put(f"{issuer}/users/f7c1", json=claims)).raise_for_status()
    mandate = Mandate(role="agent", unit_id=OFFICE)
    async with store_in(tmp_path) as store, desk_on(store, issuer) as client:
        account = await store.accounts.save(new_account(NAME, "Agente", mandates=(mandate,)))
        for _ in range(2):
            there = (await client.get("/bureau/entrer/oidc")).headers["location"]
            back = await client.get(await allowed(there, "f7c1"))
            assert (back.status_code, back.headers["location"]) == (303, "/bureau/plaintes")
        assert (await client.get("/bureau/plaintes")).status_code == 200
        kept = await store.accounts.get(account.id)
        sessions = await store.sessions.find(Query())
    assert kept is not None
    assert kept.subject == f"{issuer} f7c1"
    assert {one.how for one in sessions} == {"oidc"}


async def test_somebody_known_only_there_is_nobody_here(tmp_path: Path, issuer: str) -> None:
    async with store_in(tmp_path) as store, desk_on(store, issuer) as client:
        there = (await client.get("/en/desk/sign-in/oidc")).headers["location"]
        back = await client.get(await allowed(there, "stranger@elsewhere.example"))
    assert back.status_code == 403
    assert "You have no account here" in back.text


async def test_a_code_that_was_made_up_opens_nothing(tmp_path: Path, issuer: str) -> None:
    async with store_in(tmp_path) as store, desk_on(store, issuer) as client:
        there = httpx.URL((await client.get("/bureau/entrer/oidc")).headers["location"])
        state = there.params["state"]
        back = await client.get(f"/bureau/entrer/oidc/retour?code=made-up&state={state}")
    assert back.status_code == 403
    assert "n’a pas réussi" in back.text


async def test_a_service_that_is_away_leaves_the_password(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store, desk_on(store, f"http://127.0.0.1:{AWAY}") as client:
        page = await client.get("/bureau/entrer/oidc")
    assert page.status_code == 502
    assert "n’a pas réussi" in page.text
    assert 'name="secret"' in page.text
