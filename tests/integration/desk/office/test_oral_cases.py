"""Where a complaint told aloud goes, and who may see what became of it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from services.router.assigning import assign_case
from services.router.locating.gazetteer import Gazetteer
from shared.domain.case import Case
from shared.events import CaseOpened
from tests import shipped
from tests.desk_people import Office, office_in
from tests.integration.desk.office.test_oral_page import NEW, STAFF, TYPED, opened
from tests.pages_samples import department


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return shipped.gazetteer()


async def routed(office: Office, gazetteer: Gazetteer) -> Case:
    case = await opened(office)
    await assign_case(
        CaseOpened(id="e1", at=case.opened_at, case_id=case.id),
        store=office.store,
        clock=office.clock,
        department=department(),
        gazetteer=gazetteer,
    )
    return await office.now(case)


async def test_the_office_that_the_person_named_has_the_case_and_nobody_wrote_to_it(
    tmp_path: Path, gazetteer: Gazetteer
) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        story = "On ne me rappelle pas."
        await clerk.send(NEW["fr"], {**TYPED, "bureau": "MO-LON", "recit": story})
        case = await routed(office, gazetteer)
    assert case.assignment is not None
    assert (case.unit_id, case.assignment.rule_id) == ("MO-LON", "unit_named")
    assert {clue.kind for clue in case.assignment.evidence} == {"unit_named"}
    assert case.due_on == date(2026, 12, 18)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("channel", ["phone", "counter"])
async def test_our_own_labels_point_at_no_place(
    tmp_path: Path, gazetteer: Gazetteer, channel: str, language: str
) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        story = "On ne me rappelle pas."
        told = {**TYPED, "canal": channel, "langue": language, "recit": story, "nom": "Zoé"}
        await clerk.send(NEW["fr"], told)
        case = await routed(office, gazetteer)
    assert case.held_reason == "no_place"
    assert case.held is not None
    assert case.held.evidence == ()
    assert case.flags == ()


async def test_who_only_enters_sees_the_reference_and_nothing_else(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        answer = await clerk.send(NEW["fr"], TYPED)
        case = await opened(office)
        page = await clerk.get(answer.headers["location"])
        of_case = await clerk.get(f"/bureau/plaintes/{case.reference}")
        home = await clerk.get("/bureau/plaintes")
        reads = await clerk.get(f"/bureau/plaintes/{case.reference}/reads")
    assert case.reference in page.text
    assert "Ginette" not in page.text
    assert f"/bureau/plaintes/{case.reference}" not in page.text
    assert [of_case.status_code, reads.status_code] == [403, 403]
    assert home.headers["location"] == NEW["fr"]


async def test_the_page_with_the_reference_is_for_who_entered_it(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        clerk, other = await office.somebody("paul", STAFF), await office.somebody("lise", STAFF)
        sorter = await office.sorter()
        place = (await clerk.send(NEW["fr"], TYPED)).headers["location"]
        own = (await sorter.send(NEW["fr"], {**TYPED, "envoi": "2"})).headers["location"]
        foreign = await other.get(place)
        forged = await clerk.get(re.sub(r"/mail/", "/post/", place))
        before = await sorter.get(own)
    assert [foreign.status_code, forged.status_code, before.status_code] == [404, 404, 200]


async def test_who_may_see_the_case_is_led_to_it(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        sorter = await office.sorter()
        place = (await sorter.send(NEW["fr"], TYPED)).headers["location"]
        case = await opened(office)
        page = await sorter.get(place)
        english = await sorter.get(place.replace("/bureau/saisir", "/en/desk/new"))
    assert f'href="/bureau/plaintes/{case.reference}"' in page.text
    assert "The complaint is recorded" in english.text
