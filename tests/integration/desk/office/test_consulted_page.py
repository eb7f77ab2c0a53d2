"""Who consulted a complaint: told to the complaints office and to managers of its unit only."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from httpx import Response

from shared.domain.account import Mandate
from shared.domain.case_read import CaseRead
from shared.domain.document import new_id
from shared.pages.texts import NBSP
from shared.ports.query import Query
from tests.desk_people import office_in
from tests.pages_samples import NOW, OFFICE, assigned_case

AGENT = Mandate(role="agent", unit_id=OFFICE)
MANAGER = Mandate(role="manager", unit_id=OFFICE)


def plain(page: Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.text)).replace(NBSP, " ")


@pytest.mark.parametrize("path", ["/bureau/plaintes", "/en/desk/complaints"])
async def test_a_manager_sees_who_consulted_when_and_what(tmp_path: Path, path: str) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(assigned_case())
        agent, manager = (
            await office.somebody("paul", AGENT),
            await office.somebody("lise", MANAGER),
        )
        await agent.get(f"/bureau/plaintes/{case.reference}")
        for by, what in ((f"link:{OFFICE}", "letter"), ("account:gone", "x"), ("cli", "case")):
            read = CaseRead(id=new_id(), case_id=case.id, at=NOW, by=by, what=what)
            await office.store.reads.add(read)
        page = await manager.get(f"{path}/{case.reference}/reads")
        reads = await office.store.reads.find(Query())
    words = plain(page)
    assert page.status_code == 200
    assert "Paul Essai" in words
    assert "4 consultations" in words
    assert ("une lettre" if "bureau" in path else "a letter") in words
    assert ("compte gone" if "bureau" in path else "account gone") in words
    assert "account:" not in words
    assert len(reads) == 4


async def test_the_case_links_there_for_those_who_may_see_it(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(assigned_case())
        address = f"/bureau/plaintes/{case.reference}"
        people = [
            await office.sorter(),
            await office.somebody("lise", MANAGER),
            await office.somebody("paul", AGENT),
        ]
        pages = [await one.get(address) for one in people]
        lists = [await one.get(f"{address}/reads") for one in people]
    assert [f'href="{address}/reads"' in page.text for page in pages] == [True, True, False]
    assert [page.status_code for page in lists] == [200, 200, 403]


async def test_a_manager_of_a_unit_that_is_only_asked_does_not_see_it(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(assigned_case())
        await office.store.cases.save(case.changed(concerned_units=("DR-16",)))
        asked = await office.somebody("marc", Mandate(role="manager", unit_id="DR-16"))
        other = await office.somebody("rita", Mandate(role="manager", unit_id="DR-03"))
        pages = [
            await asked.get(f"/bureau/plaintes/{case.reference}"),
            await asked.get(f"/bureau/plaintes/{case.reference}/reads"),
            await other.get(f"/bureau/plaintes/{case.reference}/reads"),
        ]
    assert [page.status_code for page in pages] == [200, 404, 404]
    assert "/reads" not in pages[0].text


async def test_hundreds_of_readings_have_pages(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(assigned_case())
        sorter = await office.sorter()
        for _ in range(60):
            await sorter.get(f"/bureau/plaintes/{case.reference}")
        first = await sorter.get(f"/bureau/plaintes/{case.reference}/reads")
        following = re.search(r'href="([^"]+)" rel="next"', first.text)
        assert following
        second = await sorter.get(html.unescape(following[1]))
    assert first.text.count("<tr>") == 51
    assert second.text.count("<tr>") == 11
