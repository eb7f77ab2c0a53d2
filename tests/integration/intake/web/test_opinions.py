"""The question whether an answer satisfies."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from services.intake.web import build_app
from shared.domain.case import Case
from shared.domain.keys import opinion_path, status_path
from shared.ports.store import Store
from tests.pages_samples import (
    KEYS,
    StoppedClock,
    assigned_case,
    browser_of,
    department,
    store_in,
)

CLOSED = assigned_case().case.changed(version=0, state="closed")
LINK = opinion_path(KEYS, CLOSED.reference)


def client_on(store: Store, folder: Path) -> httpx.AsyncClient:
    return browser_of(
        build_app(
            store=store,
            clock=StoppedClock(),
            keys=KEYS,
            addresses=department().addresses,
            department=department(),
            public_url="https://plaintes.example",
            held_folder=folder / "held",
        )
    )


async def said(store: Store) -> str | None:
    case = await store.cases.get(CLOSED.id)
    assert case is not None
    return case.satisfaction.answer if case.satisfaction else None


@pytest.mark.parametrize(
    ("root", "question", "thanks"),
    [
        ("avis", "Notre réponse vous satisfait-elle", "Merci de votre avis"),
        ("en/opinion", "Does our answer satisfy you", "Thank you for your opinion"),
    ],
)
async def test_one_click_is_kept_and_a_visit_alone_is_not(
    tmp_path: Path, root: str, question: str, thanks: str
) -> None:
    async with store_in(tmp_path) as store, client_on(store, tmp_path) as client:
        await store.cases.save(CLOSED)
        page = await client.get(f"/{root}/{LINK}")
        assert page.status_code == 200
        assert question in page.text
        assert await said(store) is None
        page = await client.post(f"/{root}/{LINK}", data={"avis": "en-partie"})
        assert thanks in page.text
        assert await said(store) == "partly"


async def test_the_first_answer_is_the_one_that_counts(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store, client_on(store, tmp_path) as client:
        await store.cases.save(CLOSED)
        await client.post(f"/avis/{LINK}", data={"avis": "non"})
        page = await client.post(f"/avis/{LINK}", data={"avis": "oui"})
        assert "Merci de votre avis" in page.text
        assert "Merci de votre avis" in (await client.get(f"/avis/{LINK}")).text
        assert await said(store) == "no"


async def test_two_clicks_at_once_are_one_answer(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store, client_on(store, tmp_path) as client:
        await store.cases.save(CLOSED)
        clicks = (client.post(f"/avis/{LINK}", data={"avis": "oui"}) for _ in range(5))
        pages = await asyncio.gather(*clicks)
        assert {page.status_code for page in pages} == {200}
        case = await store.cases.get(CLOSED.id)
        assert case is not None
        assert (case.version, await said(store)) == (2, "yes")


@pytest.mark.parametrize("body", [b"avis=peut-etre", b"", b"avis=" + b"x" * 5000, b"\xff\xfe"])
async def test_what_is_no_answer_is_not_kept(tmp_path: Path, body: bytes) -> None:
    async with store_in(tmp_path) as store, client_on(store, tmp_path) as client:
        await store.cases.save(CLOSED)
        page = await client.post(f"/avis/{LINK}", content=body)
        assert "Notre réponse vous satisfait-elle" in page.text
        assert await said(store) is None


@pytest.mark.parametrize(
    ("case", "path"),
    [
        (CLOSED, f"{CLOSED.reference}/aaaaaaaaaaaaaaaaaaaa"),
        (CLOSED, status_path(KEYS, CLOSED.reference)),
        (CLOSED, "rien/aaaaaaaaaaaaaaaaaaaa"),
        (CLOSED.changed(state="assigned"), LINK),
    ],
)
async def test_a_link_that_is_not_ours_and_an_open_case_look_the_same(
    tmp_path: Path, case: Case, path: str
) -> None:
    async with store_in(tmp_path) as store, client_on(store, tmp_path) as client:
        await store.cases.save(case)
        assert (await client.get(f"/avis/{path}")).status_code == 404
        assert (await client.post(f"/avis/{path}", data={"avis": "oui"})).status_code == 404
        assert await said(store) is None
