from __future__ import annotations

import html
import re
from pathlib import Path

import httpx
import pytest

from services.desk.acts import ACTS
from services.desk.paths import PATHS
from shared.domain.case import Case
from shared.domain.delays import running_pause
from shared.ports.query import AllOf, Equal, Query
from tests.at_the_desk import At, account, do, the_desk
from tests.pages_samples import OFFICE, assigned_case, held_case

FR = PATHS["fr"]
CLOSING = {"outcome": "partly", "motive": "delays", "text": "Nous avons vérifié."}


def plain(page: httpx.Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\u00a0", " ")


async def case_in(at: At) -> Case:
    return await at.reload(await assigned_case().keep(at.store))


async def test_an_agent_takes_answers_and_closes_a_complaint(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        mel = account("mel", "agent")
        async with await at.sign_in(mel) as client:
            took = await do(client, f"{here}/take", page=here)
            answered = await do(client, f"{here}/answer", text="Voici ce que j’ai vérifié.")
            closed = await do(client, f"{here}/close", **CLOSING, told="notice")
            page = await client.get(closed.headers["location"])
        after = await at.reload(case)
    assert [each.status_code for each in (took, answered, closed)] == [303] * 3
    assert (after.state, after.taken_by, after.taken_by_name) == ("closed", mel.id, "Mel")
    assert [act.kind for act in after.acts] == ["answer", "closed"]
    assert after.closing is not None
    assert after.closing.told is not None
    assert after.closing.by == "Mel"
    assert "La plainte est close, la réponse part." in plain(page)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("told", "Dites comment la personne a reçu ses recours."),
        ("outcome", "Choisissez l’issue."),
        ("motive", "Choisissez le motif principal."),
        ("text", "Le texte est vide."),
    ],
)
async def test_a_closing_without_all_it_needs_is_refused_and_keeps_the_text(
    tmp_path: Path, missing: str, words: str
) -> None:
    given = {**CLOSING, "told": "notice", missing: ""}
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        async with await at.sign_in(account("mel", "agent")) as client:
            page = await do(client, f"{FR.case(case.reference)}/close", **given)
        after = await at.reload(case)
    assert page.status_code == 400
    assert words in plain(page)
    assert given["text"] in page.text
    assert f'href="#{missing}' in page.text
    assert (after.state, after.version) == ("assigned", case.version)


