"""Pages of a complaint that was sent, and all others of the door that are no form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.domain.keys import status_path
from shared.pages.guard import POLICY
from shared.pages.texts import NBSP
from tests.pages_samples import (
    KEYS,
    assigned_case,
    department,
    held_case,
)
from tests.visiting import (
    down_client,
    plain,
    send,
    visiting,
)


@pytest.mark.parametrize(
    ("root", "words"),
    [("suivi", "Nous lisons votre plainte"), ("en/status", "We are reading your complaint")],
)
async def test_a_complaint_that_nobody_has_read_yet_says_so(
    tmp_path: Path, root: str, words: str
) -> None:
    async with visiting(tmp_path) as (client, _):
        page = await client.get(f"/{root}/{status_path(KEYS, held_case().case.reference)}")
    assert page.status_code == 200
    assert words in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_the_status_page_never_shows_a_name_or_a_word_of_the_person(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        pages = [
            await client.get(f"/{root}/{status_path(KEYS, case.reference)}")
            for root in ("suivi", "en/status")
        ]
    for page in pages:
        assert page.status_code == 200
        assert "Fortier" not in page.text
        assert "courriel.example" not in page.text
        assert "450 555-0142" not in page.text
        assert "versement" not in page.text
        assert department().units["MTL-NO"].phone in plain(page.text)
    assert "Jour 2 sur 20" in plain(pages[0].text)
    assert "Day 2 of 20" in plain(pages[1].text)


async def test_a_held_complaint_is_being_sorted(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        case = await held_case().keep(store)
        page = await client.get(f"/suivi/{status_path(KEYS, case.reference)}")
    assert "Nous cherchons l’unité qui vous répondra" in plain(page.text)


async def test_a_wrong_secret_and_an_unknown_reference_look_the_same(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        wrong = await client.get(f"/suivi/{case.reference}/aaaaa-aaaaa-aaaaa-aaaaa")
        unknown = await client.get("/suivi/26-0000-0000-0/aaaaa-aaaaa-aaaaa-aaaaa")
        odd = await client.get("/suivi/x/%C3%A9")
    assert [wrong.status_code, unknown.status_code, odd.status_code] == [404] * 3
    assert wrong.text == unknown.text == odd.text


async def test_the_secret_may_be_typed_without_dashes_and_in_capitals(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        _, secret = status_path(KEYS, case.reference).split("/")
        page = await client.get(f"/suivi/{case.reference}/{secret.replace('-', '').upper()}")
    assert page.status_code == 200


async def test_a_received_page_of_another_envelope_does_not_open(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        first = (await send(client)).headers["location"]
        other = (await send(client, recit="Autre")).headers["location"]
        mixed = "/".join((*first.split("/")[:-1], other.split("/")[-1]))
        page = await client.get(mixed)
    assert page.status_code == 404


async def test_pages_of_a_store_that_is_down_say_so(tmp_path: Path) -> None:
    async with down_client(tmp_path) as client:
        status = await client.get(f"/suivi/{status_path(KEYS, held_case().case.reference)}")
        ready, live = await client.get("/health/ready"), await client.get("/health/live")
    assert [status.status_code, ready.status_code, live.status_code] == [503, 503, 200]


async def test_a_ready_door_says_so(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        assert (await client.get("/health/ready")).status_code == 200


@pytest.mark.parametrize(("path", "title"), [("/x", "existe pas"), ("/en/x", "does not exist")])
async def test_a_page_that_does_not_exist_says_so(tmp_path: Path, path: str, title: str) -> None:
    async with visiting(tmp_path) as (client, _):
        page = await client.get(path)
    assert page.status_code == 404
    assert title in page.text
    assert page.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("path", ["/confidentialite", "/en/privacy"])
async def test_privacy_is_told(tmp_path: Path, path: str) -> None:
    async with visiting(tmp_path) as (client, _):
        page = await client.get(path)
    assert page.status_code == 200
    assert "CC BY 4.0" in page.text.replace(NBSP, " ")


async def test_the_sheet_may_be_kept_under_its_own_address(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        page = await client.get("/plainte")
        (address,) = re.findall(r'href="(/style/[^"]+)"', page.text)
        sheet = await client.get(address)
    assert sheet.headers["content-type"].startswith("text/css")
    assert "immutable" in sheet.headers["cache-control"]
