"""An identity service that answers wrongly, or not at all: nobody is signed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from tests.oidc_scene import (
    GO,
    refused,
    scene,
)
from tests.pages_samples import NOW
from tests.scripted_provider import CLIENT


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another-client"},
        {"aud": ["another-client"], "azp": CLIENT},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"nonce": "0" * 64},
        {"nonce": None},
        {"exp": int(NOW.timestamp()) - 120},
        {"exp": None},
        {"iat": int(NOW.timestamp()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"at_hash": "wrong"},
        {"exp": "soon"},
    ],
    ids=str,
)
async def test_an_id_token_that_does_not_fit_signs_nobody_in(
    tmp_path: Path, claims: dict[str, Any]
) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        here.provider.claims = claims
        await refused(here)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_that_anybody_could_have_made_signs_nobody_in(
    tmp_path: Path, algorithm: str
) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        here.provider.algorithm = algorithm
        await refused(here)


async def test_a_token_signed_with_another_key_signs_nobody_in(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        here.provider.shown = RSAKey.generate_key(2048, {"kid": "one"})
        await refused(here)


async def test_a_key_that_the_service_began_to_use_since_is_fetched(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        await here.sign_in()
        here.provider.key = RSAKey.generate_key(2048, {"kid": "two"})
        assert (await here.sign_in()).status_code == 303
    assert here.provider.asked.count("/keys") == 2


@pytest.mark.parametrize("broken", ["/token", "/token html", "/userinfo"])
async def test_a_service_that_fails_is_told_without_its_words(tmp_path: Path, broken: str) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        here.provider.hides_email = True
        here.provider.broken = broken
        answer = await here.sign_in()
    assert answer.status_code in (403, 502)
    assert "n’a pas réussi" in answer.text
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    "broken",
    ["/.well-known/openid-configuration", "/keys", "/.well-known/openid-configuration html"],
)
async def test_a_service_that_cannot_be_found_leaves_the_password(
    tmp_path: Path, broken: str
) -> None:
    async with scene(tmp_path) as here:
        here.provider.broken = broken
        page = await here.client.get(GO)
        here.provider.broken = ""
        later = await here.client.get(GO)
    assert page.status_code in (403, 502)
    assert 'name="secret"' in page.text
    assert "hunter2" not in page.text
    assert later.status_code == 302


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "https://elsewhere.example"}, {"token_endpoint": None}, {"jwks_uri": "file:///x"}],
    ids=str,
)
async def test_a_service_that_says_it_is_another_is_not_asked(
    tmp_path: Path, metadata: dict[str, Any]
) -> None:
    async with scene(tmp_path) as here:
        here.provider.metadata = metadata
        assert (await here.client.get(GO)).status_code == 403
