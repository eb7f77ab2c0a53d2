"""Signing in with an identity service: who is taken for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.desk.app import build_app
from services.desk.oidc.attempt import from_cookie, new_attempt, to_cookie
from services.desk.oidc.pages import BURST
from services.desk.serving import provider_in
from services.desk.signing_in import new_account
from shared.domain.keys import Keys
from shared.errors import Misconfigured
from shared.ports.query import AllOf, Query
from shared.runtime.settings import read_settings
from tests.oidc_scene import (
    BACK,
    DEPARTMENT,
    GO,
    refused,
    refused_as_a_stranger,
    scene,
)
from tests.pages_samples import KEYS, NOW, StoppedClock, browser_of, department, store_in
from tests.scripted_provider import CLIENT, SUBJECT


async def test_the_sign_in_page_names_the_service(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        page = (await here.client.get("/bureau/entrer")).text
    assert f'href="{GO}">Entrer avec Clé du ministère</a>' in page


async def test_the_browser_takes_along_what_the_answer_must_fit(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        asked = await here.go()
        again = await here.go()
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT
    assert asked["redirect_uri"] == f"https://bureau.example{BACK}"
    assert asked["code_challenge_method"] == "S256"
    assert "openid" in asked["scope"].split()
    assert asked["ui_locales"] == "fr"
    for secret in ("state", "nonce", "code_challenge"):
        assert len(asked[secret]) >= 43
        assert asked[secret] != again[secret]


async def test_a_verified_address_links_the_account_of_that_name_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        account = await here.account()
        answer = await here.sign_in()
        kept = await here.store.accounts.get(account.id)
        sessions = await here.store.sessions.find(Query())
        page = await here.client.get("/bureau/plaintes")
    assert (answer.status_code, answer.headers["location"]) == (303, "/bureau/plaintes"), (
        answer.text
    )
    assert kept is not None
    assert kept.subject == f"{here.provider.issuer} {SUBJECT}"
    assert [one.how for one in sessions] == ["oidc"]
    assert page.status_code == 200
    cookies = answer.headers.get_list("set-cookie")
    session = next(one for one in cookies if one.startswith("__Host-recours="))
    assert {"HttpOnly", "Secure", "SameSite=lax"} <= set(session.split("; "))
    assert any(one.startswith('__Host-recours-oidc=""') for one in cookies)


async def test_the_subject_counts_from_then_on_whatever_the_address(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        account = await here.account(subject=f"{here.provider.issuer} {SUBJECT}")
        here.provider.email = "nouveau.nom@ministere.example"
        answer = await here.sign_in()
        sessions = await here.store.sessions.find(Query())
    assert answer.status_code == 303
    assert [one.account_id for one in sessions] == [account.id]
    assert "/userinfo" not in here.provider.asked


async def test_an_address_that_passed_to_another_person_opens_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        account = await here.account(subject=f"{here.provider.issuer} somebody-before")
        await refused_as_a_stranger(here)
        kept = await here.store.accounts.get(account.id)
    assert kept == account


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_address_that_is_not_verified_links_nothing(
    tmp_path: Path, verified: object
) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        here.provider.claims = {"email_verified": verified}
        await refused_as_a_stranger(here)


async def test_a_closed_account_stays_closed(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        await here.account(closed_at=NOW)
        await refused_as_a_stranger(here)
        await here.store.accounts.save(
            new_account("x", "X", subject=f"{here.provider.issuer} {SUBJECT}", closed_at=NOW)
        )
        await refused_as_a_stranger(here)


async def test_a_stranger_gets_no_account_and_is_told_whom_to_ask(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        page = await refused_as_a_stranger(here)
        english = await here.sign_in("/en/desk/sign-in/oidc")
        assert await here.store.accounts.count(AllOf(())) == 0
    assert "Demandez un compte à" in page
    assert DEPARTMENT.phone in page
    assert "Ask for an account" in english.text


async def test_the_address_may_come_from_the_userinfo_endpoint(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        here.provider.hides_email = True
        assert (await here.sign_in()).status_code == 303
    assert "/userinfo" in here.provider.asked


async def test_the_address_of_another_subject_is_not_used(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        here.provider.hides_email = True
        here.provider.userinfo = {"sub": "another"}
        await refused(here)


async def test_an_answer_without_its_cookie_signs_nobody_in(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        asked = await here.go()
        here.client.cookies.clear()
        answer = await here.client.get(f"{BACK}?code=c0de&state={asked['state']}")
        assert await here.store.sessions.count(AllOf(())) == 0
    assert answer.status_code == 403
    assert "/token" not in here.provider.asked


async def test_an_answer_to_another_try_signs_nobody_in(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        first = await here.go()
        await here.go()
        answer = await here.client.get(f"{BACK}?code=c0de&state={first['state']}")
    assert answer.status_code == 403
    assert "/token" not in here.provider.asked


async def test_an_answer_of_another_service_signs_nobody_in(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        asked = await here.go()
        answer = await here.client.get(
            f"{BACK}?code=c0de&state={asked['state']}&iss=https://elsewhere.example"
        )
    assert answer.status_code == 403
    assert "/token" not in here.provider.asked


async def test_a_whole_office_signs_in_at_once_and_a_flood_waits(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        answers = [await here.client.get(GO) for _ in range(BURST + 1)]
    assert {one.status_code for one in answers[:-1]} == {302}
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"] == "60"


async def test_an_answer_after_ten_minutes_signs_nobody_in(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        asked = await here.go()
        here.clock.at = NOW.replace(minute=11)
        answer = await here.client.get(f"{BACK}?code=c0de&state={asked['state']}")
    assert answer.status_code == 403


async def test_whoever_says_no_there_is_back_at_the_sign_in_page(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        asked = await here.go("/en/desk/sign-in/oidc")
        answer = await here.client.get(f"{BACK}?error=access_denied&state={asked['state']}")
    assert answer.status_code == 403
    assert "did not work" in answer.text


async def test_the_page_that_was_wanted_is_shown_afterwards(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        await here.account()
        wanted = await here.sign_in(f"{GO}?suite=%2Fbureau%2Fplaintes%3Fchoix%3Dlate")
        foreign = await here.sign_in(f"{GO}?suite=%2F%2Felsewhere.example%2Fbureau%2F")
    assert wanted.headers["location"] == "/bureau/plaintes?choix=late"
    assert foreign.headers["location"] == "/bureau/plaintes"


async def test_without_a_service_there_is_no_such_page(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        app = build_app(
            store=store,
            clock=StoppedClock(),
            keys=KEYS,
            department=department(),
            desk_url="https://bureau.example",
        )
        async with browser_of(app) as client:
            assert (await client.get(GO)).status_code == 404
            assert "oidc" not in (await client.get("/bureau/entrer")).text


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_desk_without_the_secret_of_its_service_does_not_start(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_text(content)
    given = {"oidc_issuer": "https://i.example", "oidc_client_id": "desk"}
    settings = read_settings(**given, oidc_client_secret_file=path)
    with pytest.raises(Misconfigured, match="RECOURS_OIDC_CLIENT_SECRET_FILE"):
        provider_in(settings)


def test_a_service_without_a_name_is_called_by_its_host(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("a secret\n")
    given = {"oidc_issuer": "https://i.example/realm", "oidc_client_id": "desk"}
    provider = provider_in(read_settings(**given, oidc_client_secret_file=path))
    assert provider is not None
    assert provider.name == "i.example"
    assert provider_in(read_settings()) is None


def test_a_cookie_that_was_changed_is_worth_nothing() -> None:
    attempt = new_attempt("en", "/en/desk/complaints?q=Été", NOW)
    kept = to_cookie(attempt, KEYS)
    assert from_cookie(kept, KEYS, NOW) == attempt
    other_end = kept[:-1] + ("y" if kept.endswith("x") else "x")
    for changed in (kept.replace(".en.", ".fr."), other_end, "", "a.b.c.d.e", kept + ".x"):
        assert from_cookie(changed, KEYS, NOW) is None
    assert from_cookie(kept, Keys([b"another secret of 32 characters.."]), NOW) is None
