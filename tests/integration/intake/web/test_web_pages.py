"""The form door as a browser sees it, in both languages, without a socket."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from services.intake.limits import FormLimits
from services.intake.reading.parts import extract
from services.intake.web import build_app
from shared.department import Department
from shared.domain.keys import status_path
from shared.errors import Transient
from shared.pages.guard import POLICY
from shared.pages.texts import NBSP
from shared.ports.query import Query
from shared.ports.store import Store
from tests.pages_samples import (
    KEYS,
    StoppedClock,
    assigned_case,
    browser_of,
    department,
    held_case,
    store_in,
)

FORM = {"fr": "/plainte", "en": "/en/complaint"}
PDF = ("avis.pdf", b"%PDF-1.4 avis", "application/pdf")
FILM = ("comptoir.mov", b"\x00\x00\x00\x14ftypqt  ", "video/quicktime")
STORY = "J’attends depuis six semaines."


class DownStore:
    """A store that answers nothing: every collection raises the same error."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or Transient("store_down")

    def __getattr__(self, name: str) -> Any:
        async def fail(*args: object, **more: object) -> None:
            raise self._error

        verbs = {"ping", "get", "find", "add", "count", "raw"}
        return fail if name in verbs else DownStore(self._error)


def client_on(
    store: Store,
    folder: Path,
    *,
    limits: FormLimits | None = None,
    tables: Department | None = None,
    broken_tables: bool = False,
) -> httpx.AsyncClient:
    sound = tables or department()
    app = build_app(
        store=store,
        clock=StoppedClock(),
        keys=KEYS,
        addresses=sound.addresses,
        department=None if broken_tables else sound,
        public_url="https://plaintes.example/",
        limits=limits,
        held_folder=folder / "held",
    )
    return browser_of(app)


@asynccontextmanager
async def visiting(folder: Path, **options: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Store]]:
    async with store_in(folder) as store, client_on(store, folder, **options) as client:
        yield client, store


def down_client(folder: Path, error: Exception | None = None) -> httpx.AsyncClient:
    return client_on(cast("Store", DownStore(error)), folder)


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)


def carried(page: str) -> dict[str, Any]:
    """Return what a page sends again by itself."""
    return {"envoi": hidden(page, "envoi"), "garde": hidden(page, "garde")}


def plain(page: str) -> str:
    """Return the page's words without tags, entities or hard blanks."""
    return html.unescape(re.sub(r"<[^>]+>", "", page)).replace(NBSP, " ")


async def send(
    client: httpx.AsyncClient, *files: tuple[str, bytes, str], language: str = "fr", **given: Any
) -> httpx.Response:
    fields = {"recit": STORY, "envoi": "one page"} | given
    parts = [("documents", each) for each in files] or [("documents", ("", b"", "x/y"))]
    return await client.post(FORM[language], data=fields, files=parts)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_form_is_one_page_without_script_under_60_kb(
    tmp_path: Path, language: str
) -> None:
    async with visiting(tmp_path) as (client, _):
        page = await client.get(FORM[language])
    assert page.status_code == 200
    assert len(page.content) < 60_000
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert f'<html lang="{language}-CA">' in page.text


