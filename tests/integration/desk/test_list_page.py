"""The list as somebody who is signed in sees it: what a search finds, and what it says of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from services.desk.app import build_app
from services.desk.paths import PATHS
from services.desk.signing_in import begin
from shared.domain.account import Account, Mandate
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import derived_id
from shared.domain.envelope import Language
from shared.domain.reference import reference_for
from shared.pages.texts import NBSP
from shared.ports.store import Store
from tests.pages_samples import KEYS, NOW, OFFICE, StoppedClock, browser_of, department, store_in

OTHER = "DR-13"


def _case(number: int, unit: str = OFFICE) -> Case:
    case_id = derived_id("test", str(number))
    return Case(
        id=case_id,
        reference=reference_for(case_id, 2026),
        opened_at=NOW,
        received_at=NOW,
        channel="mail",
        complainant=Complainant(name=f"Personne {number}"),
        summary="Mon versement tarde.",
        state="assigned",
        assignment=Assignment(unit_id=unit, rule_id="r1", at=NOW),
    )


@asynccontextmanager
async def signed_in(folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Store]]:
    """Give the browser of somebody of one office, which has 60 cases, and the store."""
    async with store_in(folder) as store:
        for number in range(60):
            await store.cases.add(_case(number), words=("hydravion",) if number == 7 else ())
        await store.cases.add(_case(99, OTHER), words=("hydravion",))
        mandate = Mandate(role="agent", unit_id=OFFICE)
        account = Account(id="a", name="a", full_name="Agnès Roy", mandates=(mandate,))
        session = await begin(store, await store.accounts.save(account), NOW, how="password")
        app = build_app(
            store=store,
            clock=StoppedClock(),
            keys=KEYS,
            department=department(),
            desk_url="http://plaintes.example",
        )
        async with browser_of(app) as client:
            client.cookies["recours"] = session.secret
            yield client, store


def references(page: str) -> list[str]:
    return re.findall(r'class="ref"[^>]*>([^<]+)<', page)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_search_finds_a_unit_its_own_complaints_and_no_others(
    tmp_path: Path, language: Language
) -> None:
    path = PATHS[language].cases
    async with signed_in(tmp_path) as (client, _):
        page = (await client.get(path, params={"q": "Hydravion"})).text
        nothing = (await client.get(path, params={"q": "introuvable"})).text
        both = (await client.get(path, params={"q": "7 hydravion"})).text
    assert references(page) == [_case(7).reference]
    assert references(nothing) == []
    assert references(both) == [_case(7).reference]


async def test_a_search_by_reference_leads_to_the_complaint(tmp_path: Path) -> None:
    path = PATHS["fr"].cases
    async with signed_in(tmp_path) as (client, _):
        mine = await client.get(path, params={"q": _case(7).reference})
        theirs = await client.get(path, params={"q": _case(99, OTHER).reference})
    assert mine.headers["location"] == PATHS["fr"].case(_case(7).reference)
    assert references(theirs.text) == []


async def test_a_list_is_counted_and_a_search_only_says_that_there_are_others(
    tmp_path: Path,
) -> None:
    path = PATHS["fr"].cases
    async with signed_in(tmp_path) as (client, _):
        pages = [await client.get(path), await client.get(path, params={"q": "versement"})]
        links = [re.search(r'href="([^"]+)" rel="next"', page.text) for page in pages]
        pages += [await client.get(link[1].replace("&amp;", "&")) for link in links if link]
    first, found, second, rest = (page.text.replace(NBSP, " ") for page in pages)
    assert "1 à 50 sur 60" in first
    assert "1 à 50, et d’autres" in found
    assert "51 à 60 sur 60" in second
    assert "51 à 60</p>" in rest
    assert len({*references(found), *references(rest)}) == 60
    assert re.search(r"<b[^>]*>60</b>", first)
    assert not re.search(r'class="pick"[^>]*>[^<]*<b', found)
    assert all(len(page.content) < 60_000 for page in pages)


@pytest.mark.parametrize(
    ("language", "said", "said_last"),
    [
        ("fr", "1 à 50 sur plus de 59", "51 à 60 sur 60"),
        ("en", "1 to 50 of more than 59", "51 to 60 of 60"),
    ],
)
async def test_a_long_list_is_counted_so_far_and_its_last_page_says_how_many_it_has(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: Language,
    said: str,
    said_last: str,
) -> None:
    monkeypatch.setattr("services.desk.pages.cases.MOST_COUNTED", 59)
    async with signed_in(tmp_path) as (client, _):
        page = (await client.get(PATHS[language].cases)).text
        link = re.search(r'href="([^"]+)" rel="next"', page)
        assert link
        last = (await client.get(link[1].replace("&amp;", "&"))).text
    assert said in page.replace(NBSP, " ")
    assert re.findall(r"<b[^>]*>([^<]+)</b>", page)[:3] == ["59+", "0", "59+"]
    assert said_last in last.replace(NBSP, " ")
