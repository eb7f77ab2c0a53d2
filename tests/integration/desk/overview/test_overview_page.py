"""The overview as a browser sees it: whose figures, which files, and what no page gives away."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from services.desk.overview.counting import PIECE, Counting
from services.desk.overview.gathering import FRESH, Gathering
from services.desk.overview.periods import fiscal_year
from services.desk.rights import rights_of
from services.desk.signing_in import new_account
from shared.domain.account import Mandate, Role
from shared.domain.assignment import Assignment
from shared.pages.texts import NBSP
from shared.population import Population
from shared.ports.query import Equal, Query, Range, Scalar
from shared.ports.store import Store
from tests.many_cases import drawn_cases
from tests.pages_samples import NOW, StoppedClock, assigned_case, department, store_in
from tests.signed_in import browser_for, signed_in

PAGES = {"fr": "/bureau/ensemble", "en": "/en/desk/overview"}


def plain(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page)).replace(NBSP, " ")


async def keep(store: Store, number: int, *, seed: int = 3, first: date = date(2026, 4, 1)) -> None:
    for case in drawn_cases(seed, number, first=first, days=200):
        await store.cases.add(case)


def rows_of(content: bytes, separator: str) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=separator))


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_overview_is_one_page_without_script_under_60_kb(
    tmp_path: Path, language: str
) -> None:
    async with store_in(tmp_path) as store:
        await keep(store, 300)
        office = await signed_in(store, "complaints_office")
        async with browser_for(store, office) as client:
            page = await client.get(PAGES[language])
            method = await client.get(f"{PAGES[language]}/method")
    for one in (page, method):
        assert one.status_code == 200
        assert len(one.content) < 60_000
        assert "<script" not in one.text
        assert "style=" not in one.text
        assert one.text.count("<h1") == 1
    drawings = re.findall(r"<svg.*?</svg>", page.text, re.S)
    assert not [one for one in drawings if "<text" in one]


#: How files call tables, and what a page and a file call how soon an answer was.
FILES = {
    "fr": (";", "tableau", "mesure", "unité motif voie langue personne région"),
    "en": (",", "table", "measure", "unit motive channel language person region"),
}
SOON = {
    "fr": ("Délai médian, jours", "Part à temps, en pour cent", "Délai médian, en jours ouvrables"),
    "en": ("Median delay, days", "Share in time, per cent", "Median delay, business days"),
}


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_page_and_file_tell_for_all_alike_how_soon_they_were_answered(
    tmp_path: Path, language: str
) -> None:
    async with store_in(tmp_path) as store:
        await keep(store, 300)
        office = await signed_in(store, "complaints_office")
        async with browser_for(store, office) as client:
            page = (await client.get(PAGES[language])).text
            file = await client.get(f"{PAGES[language]}/csv")
    separator, table, measure, tables = FILES[language]
    rows = rows_of(file.content, separator)
    for name in tables.split():
        assert set(SOON[language][1:]) <= {row[measure] for row in rows if row[table] == name}, name
    for section in ("motive", "channel", "language", "complainant", "units", "map"):
        inside = page.split(f'id="{section}-t"')[1].split("</section>")[0]
        assert SOON[language][0] in inside


async def test_while_figures_are_counted_others_have_their_turn(tmp_path: Path) -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with store_in(tmp_path) as store:
        await keep(store, 30)
        office = rights_of(
            new_account("a", "A", mandates=(Mandate(role="complaints_office"),)),
            department(),
            NOW.date(),
        )
        gathering = Gathering(store, StoppedClock(), department())
        facts = await gathering.facts()
        gathering._facts = {str(n): facts[n % len(facts)] for n in range(4 * PIECE)}
        counting = Counting(gathering)
        other = asyncio.create_task(take_turns())
        ask = [counting.figures(office, fiscal_year(2026), NOW.date()) for _ in range(2)]
        first, second = await asyncio.gather(*ask)
        other.cancel()
    assert first is second  # counted once for both
    assert turns >= 4


@pytest.mark.parametrize("role", ["agent", "staff", "operations", "privacy", "authority"])
async def test_who_makes_no_report_sees_no_figures(tmp_path: Path, role: Role) -> None:
    async with store_in(tmp_path) as store:
        person = await signed_in(store, role, "MTL-NO")
        async with browser_for(store, person) as client:
            for end in ("", "/method", "/csv", "/public"):
                assert (await client.get(PAGES["fr"] + end)).status_code == 403


async def test_a_manager_gets_what_the_store_counts_for_their_units(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        await keep(store, 300)
        manager = await signed_in(store, "manager", "MTL-NO")
        async with browser_for(store, manager) as client:
            page = await client.get(PAGES["fr"])
            file = await client.get(f"{PAGES['fr']}/csv")
            public = await client.get(f"{PAGES['fr']}/public?periode=2025")
        own = await store.cases.count(Equal("unit_id", "MTL-NO"))
        second = await store.cases.count(Equal("level", 2))
    rows = rows_of(file.content, ";")
    counted = {
        (r["tableau"], r["mesure"]): int(r["nombre"]) for r in rows if r["tableau"] != "unité"
    }
    units = {row["nom"] for row in rows if row["tableau"] == "unité"}
    assert units == {"Bureau de Services Québec du nord-ouest de Montréal"}
    assert counted["total", "Reçues"] + counted["deuxième niveau", "Reçues"] == own
    assert second > counted["deuxième niveau", "Reçues"]
    assert "Longueuil" not in page.text
    assert public.status_code == 403


async def test_days_that_are_none_are_told_and_what_was_typed_stays(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        office = await signed_in(store, "complaints_office")
        async with browser_for(store, office) as client:
            page = (await client.get(f"{PAGES['fr']}?du=2026-05-03&au=2026-05-01")).text
    assert "Erreur : Vue d’ensemble" in plain(page)
    assert 'value="2026-05-03" aria-invalid="true" aria-describedby="jours-e"' in page
    assert "Le premier jour vient après le dernier." in plain(page)


async def test_the_other_language_shows_the_same_period(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        office = await signed_in(store, "complaints_office")
        async with browser_for(store, office) as client:
            page = (await client.get(f"{PAGES['fr']}?periode=2025-T2&evenements=apart")).text
    assert 'href="/en/desk/overview?periode=2025-T2&amp;evenements=apart"' in page


async def test_the_public_file_is_that_of_a_year_that_is_over(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        await keep(store, 120, first=date(2025, 4, 10))
        office = await signed_in(store, "complaints_office")
        async with browser_for(store, office) as client:
            assert (await client.get(f"{PAGES['fr']}/public?periode=2026")).status_code == 403
            assert (await client.get(f"{PAGES['fr']}/public?periode=2025-T1")).status_code == 403
            file = await client.get(f"{PAGES['en']}/public?periode=2025")
    rows = rows_of(file.content, ",")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert "complaints-2025-04-01-2026-03-31-public.csv" in file.headers["content-disposition"]
    assert {row["as_of"] for row in rows} == {"2026-03-31"}
    numbers = [row["number"] for row in rows]
    assert "hidden" in numbers
    assert all(one == "hidden" or int(one) == 0 or int(one) >= 10 for one in numbers)


async def test_no_file_holds_anything_of_a_person(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        await assigned_case().keep(store)
        office = await signed_in(store, "complaints_office")
        async with browser_for(store, office) as client:
            file = (await client.get(f"{PAGES['fr']}/csv")).text
            page = (await client.get(PAGES["fr"])).text
    for word in ("Fortier", "courriel.example", "450 555", assigned_case().case.reference):
        assert word not in file
        assert word not in page


async def test_without_any_case_the_page_still_stands(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        manager = await signed_in(store, "manager", "DR-01")
        async with browser_for(store, manager) as client:
            page = await client.get(PAGES["en"])
    assert page.status_code == 200
    assert "0 complaints received" in re.sub(r"\s+", " ", plain(page.text))


async def test_the_map_shows_rates_only_with_population(tmp_path: Path) -> None:
    regions = {f"{number:02d}": 100_000 * number for number in range(1, 18)}
    with_people = department().model_copy(
        update={"population": Population(year=2026, regions=regions)}
    )
    async with store_in(tmp_path) as store:
        await keep(store, 60)
        office = await signed_in(store, "complaints_office")
        async with browser_for(store, office) as client:
            counts = plain((await client.get(PAGES["fr"])).text)
        async with browser_for(store, office, tables=with_people) as client:
            rates = plain((await client.get(PAGES["fr"])).text)
    assert "Pour 100 000" not in counts
    assert "Pour 100 000" in rates
    assert "Population de 2026" in rates


async def test_what_changed_is_counted_after_some_minutes(tmp_path: Path) -> None:
    clock = StoppedClock()
    async with store_in(tmp_path) as store:
        case = (await assigned_case().keep(store)).changed(version=1)
        gathering = Gathering(store, clock, department())
        assert [fact.unit for fact in await gathering.facts()] == ["MTL-NO"]
        there = Assignment(unit_id="DR-06", rule_id="R", at=NOW)
        await store.cases.save(case.changed(assignment=there, state="assigned"))
        await keep(store, 250)
        assert len(await gathering.facts()) == 1
        clock.at = NOW + FRESH
        await gathering.facts()  # shows what there is, and gathers
        await gathering.settled()
        found = await gathering.facts()
        still = await store.cases.count(Range("to_answer_by", at_least=""))
    assert len(found) >= still > 50
    assert "DR-06" in {fact.unit for fact in found}


async def test_a_closed_case_that_changed_without_an_act_is_counted_the_next_day(
    tmp_path: Path,
) -> None:
    clock = StoppedClock()
    async with store_in(tmp_path) as store:
        await keep(store, 300)
        gathering = Gathering(store, clock, department())
        before = {fact.event for fact in await gathering.facts()}
        closed = next(c for c in drawn_cases(3, 300, first=date(2026, 4, 1), days=200) if c.closing)
        await store.cases.save(closed.changed(version=1, event="Autre panne"))
        clock.at = NOW + timedelta(hours=1)
        assert {fact.event for fact in await gathering.facts()} == before
        clock.at = datetime(2026, 11, 25, 5, 1, tzinfo=UTC)
        assert {fact.event for fact in await gathering.facts()} == before  # nobody waits for it
        await gathering.settled()
        assert {fact.event for fact in await gathering.facts()} == {*before, "Autre panne"}


class Slow:
    """A store whose cases come when `now` is set."""

    def __init__(self, store: Store) -> None:
        self._store, self.now = store, asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return self if name == "cases" else getattr(self._store, name)

    async def values(self, fields: Sequence[str], query: Query) -> list[tuple[Scalar, ...]]:
        await self.now.wait()
        return await self._store.cases.values(fields, query)


async def test_figures_that_take_long_are_announced_and_there_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.desk.overview.gathering.PATIENCE", 0.05)
    async with store_in(tmp_path) as store:
        slow = Slow(store)
        office = await signed_in(store, "complaints_office")
        async with browser_for(cast("Store", slow), office) as client:
            first = await client.get(f"{PAGES['fr']}?periode=2025")
            slow.now.set()
            monkeypatch.setattr("services.desk.overview.gathering.PATIENCE", 15)
            second = await client.get(f"{PAGES['fr']}?periode=2025")
    assert (first.status_code, first.headers["retry-after"]) == (503, "20")
    assert "en train d’être comptés" in first.text
    assert 'href="/bureau/ensemble?periode=2025"' in first.text
    assert second.status_code == 200
