"""From the form to the case: what opening and the router make of what the form sends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.intake.opening import open_envelope
from services.intake.receiving import received
from services.intake.understood import Ours
from services.intake.web import build_app
from services.router.assigning import assign_case
from services.router.locating.gazetteer import Gazetteer
from shared.domain.case import Case
from shared.domain.reading import Message
from shared.events import CaseOpened
from shared.ports.query import Equal, Query
from shared.ports.store import Store
from tests import shipped
from tests.pages_samples import KEYS, StoppedClock, browser_of, department, store_in
from tests.taking_in import understand_here

CLOCK = StoppedClock()
TABLES = department()
STORY = """Je suis allée à Longueuil le 6 novembre.

On 9 Nov 2026, the clerk wrote: "come back later".
--
Je demande qu'on me rappelle."""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return shipped.gazetteer()


async def filed(store: Store, folder: Path, **given: str) -> tuple[str, str]:
    """Send the form, open and route its envelope; return reference shown and status path."""
    app = build_app(
        store=store,
        clock=CLOCK,
        keys=KEYS,
        addresses=TABLES.addresses,
        department=TABLES,
        public_url="http://plaintes.example",
        held_folder=folder,
    )
    async with browser_of(app) as client:
        fields = {"recit": STORY, "envoi": "p"} | given
        answer = await client.post("/plainte", data=fields, files={"documents": ("", b"")})
        page = await client.get(answer.headers["location"])
    (status,) = re.findall(r'href="http://plaintes\.example(/suivi/[^"]+)"', page.text)
    return status.split("/")[2], status


async def opened(store: Store, gazetteer: Gazetteer) -> tuple[Case, Message]:
    (envelope,) = await store.envelopes.find(Query())
    await open_envelope(
        received(envelope),
        store=store,
        clock=CLOCK,
        keys=KEYS,
        ours=Ours(TABLES.addresses),
        understand=understand_here,
    )
    (case,) = await store.cases.find(Query())
    event = CaseOpened(id="e", at=CLOCK.now(), case_id=case.id)
    await assign_case(event, store=store, clock=CLOCK, department=TABLES, gazetteer=gazetteer)
    (message,) = await store.messages.find(Query(Equal("case_id", case.id)))
    routed = await store.cases.get(case.id)
    assert routed is not None
    return routed, message


async def test_the_reference_that_was_shown_is_the_one_of_the_case(
    tmp_path: Path, gazetteer: Gazetteer
) -> None:
    async with store_in(tmp_path) as store:
        shown, _ = await filed(store, tmp_path)
        case, _ = await opened(store, gazetteer)
    assert case.reference == shown


@pytest.mark.parametrize("way", ["", "courriel"])
async def test_the_whole_story_is_the_persons_own_words(
    tmp_path: Path, gazetteer: Gazetteer, way: str
) -> None:
    async with store_in(tmp_path) as store:
        await filed(store, tmp_path, courriel="g@courriel.example", reponse=way, nom="Zoé Été")
        case, message = await opened(store, gazetteer)
    assert message.reading.own_text.startswith(STORY)
    assert message.reading.quoted_text == ""
    assert (case.complainant.name, case.complainant.address) == ("Zoé Été", "g@courriel.example")


async def test_the_office_chosen_has_the_case(tmp_path: Path, gazetteer: Gazetteer) -> None:
    async with store_in(tmp_path) as store:
        await filed(store, tmp_path, bureau="MTL-NO", recit="On ne me rappelle pas.")
        case, _ = await opened(store, gazetteer)
    assert case.unit_id == "MTL-NO"


async def test_the_place_of_residence_leads_to_a_unit(tmp_path: Path, gazetteer: Gazetteer) -> None:
    async with store_in(tmp_path) as store:
        await filed(store, tmp_path, lieu="Trois-Rivières", recit="On ne me rappelle pas.")
        case, _ = await opened(store, gazetteer)
    assert case.assignment is not None
    assert case.assignment.region == "04"


@pytest.mark.parametrize("qualite", ["personne", "proche", "organisme"])
async def test_our_own_labels_point_at_no_place(
    tmp_path: Path, gazetteer: Gazetteer, qualite: str
) -> None:
    async with store_in(tmp_path) as store:
        await filed(
            store,
            tmp_path,
            recit="On ne me rappelle pas.",
            qualite=qualite,
            quand="hier",
            tel="450 555-0142",
            courriel="g@courriel.example",
            nom="Zoé",
            organisme="Exemple",
        )
        case, _ = await opened(store, gazetteer)
    assert case.held is not None
    assert (case.held.reason, case.held.evidence) == ("no_place", ())


async def test_a_person_without_an_address_is_never_written_to(
    tmp_path: Path, gazetteer: Gazetteer
) -> None:
    async with store_in(tmp_path) as store:
        await filed(store, tmp_path)
        case, _ = await opened(store, gazetteer)
    assert case.complainant.address is None
    assert "no_address" in case.silent_because
