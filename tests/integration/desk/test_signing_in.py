from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services.desk.passwords import Passwords
from services.desk.paths import PATHS, in_other_language
from services.desk.reception import safe_next
from services.desk.signing_in import LINK_LASTS, new_link
from shared.errors import Refused
from tests.at_the_desk import At, account, do, the_desk
from tests.pages_samples import NOW

PASSWORD = "une phrase assez longue"
SIGN_IN = PATHS["fr"].sign_in


async def with_password(at: At) -> None:
    hash_ = await Passwords().hashed(PASSWORD)
    await at.store.accounts.save(account("mel", "agent", password_hash=hash_))


async def test_the_right_password_signs_in_and_the_wrong_one_does_not(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        await with_password(at)
        async with at.client() as client:
            wrong = await client.post(SIGN_IN, data={"nom": "mel", "secret": "autre chose ici"})
            nobody = await client.post(SIGN_IN, data={"nom": "qui", "secret": PASSWORD})
            right = await client.post(SIGN_IN, data={"nom": " MEL ", "secret": PASSWORD})
            page = await client.get(right.headers["location"])
    assert (wrong.status_code, nobody.status_code) == (403, 403)
    assert wrong.text.replace("mel", "qui") == nobody.text.replace("mel", "qui")
    assert "set-cookie" not in wrong.headers
    assert (right.status_code, page.status_code) == (303, 200)
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert PASSWORD not in cookie


async def test_after_five_wrong_passwords_even_the_right_one_must_wait(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        await with_password(at)
        async with at.client() as client:
            for _ in range(5):
                await client.post(SIGN_IN, data={"nom": "mel", "secret": "autre chose ici"})
            waits = await client.post(SIGN_IN, data={"nom": "mel", "secret": PASSWORD})
            at.clock.at = NOW + timedelta(minutes=2)
            right = await client.post(SIGN_IN, data={"nom": "mel", "secret": PASSWORD})
    assert (waits.status_code, right.status_code) == (403, 303)


async def test_one_source_that_tries_too_often_is_asked_to_wait(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at, at.client() as client:
        tries = [await client.post(SIGN_IN, data={"nom": f"x{n}", "secret": ""}) for n in range(12)]
    assert [each.status_code for each in tries] == [403] * 10 + [429] * 2
    assert tries[-1].headers["retry-after"] == "60"


async def test_a_link_signs_in_once_and_looking_at_it_does_not_use_it_up(tmp_path: Path) -> None:
    link, secret = new_link(NOW)
    async with the_desk(tmp_path) as at:
        kept = await at.store.accounts.save(account("mel", "agent", link=link))
        path = f"{PATHS['fr'].link}/{kept.id}/{secret}"
        given = {"secret": PASSWORD, "encore": PASSWORD}
        async with at.client() as client:
            looks = [await client.get(path) for _ in range(3)]
            short = await client.post(path, data={"secret": "court", "encore": "court"})
            differ = await client.post(path, data={**given, "encore": "autre chose encore"})
            first = await client.post(path, data=given)
            second = await client.post(path, data=given)
            again = await client.post(SIGN_IN, data={"nom": "mel", "secret": PASSWORD})
    assert [each.status_code for each in looks] == [200] * 3
    assert (short.status_code, differ.status_code) == (400, 400)
    assert (first.status_code, second.status_code, again.status_code) == (303, 410, 303)


async def test_a_link_that_has_run_out_or_is_not_ours_opens_nothing(tmp_path: Path) -> None:
    link, secret = new_link(NOW)
    async with the_desk(tmp_path) as at:
        kept = await at.store.accounts.save(account("mel", "agent", link=link))
        async with at.client() as client:
            foreign = await client.get(f"{PATHS['en'].link}/{kept.id}/{secret[::-1]}")
            at.clock.at = NOW + LINK_LASTS
            late = await client.get(f"{PATHS['en'].link}/{kept.id}/{secret}")
    assert (foreign.status_code, late.status_code) == (410, 410)


@pytest.mark.parametrize("hours", [2, 12])
async def test_a_session_ends_when_nothing_is_asked_of_it(tmp_path: Path, hours: int) -> None:
    async with the_desk(tmp_path) as at, await at.sign_in(account("mel", "agent")) as client:
        before = await client.get(PATHS["fr"].cases)
        at.clock.at = NOW + timedelta(hours=hours)
        after = await client.get(PATHS["fr"].cases)
    assert (before.status_code, after.status_code) == (200, 303)
    assert after.headers["location"] == f"{SIGN_IN}?suite=%2Fbureau%2Fplaintes"


async def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at, await at.sign_in(account("mel", "agent")) as client:
        secret = client.cookies["recours"]
        out = await do(client, PATHS["fr"].sign_out, page=PATHS["fr"].cases)
        client.cookies.set("recours", secret, domain="plaintes.example")
        after = await client.get(PATHS["fr"].cases)
    assert (out.status_code, after.status_code) == (303, 303)


async def test_all_sessions_of_a_person_can_be_ended_at_once(tmp_path: Path) -> None:
    mel = account("mel", "agent")
    async with the_desk(tmp_path) as at:
        here, there = await at.sign_in(mel), await at.sign_in(mel)
        at.clock.at = NOW + timedelta(seconds=1)
        await do(here, PATHS["fr"].sessions)
        left = [await each.get(PATHS["fr"].cases) for each in (here, there)]
    assert [each.status_code for each in left] == [303, 303]


async def test_a_form_without_our_token_does_nothing_and_keeps_what_was_typed(
    tmp_path: Path,
) -> None:
    from tests.pages_samples import assigned_case

    async with the_desk(tmp_path) as at:
        case = await assigned_case().keep(at.store)
        path = PATHS["fr"].act(case.reference, "answer")
        sent = {"text": "Voici ma réponse.\nElle est longue.", "version": str(case.version)}
        async with await at.sign_in(account("mel", "agent")) as client:
            foreign = await client.post(path, data={**sent, "jeton": "x"})
        async with at.client() as client:
            nobody = await client.post(path, data=sent)
        after = await at.reload(case)
    assert (foreign.status_code, nobody.status_code) == (403, 401)
    assert "Elle est longue." in foreign.text
    assert "Elle est longue." in nobody.text
    assert after.acts == ()


def test_the_page_to_go_on_to_is_one_of_the_desk() -> None:
    bad = ["https://ailleurs.example/bureau/", "//ailleurs.example", "/plainte", "/bureau", "x", ""]
    bad += ["/bureau/../x\\y", "/bureau//ailleurs.example"]
    assert [safe_next(each) for each in bad] == [""] * len(bad)
    assert safe_next("/bureau/plaintes?q=x") == "/bureau/plaintes?q=x"


def test_each_page_has_the_same_page_in_the_other_language() -> None:
    assert in_other_language("/bureau/plaintes/26-X?a=b", "fr") == "/en/desk/complaints/26-X?a=b"
    assert in_other_language("/en/desk/sorting", "en") == "/bureau/tri"
    assert in_other_language("/en/desk", "en") == "/bureau"


@pytest.mark.parametrize("password", ["court", "x" * 257])
async def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(Refused):
        await Passwords().hashed(password)
