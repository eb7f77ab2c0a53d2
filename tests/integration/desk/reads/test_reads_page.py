"""The register of readings: who may look, what it finds, and that a look is a line of it."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from services.desk.reads.register import PAGE, split_by, wanted_of
from shared.domain.account import Role
from shared.domain.case import Case
from shared.domain.case_read import REGISTER, CaseRead
from shared.domain.document import new_id
from shared.pages.texts import NBSP
from shared.ports.query import Equal, Query
from shared.ports.store import Store
from tests.pages_samples import NOW, OFFICE, assigned_case, held_case, store_in
from tests.signed_in import browser_for, signed_in

PAGES = {"fr": "/bureau/consultations", "en": "/en/desk/reads"}


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)).replace(NBSP, " "))


async def read(store: Store, case: Case, by: str, at: datetime = NOW, what: str = "case") -> None:
    await store.reads.add(CaseRead(id=new_id(), case_id=case.id, at=at, by=by, what=what))


@asynccontextmanager
async def register_in(folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Store]]:
    async with store_in(folder) as store:
        privacy = await signed_in(store, "privacy", full_name="Luc Côté")
        async with browser_for(store, privacy) as client:
            yield client, store


@pytest.mark.parametrize(
    "role", ["agent", "staff", "manager", "complaints_office", "operations", "authority"]
)
async def test_only_who_answers_for_privacy_sees_the_register(tmp_path: Path, role: Role) -> None:
    async with store_in(tmp_path) as store:
        person = await signed_in(store, role, "MTL-NO")
        async with browser_for(store, person) as client:
            for end in ("", "/csv"):
                assert (await client.get(PAGES["fr"] + end)).status_code == 403
        assert await store.reads.count(Equal("case_id", REGISTER)) == 0


async def test_each_look_is_recorded_with_what_was_looked_for(tmp_path: Path) -> None:
    async with register_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        await client.get(PAGES["fr"])
        await client.get(f"{PAGES['en']}?reference={case.reference}")
        await client.get(f"{PAGES['fr']}/csv")
        looks = await store.reads.find(Query(Equal("case_id", REGISTER)))
        of_case = await store.reads.count(Equal("case_id", case.id))
        page = plain((await client.get(PAGES["fr"])).text)
    assert sorted(look.what for look in looks) == [
        "register",
        f"register:{case.reference}",
        "register_file",
    ]
    assert of_case == 0  # a unit that has not opened its case is still told so
    assert f"Registre cherché : {case.reference}" in page


async def test_the_register_tells_reference_who_and_what_and_nothing_of_the_case(
    tmp_path: Path,
) -> None:
    async with register_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        agent = (await signed_in(store, "agent", OFFICE, full_name="Odile Roy")).account
        await read(store, case, f"account:{agent.id}")
        await read(store, case, f"link:{OFFICE}", what="document")
        await read(store, case, "token:surveillance")
        page = plain((await client.get(PAGES["fr"])).text)
        file = (await client.get(f"{PAGES['fr']}/csv")).text
    assert f"{case.reference} Odile Roy Dossier" in page
    assert "Par lien : Bureau de Services Québec du nord-ouest de Montréal Document" in page
    assert "Jeton surveillance Dossier" in page
    for word in ("Fortier", "courriel.example", "450 555", "versement"):
        assert word not in page
        assert word not in file


async def test_lines_are_found_by_reference_reader_and_local_day(tmp_path: Path) -> None:
    async with register_in(tmp_path) as (client, store):
        one, two = await assigned_case().keep(store), await held_case().keep(store)
        agent = (await signed_in(store, "agent", OFFICE, name="oroy")).account
        await read(store, one, f"account:{agent.id}")
        # 04:30 UTC on the 24th is the evening of the 23rd in Québec
        await read(store, two, f"link:{OFFICE}", datetime(2026, 11, 24, 4, 30, tzinfo=UTC))

        async def found(query: str) -> set[str]:
            page = (await client.get(f"{PAGES['fr']}?{query}")).text
            return {case.reference for case in (one, two) if f'ref">{case.reference}' in page}

        assert await found("") == {one.reference, two.reference}
        assert await found(f"reference={one.reference.lower()}") == {one.reference}
        assert await found("qui=OROY") == {one.reference}
        assert await found("qui=mtl-no") == {two.reference}
        assert await found("du=2026-11-23&au=2026-11-23") == {two.reference}
        assert await found("du=2026-11-24") == {one.reference}
        assert await found(f"reference={one.reference}&qui=mtl-no") == set()


async def test_what_does_not_exist_is_said_and_kept_as_typed(tmp_path: Path) -> None:
    async with register_in(tmp_path) as (client, store):
        page = await client.get(f"{PAGES['en']}?reference=26-XXXX&qui=nobody&du=2026-13-01")
        assert await store.reads.count(Equal("case_id", REGISTER)) == 0
    assert page.status_code == 400
    assert "No complaint has this reference" in page.text
    assert "No account and no unit has this name" in page.text
    assert "Give days like this" in page.text
    for typed in ("26-XXXX", "nobody", "2026-13-01"):
        assert f'value="{typed}"' in page.text


async def test_every_line_stands_on_one_page_and_newest_first(tmp_path: Path) -> None:
    async with register_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        for number in range(2 * PAGE + 7):
            await read(store, case, f"link:L{number:03d}", NOW - timedelta(minutes=number // 3))
        address, seen = f"{PAGES['fr']}?reference={case.reference}", []
        while address:
            page = (await client.get(html.unescape(address))).text
            seen += re.findall(r"Lien (L\d+)", page)
            link = re.search(r'href="([^"]+)" rel="next"', page)
            address = link[1] if link else ""
    assert sorted(seen) == [f"L{number:03d}" for number in range(2 * PAGE + 7)]
    assert [int(one[1:]) // 3 for one in seen] == sorted(int(one[1:]) // 3 for one in seen)


async def test_the_file_has_every_line_and_runs_no_formula(tmp_path: Path) -> None:
    async with register_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        for number in range(PAGE + 20):
            await read(store, case, f"link:={number}")
        answer = await client.get(f"{PAGES['fr']}/csv?reference={case.reference}")
    text = io.StringIO(answer.content.decode("utf-8-sig"), newline="")
    rows = list(csv.DictReader(text, delimiter=";"))
    assert len(rows) == PAGE + 20
    assert {row["reference"] for row in rows} == {case.reference}
    assert all(row["code"].startswith("'=") for row in rows)
    assert rows[0]["quand"] == "2026-11-24T10:00:00-05:00"


async def test_a_case_that_is_gone_still_has_its_readings(tmp_path: Path) -> None:
    async with register_in(tmp_path) as (client, store):
        await read(store, assigned_case().case, "account:gone")
        page = plain((await client.get(PAGES["en"])).text)
    assert "case destroyed account gone Case" in page


@pytest.mark.parametrize("after", ["x", "~", "~x", "2026~", "é~é"])
async def test_nonsense_in_the_address_does_no_harm(tmp_path: Path, after: str) -> None:
    async with register_in(tmp_path) as (client, _):
        answer = await client.get(PAGES["fr"], params={"apres": after, "qui": ""})
    assert answer.status_code == 200


def test_what_was_written_by_somebody_unknown_is_told_as_it_is() -> None:
    assert split_by("cron") == ("other", "cron")
    assert split_by("account:7") == ("account", "7")
    assert wanted_of({"qui": "  x "}).who == "x"
