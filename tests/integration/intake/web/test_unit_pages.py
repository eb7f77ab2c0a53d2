"""What anybody may read of a unit: how to complain, who answers, by when, and what follows it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest

from services.intake.unit_pages import standing_on
from services.intake.web import build_app
from shared.department import Department
from shared.domain.unit import Unit
from shared.pages.texts import NBSP
from tests.pages_samples import KEYS, StoppedClock, browser_of, department, store_in

TABLES = department()
PAGES = {"fr": "/unites", "en": "/en/units"}
DAY = date(2026, 11, 24)


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)).replace(NBSP, " "))


@asynccontextmanager
async def site(
    folder: Path, tables: Department | None = TABLES
) -> AsyncIterator[httpx.AsyncClient]:
    async with store_in(folder) as store:
        app = build_app(
            store=store,
            clock=StoppedClock(),
            keys=KEYS,
            addresses=TABLES.addresses,
            department=tables,
            public_url="https://plaintes.example",
            held_folder=folder / "held",
        )
        async with browser_of(app) as client:
            yield client


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_unit_of_the_list_has_a_page_in_both_languages(
    tmp_path: Path, language: str
) -> None:
    async with site(tmp_path) as client:
        listed = await client.get(PAGES[language])
        links = set(re.findall(rf'href="({PAGES[language]}/[^"]+)"', listed.text))
        live = {unit.id for unit in TABLES.units.values() if unit.live_on(DAY)}
        assert {link.rpartition("/")[2] for link in links} == live
        for link in links:
            page = await client.get(link)
            assert page.status_code == 200
            assert len(page.content) < 60_000
            assert "<script" not in page.text
            assert "style=" not in page.text
            assert page.text.count("<h1") == 1
    assert listed.status_code == 200
    assert len(listed.content) < 60_000


async def test_a_page_tells_who_answers_by_when_and_which_recourses(tmp_path: Path) -> None:
    async with site(tmp_path) as client:
        page = (await client.get("/unites/MTL-NO")).text
    words = plain(page)
    unit = TABLES.units["MTL-NO"]
    assert f'href="mailto:{unit.address}"' in page
    assert unit.mailbox not in page  # the unit's own, not for the public
    assert unit.phone in words
    assert "D’ici 20 jours ouvrables" in words
    # 20 business days after Tuesday 24 November 2026
    assert "au plus tard le mardi 22 décembre 2026" in words
    assert "Délais proposés, pas encore adoptés" in words
    for recourse in TABLES.recourses:
        if recourse.live_on(DAY):
            assert recourse.name_fr in words


async def test_a_page_leads_to_the_form_with_the_unit_chosen(tmp_path: Path) -> None:
    async with site(tmp_path) as client:
        page = (await client.get("/en/units/MO-LON")).text
        link = re.search(r'href="(/en/complaint\?[^"]+)"', page)
        assert link is not None
        form = (await client.get(link[1])).text
        nonsense = (await client.get("/plainte?bureau=%3Cb%3E")).text
    assert '<option value="MO-LON" selected>' in form
    assert "selected" not in nonsense
    assert "<b>" not in nonsense


async def test_a_closed_unit_points_to_the_one_that_followed_it(tmp_path: Path) -> None:
    async with site(tmp_path) as client:
        page = await client.get("/unites/MO-BOU")
        listed = plain((await client.get("/unites")).text)
    assert page.status_code == 200
    assert 'href="/unites/MO-LON"' in page.text
    assert "Elle a servi le public jusqu’au 4 novembre 2020" in plain(page.text)
    assert "Par le formulaire" not in page.text
    assert "Boucherville : Bureau de Services Québec de Longueuil" in listed


def test_followers_that_are_closed_are_passed_over_and_a_circle_ends() -> None:
    units = {
        id_: TABLES.units["MO-BOU"].model_copy(
            update={"id": id_, "successor": successor, "valid_to": end}
        )
        for id_, successor, end in (
            ("A", "B", date(2020, 1, 1)),
            ("B", "C", date(2021, 1, 1)),
            ("C", None, None),
            ("D", "E", date(2020, 1, 1)),
            ("E", "D", date(2020, 1, 1)),
            ("F", None, date(2020, 1, 1)),
        )
    }

    def follower(unit: Unit) -> str | None:
        found = standing_on(unit, units, DAY).follower
        return found.id if found else None

    assert [follower(unit) for unit in units.values()] == ["C", "C", None, None, None, None]
    assert standing_on(units["C"], units, DAY).live


async def test_a_unit_that_is_not_known_is_no_page(tmp_path: Path) -> None:
    async with site(tmp_path) as client:
        for unknown in ("X", "mtl-no", "%3Cscript%3E", "MTL-NO/x"):
            page = await client.get(f"/unites/{unknown}")
            assert page.status_code == 404
            assert "<script" not in page.text


@pytest.mark.parametrize("end", ["", "/MTL-NO"])
async def test_without_the_tables_the_page_says_so_and_where_to_complain(
    tmp_path: Path, end: str
) -> None:
    async with site(tmp_path, None) as client:
        french = await client.get(f"/unites{end}")
        english = await client.get(f"/en/units{end}")
        form = await client.get("/plainte")
    assert (french.status_code, english.status_code) == (503, 503)
    assert "ne peut pas s’afficher" in plain(french.text)
    assert 'href="/plainte"' in french.text
    assert "cannot be shown" in plain(english.text)
    assert "/unites" not in form.text


async def test_the_other_language_is_the_page_of_the_same_unit(tmp_path: Path) -> None:
    async with site(tmp_path) as client:
        page = (await client.get("/unites/DR-09")).text
        form = (await client.get("/plainte")).text
        about = (await client.get("/en/privacy")).text
    assert 'href="/en/units/DR-09" lang="en"' in page
    assert 'href="/unites"' in form
    assert 'href="/en/units"' in about


async def test_a_regional_branch_stands_in_its_region(tmp_path: Path) -> None:
    async with site(tmp_path) as client:
        words = plain((await client.get("/unites")).text)
    branch = "Direction régionale de Services Québec – Abitibi-Témiscamingue"
    assert f"Abitibi-Témiscamingue Bureau de Services Québec d’Amos {branch} Bas-Saint" in words