async def test_the_letter_can_be_read_before_it_leaves(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        path = f"{FR.case(case.reference)}/close"
        async with await at.sign_in(account("mel", "agent")) as client:
            page = await do(client, path, **CLOSING, told="notice", voir="1")
        after = await at.reload(case)
    assert page.status_code == 200
    for words in ("Nous avons vérifié.", "Protecteur du citoyen", "fondée en partie"):
        assert words in plain(page)
    assert after.version == case.version


async def test_the_second_of_two_is_told_and_nothing_is_overwritten(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        one = await at.sign_in(account("mel", "agent"))
        other = await at.sign_in(account("sim", "agent"))
        opened = await other.get(f"{here}/answer")
        await do(one, f"{here}/answer", text="La première réponse.")
        form = dict(re.findall(r'name="(jeton|version)" value="([^"]+)"', opened.text))
        late = await other.post(f"{here}/answer", data={**form, "text": "La deuxième."})
        after = await at.reload(case)
        again = await do(other, f"{here}/answer", text="La deuxième, relue.")
        last = await at.reload(case)
    assert late.status_code == 409
    assert "La deuxième." in late.text
    assert "Quelqu’un a changé la plainte" in plain(late)
    assert [act.text for act in after.acts] == ["La première réponse."]
    assert again.status_code == 303
    assert len(last.acts) == 2


async def test_a_unit_that_tries_another_units_case_gets_nothing(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        message_id = assigned_case().messages[0][0].id
        async with await at.sign_in(account("sim", "agent", "DR-01")) as client:
            gets = [here, *(f"{here}/{act}" for act in ACTS), f"{here}/document/{message_id}/1"]
            seen = [await client.get(path) for path in gets]
            posts = [
                await do(client, f"{here}/{act}", page=FR.cases, **CLOSING, told="notice")
                for act in ACTS
            ]
            unknown = await client.get(FR.case("26-0000-0000-0"))
            found = await client.get(FR.cases, params={"q": case.reference})
            all_ = await client.get(FR.cases, params={"choix": "all", "unite": OFFICE})
        reads = await at.store.reads.count(Equal("case_id", case.id))
        after = await at.reload(case)
    assert {each.status_code for each in seen + posts} == {404}
    assert seen[0].text == unknown.text
    assert "Aucune plainte trouvée" in plain(found)
    assert "Ginette" not in all_.text
    assert set(re.findall(r"<b[^>]*>(\d+)</b>", found.text + all_.text)) == {"0"}
    assert (reads, after.version) == (0, case.version)


async def test_a_transferred_case_leaves_the_list_of_who_gave_it_away(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        path = f"{FR.case(case.reference)}/transfer"
        async with await at.sign_in(account("mel", "agent")) as client:
            page = await do(client, path, unit="DR-16", because="Servie à Longueuil.")
            gone = await client.get(FR.case(case.reference))
        after = await at.reload(case)
        async with await at.sign_in(account("sim", "agent", "DR-16")) as client:
            there = await client.get(FR.case(case.reference))
    assert (page.status_code, page.headers["location"]) == (303, FR.cases)
    assert (after.unit_id, after.moves[-1].because) == ("DR-16", "Servie à Longueuil.")
    assert (gone.status_code, there.status_code) == (404, 200)
    assert "Servie à Longueuil." not in plain(there)


async def test_a_unit_that_is_consulted_reads_the_case_and_cannot_answer_it(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            await do(client, f"{here}/question", unit="DR-16", text="Le dossier est-il chez vous ?")
        async with await at.sign_in(account("sim", "agent", "DR-16")) as client:
            page = await client.get(here)
            answer = await do(client, f"{here}/answer", page=here, text="Je réponds.")
            concerning = await client.get(FR.cases, params={"onglet": "concerning"})
            addressed = await client.get(FR.cases)
        after = await at.reload(case)
    assert (page.status_code, answer.status_code, after.acts) == (200, 404, ())
    assert "Le dossier est-il chez vous ?" in plain(page)
    assert case.reference in concerning.text
    assert case.reference not in addressed.text


async def test_a_note_stands_in_the_case_and_counts_as_something_done(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            empty = await do(client, f"{here}/note", text=" ")
            kept = await do(client, f"{here}/note", text="Vu au comptoir.")
            page = await client.get(here)
        remarks = await at.store.remarks.find(Query(Equal("case_id", case.id)))
        after = await at.reload(case)
    assert (empty.status_code, kept.status_code) == (400, 303)
    assert [each.text for each in remarks] == ["Vu au comptoir."]
    assert "Vu au comptoir." in plain(page)
    assert after.acted_at is not None


async def test_asking_stops_the_clock_and_resuming_starts_it(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            await do(client, f"{here}/ask", text="Il manque la lettre.", until="2026-12-04")
            stands = running_pause((await at.reload(case)).pauses)
            waiting = await client.get(FR.cases, params={"choix": "waiting"})
            await do(client, f"{here}/resume", page=here)
            runs = running_pause((await at.reload(case)).pauses)
    assert (stands is not None, runs) == (True, None)
    assert case.reference in waiting.text


async def test_a_bad_day_is_told_at_its_field(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        path = f"{FR.case(case.reference)}/extend"
        async with await at.sign_in(account("mel", "agent")) as client:
            pages = [
                await do(client, path, text="Une enquête est en cours.", until=until)
                for until in ("", "demain", "2026-12-19", "2026-11-25")
            ]
    assert [page.status_code for page in pages] == [400] * 4
    assert all('aria-invalid="true"' in page.text for page in pages)


async def test_only_who_leads_reopens_and_gives_to_a_colleague(tmp_path: Path) -> None:
    sim = account("sim", "agent")
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        await at.store.accounts.save(sim)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            await do(client, f"{here}/close", **CLOSING, told="notice")
            no = await do(client, f"{here}/reopen", page=here, because="Encore une pièce.")
        async with await at.sign_in(account("chef", "manager", "DR-06")) as client:
            yes = await do(client, f"{here}/reopen", because="Encore une pièce.")
            given = await do(client, f"{here}/give", colleague=sim.id)
            page = await client.get(here)
        after = await at.reload(case)
    assert (no.status_code, yes.status_code, given.status_code) == (404, 303, 303)
    assert (after.state, after.taken_by_name) == ("assigned", "Sim")
    assert len(after.past_closings) == 1
    assert "Encore une pièce." in plain(page)


async def test_the_complaints_office_takes_a_case_up_and_marks_one_sensitive(
    tmp_path: Path,
) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("dir", "complaints_office")) as client:
            marked = await do(client, f"{here}/sensitive", because="Parle de se faire du mal.")
            up = await do(client, f"{here}/escalate", because="Pas satisfaite.")
            late = await do(client, f"{here}/escalate", page=here, because="Encore.")
        after = await at.reload(case)
        second = await at.store.cases.find(Query(Equal("level", 2)))
    assert (marked.status_code, up.status_code, late.status_code) == (303, 303, 400)
    assert "sensitive" in after.flag_names
    assert [each.first_level for each in second] == [case.reference]
    assert second[0].concerned_units == (OFFICE,)


async def test_a_held_case_is_the_offices_alone(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await held_case().keep(at.store)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            hidden = await client.get(here)
        async with await at.sign_in(account("dir", "complaints_office")) as client:
            shown = await client.get(here)
            given = await do(client, f"{here}/transfer", unit=OFFICE, because="C’est là.")
        after = await at.reload(case)
    assert (hidden.status_code, shown.status_code, given.status_code) == (404, 200, 303)
    assert after.unit_id == OFFICE


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_act_has_its_page_in_both_languages(tmp_path: Path, language: str) -> None:
    paths = PATHS["en" if language == "en" else "fr"]
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        async with await at.sign_in(account("dir", "complaints_office")) as client:
            pages = {
                name: await client.get(paths.act(case.reference, name))
                for name, act in ACTS.items()
                if act.fields and name not in ("reopen", "thank", "reply")
            }
    assert {name: page.status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)
    assert all(len(page.content) < 60_000 for page in pages.values())


async def test_every_reading_of_a_case_is_recorded_with_who_read_it(tmp_path: Path) -> None:
    mel = account("mel", "agent")
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        async with await at.sign_in(mel) as client:
            await client.get(FR.case(case.reference))
        reads = await at.store.reads.find(Query(AllOf((Equal("case_id", case.id),))))
    assert [(each.by, each.what) for each in reads] == [(f"account:{mel.id}", "case")]