async def test_the_root_leads_to_the_form(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        french, english = await client.get("/"), await client.get("/en/")
    assert (french.headers["location"], english.headers["location"]) == tuple(FORM.values())


async def test_limits_are_stated_before_anybody_chooses(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        page = plain((await client.get("/plainte")).text)
    assert "10 documents au plus, 5 Mo chacun, 20 Mo en tout" in page


async def test_the_list_of_offices_holds_live_ones_only(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        page = (await client.get("/plainte")).text
    assert 'value="MTL-NO"' in page
    assert 'value="MTL-PAT"' not in page
    assert 'value="DPRC"' not in page


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_story_alone_is_kept_and_shown_as_received(tmp_path: Path, language: str) -> None:
    async with visiting(tmp_path) as (client, store):
        answer = await send(client, language=language)
        assert answer.status_code == 303
        page = await client.get(answer.headers["location"])
        (envelope,) = await store.envelopes.find(Query())
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert envelope.channel == "form"
    assert envelope.submission is not None
    assert (envelope.submission.language, envelope.mail_from) == (language, "")
    assert envelope.rcpt_tos == ("plaintes@ministere.example",)
    reference = answer.headers["location"].split("/")[2 if language == "fr" else 3]
    assert f"https://plaintes.example/{'suivi' if language == 'fr' else 'en/status'}" in page.text
    assert status_path(KEYS, reference) in page.text


async def test_the_received_page_says_the_days_and_stays_on_reload(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        answer = await send(client, PDF, courriel="g@courriel.example")
        first = await client.get(answer.headers["location"])
        again = await client.get(answer.headers["location"])
    assert first.text == again.text
    words = plain(first.text)
    assert "Réponse au plus tard le mardi 22 décembre" in words
    assert "avec 1 document" in words
    assert "Nous l’envoyons aussi à g@courriel.example" in words


async def test_documents_and_choices_reach_the_envelope(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        await send(client, PDF, bureau="MTL-NO", courriel="g@courriel.example", nom="Zoé")
        (envelope,) = await store.envelopes.find(Query())
        raw = await store.envelopes.raw(envelope.id)
    assert envelope.submission is not None
    assert (envelope.submission.office, envelope.submission.name) == ("MTL-NO", "Zoé")
    assert envelope.mail_from == "g@courriel.example"
    assert envelope.rcpt_tos == (department().units["MTL-NO"].address,)
    assert raw is not None
    assert extract(raw, "2") == ("avis.pdf", "application/pdf", PDF[1])


async def test_the_same_page_sent_twice_is_one_envelope(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        first, second = await send(client, PDF), await send(client, PDF)
        assert first.headers["location"] == second.headers["location"]
        assert len(await store.envelopes.find(Query())) == 1


async def test_the_same_page_with_other_words_is_another_envelope(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        await send(client)
        await send(client, recit="Et encore autre chose.")
        assert len(await store.envelopes.find(Query())) == 2


@pytest.mark.parametrize(
    ("language", "title"), [("fr", "Erreur : Porter plainte"), ("en", "Error: File a complaint")]
)
async def test_a_fault_gives_everything_back_with_a_summary_in_page_order(
    tmp_path: Path, language: str, title: str
) -> None:
    async with visiting(tmp_path) as (client, store):
        page = await send(client, FILM, language=language, courriel="g@x", nom="Zoé <b>")
        assert await store.envelopes.find(Query()) == []
    assert page.status_code == 422
    assert plain(page.text.partition("<title>")[2]).startswith(title)
    summary = page.text[page.text.index('class="alert') : page.text.index("<h1>")]
    assert re.findall(r'href="#(\w+)"', summary) == ["documents", "courriel"]
    assert STORY in page.text
    assert 'value="g@x"' in page.text
    assert 'value="Zoé &lt;b&gt;"' in page.text
    assert page.text.count('aria-invalid="true"') == 2


async def test_documents_of_a_refused_page_need_not_be_chosen_again(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        page = await send(client, PDF, courriel="g@x")
        assert "avis.pdf" in page.text
        answer = await send(client, **carried(page.text), courriel="g@courriel.example")
        assert answer.status_code == 303
        (envelope,) = await store.envelopes.find(Query())
        raw = await store.envelopes.raw(envelope.id)
    assert raw is not None
    assert extract(raw, "2")[2] == PDF[1]


async def test_a_second_click_on_a_page_with_held_documents_changes_nothing(
    tmp_path: Path,
) -> None:
    async with visiting(tmp_path) as (client, store):
        page = await send(client, PDF, courriel="g@x")
        first = await send(client, **carried(page.text))
        second = await send(client, **carried(page.text))
        assert first.headers["location"] == second.headers["location"]
        assert len(await store.envelopes.find(Query())) == 1


async def test_a_document_chosen_twice_goes_once(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        page = await send(client, PDF, courriel="g@x")
        answer = await send(client, PDF, **carried(page.text))
        received = await client.get(answer.headers["location"])
    assert "avec 1 document" in plain(received.text)


async def test_a_document_that_another_process_holds_is_named_and_never_dropped(
    tmp_path: Path,
) -> None:
    async with store_in(tmp_path) as store:
        async with client_on(store, tmp_path / "one") as client:
            page = await send(client, PDF, courriel="g@x")
        async with client_on(store, tmp_path / "two") as client:
            again = await send(client, **carried(page.text))
            assert again.status_code == 422
            assert "Nous n’avons plus le document « avis.pdf »" in plain(again.text)
            last = await send(client, **carried(again.text))
            assert last.status_code == 303


async def test_a_held_document_can_be_taken_back(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        page = await send(client, PDF, courriel="g@x")
        (held_id,) = re.findall(r'name="retirer" value="([^"]+)"', page.text)
        after = await send(client, **carried(page.text), retirer=held_id)
    assert after.status_code == 200
    assert "« avis.pdf » est retiré" in plain(after.text)
    assert hidden(after.text, "garde") == []
    assert STORY in after.text


async def test_the_language_switch_keeps_what_was_typed(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        page = await send(client, PDF, language="en", passer="1", nom="Zoé")
        assert await store.envelopes.find(Query()) == []
    assert page.status_code == 200
    assert '<html lang="en-CA">' in page.text
    assert STORY in page.text
    assert "avis.pdf" in page.text
    assert 'value="Zoé"' in page.text


async def test_a_store_that_is_down_keeps_everything_typed(tmp_path: Path) -> None:
    async with down_client(tmp_path) as client:
        page = await send(client, PDF, courriel="g@courriel.example")
    assert page.status_code == 503
    assert page.headers["retry-after"] == "60"
    assert "Rien de ce que vous avez écrit n’est perdu" in plain(page.text)
    assert STORY in page.text
    assert len(hidden(page.text, "garde")) == 1


async def test_a_defect_of_ours_keeps_everything_typed_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with down_client(tmp_path, ValueError("a word of the person")) as client:
        page = await send(client, PDF)
    assert page.status_code == 503
    assert STORY in page.text
    assert len(hidden(page.text, "garde")) == 1
    (record,) = [each for each in caplog.records if each.getMessage() == "page_failed"]
    assert "a word of the person" not in str(record.__dict__)


async def test_a_complaint_sent_again_after_a_failure_is_one_envelope(tmp_path: Path) -> None:
    async with down_client(tmp_path) as client:
        page = await send(client, PDF)
    async with visiting(tmp_path) as (client, store):
        answer = await send(client, **carried(page.text))
        assert answer.status_code == 303
        assert len(await store.envelopes.find(Query())) == 1


async def test_a_source_that_sends_too_fast_waits_and_loses_nothing(tmp_path: Path) -> None:
    async with visiting(tmp_path, limits=FormLimits(burst=1)) as (client, store):
        await send(client)
        page = await send(client, recit="Une autre plainte.")
        assert len(await store.envelopes.find(Query())) == 1
    assert page.status_code == 429
    assert "Une autre plainte." in page.text


async def test_a_filled_trap_is_kept_as_a_suspect_and_never_refused(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, store):
        answer = await send(client, **{"laisser-vide": "https://x.example"})
        (envelope,) = await store.envelopes.find(Query())
    assert (answer.status_code, envelope.spam) == (303, True)


async def test_a_document_that_is_too_large_is_named_and_the_words_stay(tmp_path: Path) -> None:
    big = ("gros.pdf", b"%PDF-" + b"x" * 200, "application/pdf")
    async with visiting(tmp_path, limits=FormLimits(file_bytes=100)) as (client, _):
        page = await send(client, big)
    assert page.status_code == 422
    assert "Le document « gros.pdf » dépasse 100 octets" in plain(page.text)
    assert STORY in page.text


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_body_far_too_large_gets_an_answer_in_words(tmp_path: Path, language: str) -> None:
    limits = FormLimits(body_bytes=1000)
    async with visiting(tmp_path, limits=limits) as (client, _):
        page = await send(client, ("a.pdf", b"x" * 2000, "application/pdf"), language=language)
    assert page.status_code == 413


async def test_a_body_that_is_no_form_gets_an_answer_in_words(tmp_path: Path) -> None:
    async with visiting(tmp_path) as (client, _):
        page = await client.post("/plainte", content=b"x", headers={"content-type": "text/plain"})
    assert page.status_code == 415


async def test_broken_tables_leave_the_form_open_without_offices_or_days(tmp_path: Path) -> None:
    async with visiting(tmp_path, broken_tables=True) as (client, store):
        form = await client.get("/plainte")
        answer = await send(client)
        received = await client.get(answer.headers["location"])
        path = status_path(KEYS, answer.headers["location"].split("/")[2])
        status = await client.get(f"/suivi/{path}")
        assert len(await store.envelopes.find(Query())) == 1
    assert [form.status_code, received.status_code, status.status_code] == [200] * 3
    assert "<select" not in form.text
    assert 'class="days"' not in received.text


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
