"""The desk as a browser sees it: a case, its documents, and who does not see them."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from services.desk.app import build_app
from shared.domain.case import Case
from shared.domain.document import Document
from shared.domain.keys import Keys, desk_path
from shared.domain.reading import Flag
from shared.errors import Transient
from shared.pages.guard import POLICY
from shared.pages.texts import NBSP
from shared.ports.query import Equal, Query
from shared.ports.store import Store
from tests.pages_samples import (
    KEYS,
    MAIL,
    NOW,
    OFFICE,
    PART,
    StoppedClock,
    assigned_case,
    browser_of,
    department,
    held_case,
    store_in,
)

ROOTS = {"fr": "/bureau", "en": "/en/desk"}
UNTIL = NOW + timedelta(days=30)


def client_on(store: Store) -> httpx.AsyncClient:
    app = build_app(
        store=store,
        clock=StoppedClock(),
        keys=KEYS,
        department=department(),
        desk_url="https://bureau.example",
    )
    return browser_of(app)


@asynccontextmanager
async def desk_in(folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Store]]:
    async with store_in(folder) as store, client_on(store) as client:
        yield client, store


def link(
    case: Case,
    unit: str = OFFICE,
    *,
    language: str = "fr",
    until: datetime = UNTIL,
    keys: Keys = KEYS,
) -> str:
    return f"{ROOTS[language]}/{desk_path(keys, case.id, unit, until)}"


def plain(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page)).replace(NBSP, " ")


class WithoutReads:
    """A store that can keep no reading."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return self if name == "reads" else getattr(self._store, name)

    async def add(self, document: Document) -> bool:
        raise Transient("store_down", document.id)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_case_is_one_page_without_script_under_60_kb(tmp_path: Path, language: str) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        page = await client.get(link(case, language=language))
    assert page.status_code == 200
    assert len(page.content) < 60_000
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["cache-control"] == "no-store"
    assert f'<html lang="{language}-CA">' in page.text


