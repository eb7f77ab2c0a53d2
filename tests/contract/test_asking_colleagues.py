"""A colleague is asked by name, on both stores: the question, its answer, nothing of the case."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import date

import httpx
import pytest

from services.desk import tokens
from services.desk.paths import PATHS
from shared.domain.account import Account, Mandate
from shared.domain.case import Case
from shared.domain.remark import Remark
from shared.events import CaseConsulted
from shared.ports.query import Equal, Query
from tests.at_the_desk import At, account, do
from tests.contract.conftest import Stores
from tests.pages_samples import NOW, OFFICE, assigned_case, held_case

FR, EN = PATHS["fr"], PATHS["en"]
QUESTION = "Le dossier de mai est-il au classeur ?"
ANSWER = "Oui, sous la lettre F."


def plain(page: httpx.Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\u00a0", " ")


async def case_in(at: At) -> Case:
    return await at.reload(await assigned_case().keep(at.store))


async def kept(at: At, name: str, role: str = "staff", unit: str | None = OFFICE) -> Account:
    return await at.store.accounts.save(account(name, role, unit))  # type: ignore[arg-type]


async def asked(at: At, case: Case, colleague: Account, text: str = QUESTION) -> Remark:
    """Have an agent of the unit ask; return the question as it is kept."""
    async with await at.sign_in(account("melanie", "agent")) as mel:
        answer = await do(
            mel, f"{FR.case(case.reference)}/question", colleague=colleague.id, text=text
        )
    assert answer.status_code == 303
    found = await at.store.remarks.find(Query(Equal("case_id", case.id), sort="at"))
    return next(one for one in found if one.text == text)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", ("On me demande", "1 question attend", "Melanie demande")),
        ("en", ("Asked of me", "1 question waits", "Melanie asks")),
    ],
)
async def test_who_reads_no_complaint_sees_the_question_alone_and_answers(
    stores: Stores, language: str, told: tuple[str, ...]
) -> None:
    at, paths = At(stores.store), PATHS[language]  # type: ignore[index]
    case, paul = await case_in(at), await kept(at, "paul")
    await asked(at, case, paul)
    async with await at.sign_in(paul) as client:
        home = await client.get(paths.cases)
        listed = await client.get(paths.asked)
        (link,) = re.findall(rf'href="({paths.asked}/[^"]+)"', listed.text)
        page = await client.get(link)
        forbidden = await client.get(paths.case(case.reference))
        done = await do(client, link, text=ANSWER)
        empty = await client.get(done.headers["location"])
        gone = await client.get(link)
    reads = await at.store.reads.find(Query(Equal("by", f"account:{paul.id}")))
    assert home.headers["location"] == paths.asked
    assert all(words in plain(listed) + plain(page) for words in told)
    assert QUESTION in plain(page)
    assert case.reference in plain(page)
    for shown in (listed, page):
        assert all(words not in shown.text for words in ("Ginette", "coupé", paths.cases + "/"))
    assert (forbidden.status_code, done.status_code, gone.status_code) == (403, 303, 404)
    assert QUESTION not in empty.text
    assert {(one.case_id, one.what) for one in reads} == {(case.id, "question")}


async def test_the_answer_comes_back_to_the_case_and_its_unit_is_told(stores: Stores) -> None:
    at = At(stores.store)
    case, paul = await case_in(at), await kept(at, "paul")
    question = await asked(at, case, paul)
    async with await at.sign_in(account("simon", "agent")) as sim:
        before = plain(await sim.get(FR.case(case.reference)))
        async with await at.sign_in(paul) as client:
            await do(client, f"{FR.asked}/{question.id}", text=ANSWER)
        after = plain(await sim.get(FR.case(case.reference)))
    told = [one for one in await stores.emitted() if isinstance(one, CaseConsulted)]
    assert "attend la réponse" in before
    assert "1 question sans réponse" in before
    assert "attend la réponse" not in after
    assert "sans réponse" not in after
    assert ANSWER in after
    assert "Réponse de Paul" in after
    assert [(one.unit_id, one.is_reply) for one in told] == [(OFFICE, True)]


async def test_a_question_is_for_who_is_asked_and_for_as_long_as_they_are_of_the_unit(
    stores: Stores,
) -> None:
    at = At(stores.store)
    case, paul = await case_in(at), await kept(at, "paul")
    question = await asked(at, case, paul)
    path = f"{FR.asked}/{question.id}"
    await at.store.accounts.save(paul.changed(mandates=(Mandate(role="staff", unit_id="DR-16"),)))
    others = (
        account("lise", "staff"),
        account("sim", "agent"),
        account("dir", "complaints_office"),
    )
    for somebody in (paul, *others):
        async with await at.sign_in(somebody) as client:
            answers = [await client.get(path), await do(client, path, text=ANSWER, page=FR.asked)]
            listed = await client.get(FR.asked)
        assert [one.status_code for one in answers] == [404, 404]
        assert QUESTION not in listed.text
    async with await at.sign_in(account("ops", "operations")) as client:
        assert (await client.get(FR.asked)).status_code == 403
    assert (await at.store.remarks.get(question.id)) == question


async def test_only_a_colleague_of_the_unit_is_asked_and_not_with_a_unit_at_once(
    stores: Stores,
) -> None:
    at = At(stores.store)
    case, stranger = await case_in(at), await kept(at, "loin", unit="DR-16")
    paul, mel = await kept(at, "paul"), await kept(at, "mel", "agent")
    gone = await kept(at, "parti")
    await at.store.accounts.save(gone.changed(closed_at=NOW))
    path = f"{FR.case(case.reference)}/question"
    async with await at.sign_in(mel) as client:
        form = await client.get(path)
        wrong = [
            await do(client, path, colleague=one, text=QUESTION)
            for one in (stranger.id, mel.id, gone.id, "nobody")
        ]
        both = await do(client, path, colleague=paul.id, unit="DR-16", text=QUESTION)
        silent = await do(client, path, colleague=paul.id, text="  ")
    assert {page.status_code for page in (*wrong, both, silent)} == {400}
    assert all("Choisissez une personne de l’unité" in plain(page) for page in wrong)
    assert "non les deux à la fois" in plain(both)
    assert QUESTION in html.unescape(both.text)
    assert f'value="{paul.id}"' in form.text
    assert all(one.id not in form.text for one in (stranger, gone))
    assert await at.store.remarks.count(Equal("case_id", case.id)) == 0


async def test_a_question_has_one_answer(stores: Stores) -> None:
    at = At(stores.store)
    case, paul = await case_in(at), await kept(at, "paul")
    path = f"{FR.asked}/{(await asked(at, case, paul)).id}"
    async with await at.sign_in(paul) as client:
        empty = await do(client, path, text=" ")
        answers = await asyncio.gather(*(do(client, path, text=one) for one in ("Oui.", "Non.")))
    replies = [
        one for one in await at.store.remarks.find(Query(Equal("case_id", case.id), sort="at"))
        if one.kind == "reply"
    ]  # fmt: skip
    told = [one for one in await stores.emitted() if isinstance(one, CaseConsulted)]
    assert empty.status_code == 400
    assert 303 in {one.status_code for one in answers}
    assert {one.status_code for one in answers} <= {303, 400, 404}
    assert len(replies) == 1
    assert len({one.id for one in told}) == 1


async def test_what_colleagues_say_is_not_shown_to_a_unit_that_is_consulted(
    stores: Stores,
) -> None:
    at = At(stores.store)
    case, paul = await case_in(at), await kept(at, "paul")
    question = await asked(at, case, paul)
    async with await at.sign_in(account("odile", "agent")) as client:
        await do(client, f"{FR.case(case.reference)}/question", unit="DR-16", text="Chez vous ?")
    async with await at.sign_in(paul) as client:
        await do(client, f"{FR.asked}/{question.id}", text=ANSWER)
    async with await at.sign_in(account("loin", "agent", "DR-16")) as client:
        page = plain(await client.get(FR.case(case.reference)))
    assert "Chez vous ?" in page
    assert QUESTION not in page
    assert ANSWER not in page


async def test_the_office_asks_its_own_people_about_a_held_case(stores: Stores) -> None:
    at = At(stores.store)
    case = await held_case().keep(at.store)
    lise, agent = await kept(at, "lise", "complaints_office"), await kept(at, "sim", "agent")
    path = f"{EN.case(case.reference)}/question"
    async with await at.sign_in(account("dir", "complaints_office")) as client:
        refused = await do(client, path, colleague=agent.id, text=QUESTION)
        done = await do(client, path, colleague=lise.id, text=QUESTION)
    async with await at.sign_in(lise) as client:
        worklist = await client.get(EN.cases)
        listed = await client.get(EN.asked)
        (link,) = re.findall(rf'href="({EN.asked}/[^"]+)"', listed.text)
        page = await client.get(link)
    assert (refused.status_code, done.status_code) == (400, 303)
    assert "Asked of me 1" in re.sub(r"\s+", " ", plain(worklist))
    # Who may read the case anyway is led to it
    assert EN.case(case.reference) in page.text


async def test_many_questions_come_page_by_page(stores: Stores) -> None:
    at = At(stores.store)
    case, paul = await case_in(at), await kept(at, "paul")
    question = await asked(at, case, paul)
    for number in range(60):
        await at.store.remarks.add(
            question.changed(id=f"q{number}", text=f"Encore {number}.", version=0)
        )
    async with await at.sign_in(paul) as client:
        first = await client.get(FR.asked)
        (more,) = re.findall(r'href="([^"]+)" rel="next"', first.text)
        second = await client.get(html.unescape(more))
    rows = [page.text.count('<th scope="row">') for page in (first, second)]
    assert rows == [50, 11]
    assert "61 questions attendent" in plain(first)


async def test_a_program_asks_a_colleague_and_reads_the_answer(stores: Stores) -> None:
    at = At(stores.store)
    case, paul = await case_in(at), await kept(at, "paul")
    mandates = [Mandate(role="agent", unit_id=OFFICE)]
    _, secret = await tokens.make(
        at.store, "Registre", mandates, NOW, until=date(2027, 1, 1), today=NOW.date()
    )
    here = f"/api/v1/cases/{case.reference}"
    async with at.client() as program:
        program.headers["Authorization"] = f"Bearer {secret}"
        body = {"version": 1, "colleague": paul.id, "text": QUESTION}
        done = await program.post(f"{here}/acts/question", json=body)
        waiting = (await program.get(here)).json()["notes"]
        async with await at.sign_in(paul) as client:
            listed = await client.get(FR.asked)
            (link,) = re.findall(rf'href="({FR.asked}/[^"]+)"', listed.text)
            await do(client, link, text=ANSWER)
        answered = (await program.get(here)).json()["notes"]
        refused = await program.post(
            f"{here}/acts/question", json={**body, "unit": "DR-16", "version": 1}
        )
    assert done.status_code == 200
    assert [(one["to"], one["waits"]) for one in waiting] == [("Paul", True)]
    assert sorted((one["kind"], one["waits"]) for one in answered) == [
        ("question", False),
        ("reply", False),
    ]
    assert (refused.status_code, refused.json()["code"]) == (422, "two_asked")
