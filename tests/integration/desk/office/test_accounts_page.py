"""Accounts: who sees them, what may be done with them, and what nobody does to themselves."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from httpx import Response

from services.desk.app import build_app
from shared.domain.account import Account, Mandate
from shared.pages.texts import NBSP
from shared.ports.query import Equal, Query
from tests.desk_people import DESK_URL, OFFICE_MANDATE, Office, Somebody, office_in
from tests.pages_samples import KEYS, OFFICE, browser_of, department

AGENT = Mandate(role="agent", unit_id=OFFICE)
INVITED = {
    "nom": "Paul.Roy",
    "personne": "Paul Roy",
    "langue": "en",
    "role": "agent",
    "unite": OFFICE,
    "du": "2026-11-01",
    "au": "2027-03-31",
}


def plain(page: Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.text)).replace(NBSP, " ")


async def of(office: Office, who: Somebody | Account) -> Account:
    account = await office.store.accounts.get(
        who.account.id if isinstance(who, Somebody) else who.id
    )
    assert account is not None
    return account


async def do(office: Office, who: Somebody, whom: Somebody, act: str, **values: str) -> Response:
    version = str((await of(office, whom)).version)
    return await who.send(
        f"/bureau/comptes/{whom.account.id}/{act}", {"version": version, **values}
    )


@pytest.mark.parametrize(
    "mandate",
    [AGENT, Mandate(role="manager", unit_id=OFFICE), Mandate(role="operations")],
    ids=lambda one: str(one.role),
)
async def test_only_the_complaints_office_sees_accounts(tmp_path: Path, mandate: Mandate) -> None:
    async with office_in(tmp_path) as office:
        sorter, paul = await office.sorter(), await office.somebody("paul", mandate)
        one = f"/bureau/comptes/{sorter.account.id}"
        pages = [
            *[await paul.get(path) for path in ("/bureau/comptes", "/bureau/comptes/invite", one)],
            await paul.send("/bureau/comptes/invite", INVITED),
            await do(office, paul, sorter, "close"),
        ]
        accounts = await office.store.accounts.find(Query())
    assert [page.status_code for page in pages] == [403] * 5
    assert all("Isabelle Essai" not in page.text for page in pages)
    assert sorted(one.name for one in accounts) == ["isabelle", "paul"]
    assert not any(one.closed_at for one in accounts)


@pytest.mark.parametrize("path", ["/bureau/comptes", "/en/desk/accounts"])
async def test_accounts_are_listed_with_their_mandates(tmp_path: Path, path: str) -> None:
    async with office_in(tmp_path) as office:
        sorter = await office.sorter()
        await office.somebody("paul", AGENT)
        words = plain(await sorter.get(path))
    name = "Bureau de Services Québec du nord-ouest" if "bureau" in path else "Northwest Montréal"
    assert "Paul Essai" in words
    assert name in words


async def test_a_long_list_has_pages(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        sorter = await office.sorter("a-first")
        for number in range(55):
            await office.somebody(f"name-{number:02}")
        first = await sorter.get("/bureau/comptes")
        following = re.search(r'href="([^"]+)" rel="next"', first.text)
        assert following
        second = await sorter.get(html.unescape(following[1]))
    assert "56 comptes." in plain(first)
    assert "Name-54 Essai" in second.text
    assert "Name-54 Essai" not in first.text
    assert len(first.content) < 60_000


async def test_an_invitation_shows_a_link_once_and_the_link_signs_in(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        sorter = await office.sorter()
        page = await sorter.send("/bureau/comptes/invite", INVITED)
        (account,) = await office.store.accounts.find(Query(Equal("name", "paul.roy")))
        later = await sorter.get(f"/bureau/comptes/{account.id}")
        address = re.search(rf"<code>{DESK_URL}(/en/desk/link/[^<]+)</code>", page.text)
        assert address
        app = build_app(
            store=office.store,
            clock=office.clock,
            keys=KEYS,
            department=department(),
            desk_url=DESK_URL,
        )
        async with browser_of(app) as browser:
            opened = await browser.get(address[1])
    secret = address[1].rpartition("/")[2]
    (mandate,) = account.mandates
    assert page.headers["cache-control"] == "no-store"
    assert (mandate.role, mandate.unit_id) == ("agent", OFFICE)
    assert (str(mandate.valid_from), str(mandate.valid_to)) == ("2026-11-01", "2027-03-31")
    assert account.language == "en"
    assert secret not in later.text
    assert secret not in account.model_dump_json()
    assert "Paul Roy" in opened.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"nom": ""}, "Il faut un nom d’utilisateur"),
        ({"nom": "paul roy"}, "ne contient pas d’espace"),
        ({"nom": "ISABELLE"}, "est pris"),
        ({"role": ""}, "Choisissez un rôle"),
        ({"unite": ""}, "Ce rôle demande une unité"),
        ({"unite": "X"}, "Choisissez une unité"),
        ({"au": "2026-10-31"}, "vient avant le premier"),
        ({"du": "demain"}, "Écrivez le jour ainsi"),
    ],
)
async def test_what_is_wrong_with_an_invitation_is_said_and_kept(
    tmp_path: Path, wrong: dict[str, str], words: str
) -> None:
    async with office_in(tmp_path) as office:
        sorter = await office.sorter()
        page = await sorter.send("/bureau/comptes/invite", {**INVITED, **wrong})
        count = len(await office.store.accounts.find(Query()))
        english = await sorter.send("/en/desk/accounts/invite", {**INVITED, **wrong})
    assert page.status_code == english.status_code == 400
    assert words in plain(page)
    assert "Nothing has changed" in plain(english)
    assert 'value="Paul Roy"' in page.text
    assert count == 1


async def test_a_mandate_is_given_and_exactly_one_withdrawn(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        sorter, paul = await office.sorter(), await office.somebody("paul", AGENT)
        later = {"role": "agent", "unite": OFFICE, "du": "2027-01-01"}
        given = await do(office, sorter, paul, "add", **later)
        twice = await do(office, sorter, paul, "add", **later)
        two = (await of(office, paul)).mandates
        withdrawn = await do(office, sorter, paul, "withdraw", mandat="0")
        one = (await of(office, paul)).mandates
        nonsense = await do(office, sorter, paul, "withdraw", mandat="7")
    assert [given.status_code, withdrawn.status_code] == [303, 303]
    assert [twice.status_code, nonsense.status_code] == [400, 400]
    assert len(two) == 2
    assert [str(each.valid_from) for each in one] == ["2027-01-01"]


async def test_a_mandate_that_is_withdrawn_ends_at_once(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        sorter, lise = await office.sorter(), await office.sorter("lise")
        before = await lise.get("/bureau/tri")
        await do(office, sorter, lise, "withdraw", mandat="0")
        after = await lise.get("/bureau/tri")
    assert [before.status_code, after.status_code] == [200, 403]


@pytest.mark.parametrize("act", ["withdraw", "close"])
async def test_nobody_ends_their_own_last_mandate_at_the_complaints_office(
    tmp_path: Path, act: str
) -> None:
    async with office_in(tmp_path) as office:
        sorter = await office.sorter()
        page = await do(office, sorter, sorter, act, mandat="0")
        account = await of(office, sorter)
    assert page.status_code == 400
    assert "C’est votre dernier mandat au bureau des plaintes" in plain(page)
    assert account.mandates == (OFFICE_MANDATE,)
    assert account.closed_at is None


async def test_one_of_two_own_mandates_may_go(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        other = Mandate(role="operations")
        sorter = await office.somebody("isabelle", OFFICE_MANDATE, other)
        page = await do(office, sorter, sorter, "withdraw", mandat="1")
        account = await of(office, sorter)
    assert page.status_code == 303
    assert account.mandates == (OFFICE_MANDATE,)


async def test_a_mandate_that_has_run_out_does_not_count_as_the_last(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        past = Mandate(
            role="complaints_office", valid_to=office.clock.at.date() - timedelta(days=9)
        )
        sorter = await office.somebody("isabelle", OFFICE_MANDATE, past)
        page = await do(office, sorter, sorter, "withdraw", mandat="0")
    assert page.status_code == 400


async def test_closing_and_ending_sessions_shut_a_browser_out(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        sorter = await office.sorter()
        lise, paul = await office.sorter("lise"), await office.somebody("paul", AGENT)
        office.clock.at += timedelta(minutes=1)
        ended = await do(office, sorter, lise, "sessions")
        closed = await do(office, sorter, paul, "close")
        out = [await one.get("/bureau/plaintes") for one in (lise, paul)]
        account = await of(office, paul)
        page = await sorter.get(f"/bureau/comptes/{paul.account.id}")
        reopened = await do(office, sorter, paul, "add", role="agent", unite=OFFICE)
        again = await of(office, paul)
    assert [ended.status_code, closed.status_code] == [303, 303]
    assert [one.headers.get("location", "")[:14] for one in out] == ["/bureau/entrer"] * 2
    assert account.closed_at is not None
    assert "Ce compte est fermé" in plain(page)
    assert "<code>" in reopened.text
    assert again.closed_at is None


async def test_a_new_link_makes_an_older_one_worthless(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        sorter, paul = await office.sorter(), await office.somebody("paul", AGENT)
        links = []
        for _ in range(2):
            page = await do(office, sorter, paul, "link")
            found = re.search(rf"<code>{DESK_URL}([^<]+)</code>", page.text)
            assert found
            links.append(found[1])
        sorter.client.cookies.clear()
        pages = [await sorter.get(link) for link in links]
    assert [page.status_code for page in pages] == [410, 200]


async def test_whoever_comes_second_changes_nothing(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        first, second = await office.sorter(), await office.sorter("lise")
        paul = await office.somebody("paul", AGENT)
        version = str((await of(office, paul)).version)
        await do(office, first, paul, "add", role="privacy")
        path = f"/bureau/comptes/{paul.account.id}/close"
        page = await second.send(path, {"version": version})
        account = await of(office, paul)
    assert page.status_code == 409
    assert "Quelqu’un a changé ce compte" in plain(page)
    assert account.closed_at is None


async def test_an_account_or_an_act_that_does_not_exist_is_unknown(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        sorter = await office.sorter()
        pages = [
            await sorter.get("/bureau/comptes/x"),
            await sorter.send("/bureau/comptes/x/close"),
            await do(office, sorter, sorter, "erase"),
        ]
        back = await sorter.get("/en/desk/accounts/x/close")
    assert [page.status_code for page in pages] == [404] * 3
    assert back.headers["location"] == "/en/desk/accounts/x"