async def test_the_persons_words_are_shown_as_text_with_their_evidence(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        page = (await client.get(link(case))).text
    assert "&lt;b&gt;Merci&lt;/b&gt;" in page
    assert "<b>Merci" not in page
    assert "<mark>bureau du nord-ouest de Montréal<a" in page
    assert '<mark class="doubt">Ahuntsic<a id="t4" href="#p4"' in page
    assert page.count('<li id="p') == 4
    assert '<use class="lit" href="#r06"/>' in page


async def test_a_hostile_name_stays_a_name(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await assigned_case(name="<img src=x onerror=alert(1)>").keep(store)
        page = (await client.get(link(case))).text
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


async def test_the_page_tells_clock_notices_and_history(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        words = plain((await client.get(link(case))).text)
    assert "Jour 2 sur 20" in words
    assert "reste 18 jours ouvrables" in words
    assert "pas encore remis 3 essais" in words
    assert "La personne nomme cette unité." in words
    assert "Votre demande a été transmise." in words
    assert "lettre d'été.html" in words


async def test_opening_a_case_is_recorded_before_it_is_shown(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        first = await client.get(link(case))
        second = await client.get(link(case))
        reads = await store.reads.find(Query(Equal("case_id", case.id)))
    assert [(read.by, read.what, read.at) for read in reads] == [
        (f"link:{OFFICE}", "case", NOW)
    ] * 2
    assert "première personne" in first.text
    assert "Consultée 1 fois avant vous" in plain(second.text)


async def test_a_case_whose_reading_cannot_be_recorded_is_not_shown(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        case = await assigned_case().keep(store)
        async with client_on(cast("Store", WithoutReads(store))) as client:
            page = await client.get(link(case))
    assert page.status_code == 503
    assert "Fortier" not in page.text


async def test_a_link_that_ran_out_says_what_to_do(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        page = await client.get(link(case, until=NOW))
    assert page.status_code == 410
    assert "Demandez-en un nouveau au bureau des plaintes" in page.text
    assert "Fortier" not in page.text


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_unit_that_no_longer_has_the_case_is_told_so(tmp_path: Path, language: str) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        page = await client.get(link(case, "DR-16", language=language))
        assert await store.reads.find(Query()) == []
    assert page.status_code == 403
    assert "Fortier" not in page.text


async def test_a_link_for_one_unit_does_not_open_as_another(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        forged = link(case, "DR-16").replace("DR-16", OFFICE)
        later = link(case).replace(str(int(UNTIL.timestamp())), "9999999999")
        foreign = link(case, keys=Keys([b"x" * 32]))
        odd = link(case).replace(str(int(UNTIL.timestamp())), "%C2%B2")
        pages = [await client.get(each) for each in (forged, later, foreign, odd)]
    assert [page.status_code for page in pages] == [404] * 4


async def test_a_case_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, _):
        page = await client.get(link(assigned_case().case))
    assert page.status_code == 404


async def test_the_complaints_office_sees_why_a_case_is_held_and_who_could_have_it(
    tmp_path: Path,
) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await held_case().keep(store)
        page = await client.get(link(case, "DPRC"))
    words = plain(page.text)
    assert "Plusieurs unités desservent ce lieu." in words
    assert "Direction régionale de Services Québec – Montérégie" in words
    assert "aucune adresse n’a été donnée" in words
    assert "Personne sans nom" in words


async def test_a_unit_does_not_see_that_a_case_was_taken_for_a_disclosure(tmp_path: Path) -> None:
    sample = assigned_case()
    flag = Flag(name="possible_disclosure", words="pot-de-vin", start=0, end=10)
    staff = Flag(name="names_staff", words="Mme Gabarit", start=0, end=11)
    flagged = replace(sample, case=sample.case.changed(flags=(flag, staff)))
    async with desk_in(tmp_path) as (client, store):
        case = await flagged.keep(store)
        unit = plain((await client.get(link(case))).text)
        office = plain((await client.get(link(case, "DPRC"))).text)
    assert "Nomme une personne du Ministère" in unit
    assert "divulgation" not in unit
    assert "Peut-être une divulgation" in office


async def test_a_message_that_could_not_be_read_leads_to_its_original(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        sample = held_case()
        message, raw = sample.messages[0]
        unread = message.reading.model_copy(update={"state": "failed", "own_text": "", "text": ""})
        broken = type(sample)(
            sample.case.changed(tray="unreadable"),
            ((message.changed(reading=unread), raw),),
            (),
        )
        case = await broken.keep(store)
        page = (await client.get(link(case, "DPRC"))).text
        original = await client.get(f"{link(case, 'DPRC')}/document/{message.id}/original")
    assert "n’a pas pu lire ce message" in plain(page)
    assert "/original" in page
    assert original.content == raw


async def test_a_document_is_saved_as_bare_bytes_and_its_reading_recorded(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        sample = assigned_case()
        case = await sample.keep(store)
        message = sample.messages[1][0]
        answer = await client.get(f"{link(case)}/document/{message.id}/{PART}")
        (read,) = await store.reads.find(Query())
    assert answer.status_code == 200
    assert answer.content.strip() == b"<script>alert(1)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert read.what == "document"


async def test_the_original_comes_as_it_was_received(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        sample = assigned_case()
        case = await sample.keep(store)
        answer = await client.get(f"{link(case)}/document/{sample.messages[1][0].id}/original")
    assert answer.content == MAIL
    assert f'filename="{case.reference}.eml"' in answer.headers["content-disposition"]


async def test_a_document_of_another_case_does_not_open_through_this_one(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = await assigned_case().keep(store)
        other = held_case()
        await other.keep(store)
        answer = await client.get(f"{link(case)}/document/{other.messages[0][0].id}/original")
        nothing = await client.get(f"{link(case)}/document/none/1")
        no_part = await client.get(f"{link(case)}/document/{assigned_case().messages[1][0].id}/9")
    assert [answer.status_code, nothing.status_code, no_part.status_code] == [404] * 3


async def test_a_document_needs_a_link_as_good_as_the_page(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        sample = assigned_case()
        case = await sample.keep(store)
        part = f"document/{sample.messages[1][0].id}/{PART}"
        late = await client.get(f"{link(case, until=NOW)}/{part}")
        elsewhere = await client.get(f"{link(case, 'DR-16')}/{part}")
    assert [late.status_code, elsewhere.status_code] == [410, 403]


@pytest.mark.parametrize(("path", "status"), [("/", 303), ("/en/desk", 303), ("/en/x", 404)])
async def test_without_a_link_the_desk_leads_to_the_sign_in_page(
    tmp_path: Path, path: str, status: int
) -> None:
    async with desk_in(tmp_path) as (client, _):
        page = await client.get(path)
        ready = await client.get("/health/ready")
    assert (page.status_code, ready.status_code) == (status, 200)
