"""The form door as a browser sees it, in both languages, without a socket."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.intake.limits import FormLimits
from services.intake.reading.parts import extract
from shared.domain.keys import status_path
from shared.pages.guard import POLICY
from shared.ports.query import Query
from tests.pages_samples import (
    KEYS,
    department,
    store_in,
)
from tests.visiting import (
    FILM,
    FORM,
    PDF,
    STORY,
    carried,
    client_on,
    down_client,
    hidden,
    plain,
    send,
    visiting,
)


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
