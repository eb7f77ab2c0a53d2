"""The sorting queue: who sees it, what it shows, and one choice at a time."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path

import pytest
from httpx import Response

from services.desk.worklist import FLAGS
from shared.domain.account import Mandate
from shared.domain.assignment import Candidate, Held, Refusal
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.place import Evidence
from shared.domain.reading import Flag
from shared.pages.texts import NBSP
from shared.ports.query import Equal, Query
from tests.desk_people import (
    another_held,
    in_tray,
    office_in,
)
from tests.pages_samples import OFFICE, RECEIVED, WORDS, department, held_case

SORTING = {"fr": "/bureau/tri", "en": "/en/desk/sorting"}
OTHER_ROLES = (
    Mandate(role="agent", unit_id=OFFICE),
    Mandate(role="manager", unit_id=OFFICE),
    Mandate(role="staff", unit_id=OFFICE),
    Mandate(role="operations"),
    Mandate(role="privacy"),
    Mandate(role="authority"),
)


def plain(page: Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.text)).replace(NBSP, " ")


def choice(case: Case, unit: str = OFFICE, **more: str) -> dict[str, str | list[str]]:
    return {"version": str(case.version), "unit": unit, **more}


@pytest.mark.parametrize("mandate", OTHER_ROLES, ids=lambda one: str(one.role))
async def test_only_the_complaints_office_sorts(tmp_path: Path, mandate: Mandate) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        somebody = await office.somebody("paul", mandate)
        pages = [
            await somebody.get("/bureau/tri"),
            await somebody.send(f"/bureau/tri/{case.reference}", choice(case)),
            await somebody.send("/bureau/tri/aside", {"plainte": f"{case.reference}:1"}),
        ]
        unchanged = await office.now(case)
        reads = await office.store.reads.find(Query())
    assert [page.status_code for page in pages] == [403] * 3
    assert all("Fortier" not in page.text and "Ahuntsic" not in page.text for page in pages)
    assert case.reference not in pages[0].text
    assert unchanged == case
    assert reads == []


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_queue_shows_words_reason_candidates_and_the_day(
    tmp_path: Path, language: str
) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        page = await (await office.sorter()).get(SORTING[language])
    words = plain(page)
    assert page.status_code == 200
    assert case.reference in words
    assert "Ahuntsic2, H2C 1A11" in words  # the clues, numbered in the text
    assert page.text.count('<g id="quebec">') == 1
    assert words.index("du nord-ouest de Montréal" if language == "fr" else "Northwest") > 0
    told = {
        "fr": ("Plusieurs unités desservent ce lieu.", "depuis 4 jours", "dû le lun. 23 nov."),
        "en": ("Several units serve this place.", "for 4 days", "due Mon Nov 23"),
    }
    for each in told[language]:
        assert each in words


async def test_reading_a_card_is_recorded(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        sorter = await office.sorter()
        await sorter.get("/bureau/tri")
        (read,) = await office.store.reads.find(Query(Equal("case_id", case.id)))
    assert (read.what, read.by) == ("sorting", f"account:{sorter.account.id}")


async def test_the_oldest_come_first_and_pages_follow_each_other(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        samples = [another_held(number) for number in (9, 3, 7, 1, 5, 8, 2, 6)]
        for sample in samples:
            await office.keep(sample)
        sorter = await office.sorter()
        first = await sorter.get("/bureau/tri")
        following = re.search(r'href="([^"]+)" rel="next"', first.text)
        assert following
        second = await sorter.get(html.unescape(following[1]))
    in_order = sorted(samples, key=lambda one: one.case.opened_at)
    expected = [one.case.reference for one in in_order]
    shown = [re.findall(r'aria-labelledby="s([^"]+)"', page.text) for page in (first, second)]
    assert shown == [expected[:5], expected[5:]]
    assert "6 à 8 sur 8" in plain(second)


async def test_reasons_are_counted_and_picked(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        await office.keep(held_case())
        await office.keep(another_held(1))
        nowhere = another_held(2, held=Held(reason="no_place", at=RECEIVED))
        await office.keep(nowhere)
        sorter = await office.sorter()
        everything = plain(await sorter.get("/bureau/tri"))
        picked = await sorter.get("/bureau/tri?motif=no_place")
    assert "Plusieurs unités 2" in everything
    assert "Aucun indice 1" in everything
    assert re.findall(r'aria-labelledby="s([^"]+)"', picked.text) == [nowhere.case.reference]


async def test_the_longest_and_most_hostile_cases_stay_under_60_kb(tmp_path: Path) -> None:
    units = [one for one in department().units.values() if one.kind == "regional_direction"]
    clues = tuple(
        Evidence(
            kind="locality", value=str(n), words="Saint-Augustin-de-Desmaures, Québec"[n % 3 :]
        )
        for n in range(40)
    )
    candidates = tuple(Candidate(unit_id=one.id, evidence=clues[:4]) for one in units)
    held = Held(reason="possible_disclosure", at=RECEIVED, candidates=candidates, evidence=clues)
    person = Complainant(name='"' * 200, address="x" * 240)
    flags = tuple(Flag(name=name, words="x", start=0, end=1) for name in FLAGS)
    words = '"<" & "<" & Québec ' * 200
    # What colleagues wrote is long, and no attack
    refusal = Refusal(
        at=RECEIVED, unit_id=OFFICE, by="Odile " * 40, because="ailleurs " * 300, had_since=RECEIVED
    )
    hostile = {"held": held, "complainant": person, "flags": flags, "refusals": (refusal,) * 9}
    async with office_in(tmp_path) as office:
        for number in range(8):
            sample = another_held(number, words=words, **hostile)
            await office.keep(sample)
        for number in range(100, 160):
            await office.keep(in_tray(number, "spam", subject='"' * 200, complainant=person))
        sorter = await office.sorter()
        paths = (*SORTING.values(), "/bureau/tri?bac=spam")
        pages = [await sorter.get(path) for path in paths]
    for page in pages:
        assert page.status_code == 200
        assert len(page.content) < 60_000
        assert "<script" not in page.text
        assert "style=" not in page.text


async def test_a_button_gives_the_case_with_a_reason_of_its_own(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        sorter = await office.sorter()
        answer = await sorter.send(f"/bureau/tri/{case.reference}", choice(case, "DR-16"))
        after = await sorter.get(answer.headers["location"])
        given = await office.now(case)
        events = await office.store.outbox.waiting(older_than_seconds=0, limit=10)
    assert answer.status_code == 303
    assert given.assignment is not None
    assert (given.state, given.unit_id, given.assignment.by) == (
        "assigned",
        "DR-16",
        "Isabelle Essai",
    )
    assert given.assignment.because == f"candidate 2{NBSP}de la file de tri"
    assert [event.case_id for event in events if hasattr(event, "case_id")] in ([], [case.id])
    assert f"La plainte {case.reference} est confiée" in plain(after)


async def test_another_unit_is_named_and_the_reason_typed_is_kept(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        sorter = await office.sorter()
        typed = choice(case, "", autre="trois-rivieres", pourquoi="La personne y a son dossier.")
        await sorter.send(f"/en/desk/sorting/{case.reference}", typed)
        given = await office.now(case)
    assert given.assignment is not None
    assert given.unit_id == "MAU-TR"
    assert given.assignment.because == "La personne y a son dossier."


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Aucune unité ne porte ce nom"),
        ("Bureau de nulle part", "Aucune unité ne porte ce nom"),
        ("montréal", "Plusieurs unités portent ces mots"),
    ],
)
async def test_a_name_that_is_not_one_unit_is_said_and_kept(
    tmp_path: Path, typed: str, words: str
) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        sorter = await office.sorter()
        sent = choice(case, "", autre=typed, pourquoi="Parce que.")
        page = await sorter.send(f"/bureau/tri/{case.reference}", sent)
        unchanged = await office.now(case)
    assert page.status_code == 400
    assert words in plain(page)
    assert f'value="{typed}"' in page.text
    assert 'value="Parce que."' in page.text
    assert unchanged.state == "held"


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_whoever_comes_second_is_told_and_overwrites_nothing(
    tmp_path: Path, language: str
) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        first, second = await office.sorter(), await office.sorter("lise")
        await first.send(f"/bureau/tri/{case.reference}", choice(case))
        page = await second.send(f"{SORTING[language]}/{case.reference}", choice(case, "DR-16"))
        given = await office.now(case)
    assert page.status_code == 409
    assert given.unit_id == OFFICE
    assert len(given.moves) == 1
    assert "Isabelle Essai" in plain(page)


async def test_two_choices_at_one_moment_leave_one(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        people = [await office.sorter(), await office.sorter("lise")]
        units = (OFFICE, "DR-16")
        answers = await asyncio.gather(
            *(
                one.send(f"/bureau/tri/{case.reference}", choice(case, unit))
                for one, unit in zip(people, units, strict=True)
            )
        )
        given = await office.now(case)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(given.moves) == 1


async def test_a_case_that_changed_and_still_waits_is_shown_again(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        sorter = await office.sorter()
        await office.store.cases.save((await office.now(case)).changed(subject="Ajout"))
        page = await sorter.send(
            f"/bureau/tri/{case.reference}", choice(case, "", autre="Amos", pourquoi="Oui.")
        )
        unchanged = await office.now(case)
    assert page.status_code == 409
    assert "Quelqu’un a changé la plainte" in plain(page)
    assert 'value="Amos"' in page.text
    assert unchanged.state == "held"


async def test_the_address_of_a_choice_leads_to_its_case(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(held_case())
        answer = await (await office.sorter()).get(f"/en/desk/sorting/{case.reference}")
    assert answer.headers["location"] == f"/en/desk/sorting?plainte={case.reference}"


async def test_a_hostile_name_and_hostile_words_stay_text(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(another_held(1, words=f"<img src=x>{WORDS}"))
        await office.keep(in_tray(2, "spam", subject="<script>"))
        sorter = await office.sorter()
        pages = [
            await sorter.get("/bureau/tri"),
            await sorter.get("/bureau/tri?bac=spam"),
            await sorter.get(f"/bureau/tri?fait={case.reference}&mises=9&laissees=<img>.x"),
        ]
    assert all("<img" not in page.text and "<script" not in page.text for page in pages)


@pytest.mark.parametrize("query", ["motif=x&bac=y&rang=-1&apres=~", "apres=%00~%00", "plainte=0"])
async def test_nonsense_in_the_address_counts_as_the_usual(tmp_path: Path, query: str) -> None:
    async with office_in(tmp_path) as office:
        await office.keep(held_case())
        page = await (await office.sorter()).get(f"/bureau/tri?{query}")
    assert page.status_code == 200
