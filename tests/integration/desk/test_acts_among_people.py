"""Drafts, consultations, events, refusals and receipts, as the pages of the desk offer them."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import httpx

from services.desk.paths import PATHS
from shared.domain.case import Case
from shared.domain.reading import Flag
from shared.ports.query import Equal
from tests.at_the_desk import At, account, do, the_desk
from tests.pages_samples import assigned_case, held_case

FR = PATHS["fr"]
CLOSING = {"outcome": "partly", "motive": "delays", "text": "Nous avons vérifié."}


def plain(page: httpx.Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\u00a0", " ")


async def case_in(at: At) -> Case:
    return await at.reload(await assigned_case().keep(at.store))


async def test_a_draft_waits_for_its_writer_alone_and_goes_when_it_is_sent(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        mel = await at.sign_in(account("mel", "agent"))
        sim = await at.sign_in(account("sim", "agent"))
        kept = await do(mel, f"{here}/answer", text="Commencé hier.", garder="1")
        page = await mel.get(kept.headers["location"])
        hers, his = await mel.get(f"{here}/answer"), await sim.get(f"{here}/answer")
        await do(mel, f"{here}/answer", text="Fini.")
        after = await mel.get(f"{here}/answer")
    assert "Brouillon commencé" in plain(page)
    assert "Commencé hier." in hers.text
    assert "Commencé hier." not in his.text + after.text


async def test_a_consulted_unit_answers_with_a_reply(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            none = await do(client, f"{here}/reply", page=f"{here}/note", text="À personne.")
            await do(client, f"{here}/question", unit="DR-16", text="Chez vous ?")
        async with await at.sign_in(account("sim", "agent", "DR-16")) as client:
            replied = await do(client, f"{here}/reply", text="Oui, depuis mai.")
        async with await at.sign_in(account("mel", "agent")) as client:
            page = await client.get(here)
    assert (none.status_code, replied.status_code) == (400, 303)
    assert "Oui, depuis mai." in plain(page)


async def test_a_case_is_tied_to_an_event_and_untied(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        path = f"{FR.case(case.reference)}/event"
        async with await at.sign_in(account("mel", "agent")) as client:
            long = await do(client, path, event="x" * 81)
            await do(client, path, event=" panne  du 12 novembre ")
            tied = (await at.reload(case)).event
            await do(client, path, event="")
        untied = (await at.reload(case)).event
    assert (long.status_code, tied, untied) == (400, "panne du 12 novembre", None)


async def test_related_cases_are_those_that_the_reader_may_see(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        one = assigned_case().case.changed(participants=("g@courriel.example",))
        other = assigned_case(name="G. Fortier").case
        assert other.assignment is not None
        elsewhere = other.assignment.model_copy(update={"unit_id": "DR-16"})
        other = other.changed(participants=("g@courriel.example",), assignment=elsewhere)
        for each in (one, other):
            await at.store.cases.add(each)
        async with await at.sign_in(account("mel", "agent")) as client:
            hidden = await client.get(FR.case(one.reference))
        async with await at.sign_in(account("dir", "complaints_office")) as client:
            shown = await client.get(FR.case(one.reference))
    assert other.reference not in hidden.text
    assert other.reference in shown.text


async def test_a_refused_case_goes_back_to_the_office_and_leaves_the_list(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            await do(client, f"{here}/take", page=here)
            silent = await do(client, f"{here}/refuse", because=" ")
            back = await do(client, f"{here}/refuse", because="Servie à Laval.")
            gone = await client.get(here)
        after = await at.reload(case)
    assert (silent.status_code, back.headers["location"], gone.status_code) == (400, FR.cases, 404)
    assert (after.state, after.taken_by, after.refusals[-1].because) == (
        "held",
        None,
        "Servie à Laval.",
    )


async def test_receipt_of_a_sensitive_case_is_confirmed_once(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("dir", "complaints_office")) as client:
            before = await client.get(here)
            await do(client, f"{here}/sensitive", because="Parle de se faire du mal.")
            done = await do(client, f"{here}/confirm", page=here)
            again = await do(client, f"{here}/confirm", page=here)
        after = await at.reload(case)
    assert "Confirmer la réception" not in before.text
    assert (done.status_code, again.status_code) == (303, 400)
    assert after.receipt is not None
    assert after.receipt.by == "Dir"


async def test_a_contact_by_telephone_is_noted(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            await do(client, f"{here}/contacted", page=here)
            page = await client.get(here)
        after = await at.reload(case)
    assert after.contacted_at is not None
    assert "Noter un premier contact" not in page.text


async def test_an_authority_sees_that_a_case_is_sensitive_and_nothing_of_the_person(
    tmp_path: Path,
) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("dir", "complaints_office")) as client:
            await do(client, f"{here}/sensitive", because="Parle de se faire du mal.")
        async with await at.sign_in(account("aut", "authority")) as client:
            home = await client.get(FR.cases)
            page = await client.get(FR.sensitive)
            whole = await client.get(here)
            confirm = f"{FR.sensitive}/{case.reference}/confirm"
            done = await do(client, confirm, page=FR.sensitive)
            again = await do(client, confirm, page=FR.sensitive)
            after = await client.get(FR.sensitive)
        async with await at.sign_in(account("sim", "manager", "DR-16")) as client:
            elsewhere = await client.get(FR.sensitive)
    assert (home.headers["location"], whole.status_code) == (FR.sensitive, 403)
    assert case.reference in page.text
    assert "Fortier" not in page.text
    assert (done.headers["location"], again.headers["location"]) == (
        FR.sensitive,
        f"{FR.sensitive}?refus=1",
    )
    assert "Aut, " in plain(after)
    assert case.reference not in elsewhere.text


async def test_no_unit_is_consulted_about_a_possible_disclosure(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        held = held_case()
        flag = Flag(name="possible_disclosure", words="pot-de-vin", start=0, end=0)
        await replace(held, case=held.case.changed(flags=(flag,))).keep(at.store)
        here = FR.case(held.case.reference)
        async with await at.sign_in(account("dir", "complaints_office")) as client:
            asked = await do(client, f"{here}/question", unit="DR-16", text="Chez vous ?")
        async with await at.sign_in(account("sim", "agent", "DR-16")) as client:
            hidden = await client.get(here)
        remarks = await at.store.remarks.count(Equal("case_id", held.case.id))
    assert (asked.status_code, hidden.status_code, remarks) == (400, 404, 0)
    assert "Cette plainte reste au bureau des plaintes." in plain(asked)


async def test_a_consulted_unit_reads_what_was_put_to_it_and_no_other_note(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            await do(client, f"{here}/note", text="Une note entre nous.")
            await do(client, f"{here}/question", unit="DR-01", text="Et à Rimouski ?")
            await do(client, f"{here}/question", unit="DR-16", text="Chez vous ?")
            own = await client.get(here)
        async with await at.sign_in(account("sim", "agent", "DR-16")) as client:
            page = await client.get(here)
            act = await client.get(f"{here}/reply")
    for words in ("Une note entre nous.", "Et à Rimouski ?", "Chez vous ?"):
        assert words in plain(own)
    assert "Chez vous ?" in plain(page)
    assert "Une note" not in plain(page) + plain(act)
    assert "Rimouski" not in plain(page)


async def test_a_mark_that_a_person_gave_quotes_nothing(tmp_path: Path) -> None:
    async with the_desk(tmp_path) as at:
        case = await case_in(at)
        here = FR.case(case.reference)
        async with await at.sign_in(account("mel", "agent")) as client:
            await do(client, f"{here}/sensitive", because="Parle de se faire du mal.")
            page = await client.get(here)
    assert "sensible" in plain(page)
    assert not re.search(r"«\s*»", plain(page))
