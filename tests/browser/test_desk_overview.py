"""Overview, register of readings and pages of units in a real browser, for everybody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page

from services.desk.app import build_app
from shared.domain.account import Role
from shared.domain.case_read import CaseRead
from shared.domain.document import new_id
from tests.browser.conftest import Faces, _config, _listening
from tests.browser.looking import in_turn, is_for_everybody, nothing_foreign
from tests.many_cases import drawn_cases
from tests.pages_samples import KEYS, NOW, StoppedClock, department, store_in
from tests.signed_in import signed_in

ROLES: tuple[tuple[Role, str | None], ...] = (
    ("complaints_office", None),
    ("manager", "DR-06"),
    ("privacy", None),
)


@dataclass
class Desk(threading.Thread):
    """A desk with some hundred cases, and a session for each role."""

    folder: Path
    secrets: dict[str, str] = field(default_factory=dict)
    ready: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.bound = _listening()
        self.server: uvicorn.Server | None = None

    __hash__ = threading.Thread.__hash__

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.bound.getsockname()[1]}"

    def run(self) -> None:
        asyncio.run(self._serve())

    def stop(self) -> None:
        if self.server is not None:
            self.server.should_exit = True
        self.join(timeout=20)

    async def _serve(self) -> None:
        async with store_in(self.folder) as store:
            cases = list(drawn_cases(3, 300, first=date(2026, 1, 5), days=320))
            for number, case in enumerate(cases):
                await store.cases.add(case)
                at = NOW - timedelta(minutes=13 * number)
                by = "link:MTL-NO" if number % 2 else "token:surveillance"
                await store.reads.add(CaseRead(id=new_id(), case_id=case.id, at=at, by=by))
            for role, unit in ROLES:
                self.secrets[role] = (await signed_in(store, role, unit)).secret
            desk = build_app(
                store=store,
                clock=StoppedClock(),
                keys=KEYS,
                department=department(),
                desk_url=self.url,
            )
            self.server = uvicorn.Server(_config(desk))
            self.ready.set()
            await self.server.serve(sockets=[self.bound])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    serving = Desk(tmp_path_factory.mktemp("figures"))
    serving.start()
    assert serving.ready.wait(timeout=60)
    yield serving
    serving.stop()


def enter(context: BrowserContext, desk: Desk, role: str) -> None:
    context.add_cookies([{"name": "recours", "value": desk.secrets[role], "url": desk.url}])


@dataclass(frozen=True)
class Shown:
    """A page to look at: who sees it, and where it is in each language."""

    role: str
    fr: str
    en: str

    def open(self, page: Page, desk: Desk, faces: Faces, language: str) -> None:
        path = self.fr if language == "fr" else self.en
        if self.role:
            enter(page.context, desk, self.role)
        page.goto((desk.url if self.role else faces.door) + path)
        for folded in page.locator("details > summary").all():
            folded.click()


PAGES = {
    "overview": Shown("complaints_office", "/bureau/ensemble", "/en/desk/overview"),
    "year": Shown(
        "complaints_office", "/bureau/ensemble?periode=2025", "/en/desk/overview?periode=2025"
    ),
    "manager": Shown(
        "manager", "/bureau/ensemble?evenements=apart", "/en/desk/overview?evenements=apart"
    ),
    "fault": Shown("manager", "/bureau/ensemble?du=x&au=y", "/en/desk/overview?du=x&au=y"),
    "reads": Shown("privacy", "/bureau/consultations", "/en/desk/reads"),
    "reads_fault": Shown(
        "privacy", "/bureau/consultations?reference=x&qui=y", "/en/desk/reads?reference=x&qui=y"
    ),
    "office": Shown("", "/unites/DPRC", "/en/units/DPRC"),
}


@in_turn(PAGES)
def test_a_page_is_for_everybody_and_loads_nothing_foreign(
    page: Page, desk: Desk, faces: Faces, opened: Shown, language: str
) -> None:
    with nothing_foreign(page, faces.door, desk.url):
        opened.open(page, desk, faces, language)
        is_for_everybody(page, language)


def test_the_form_alone_leads_to_another_period(page: Page, desk: Desk) -> None:
    enter(page.context, desk, "complaints_office")
    page.goto(f"{desk.url}/bureau/ensemble")
    page.select_option("#periode", "2026-T1")
    page.click("text=Afficher")
    assert "periode=2026-T1" in page.url
    assert page.locator("#periode").input_value() == "2026-T1"
    page.click("text=English")
    assert page.locator("#periode").input_value() == "2026-T1"


def test_the_figures_of_a_year_that_is_over_come_as_a_file(page: Page, desk: Desk) -> None:
    enter(page.context, desk, "complaints_office")
    page.goto(f"{desk.url}/bureau/ensemble?periode=2025")
    with page.expect_download() as saved:
        page.click("text=Télécharger le fichier à publier")
    assert saved.value.suggested_filename == "plaintes-2025-04-01-2026-03-31-public.csv"
    assert Path(saved.value.path()).read_bytes().startswith(b"\xef\xbb\xbfdu;au;")


def test_a_citizen_goes_from_the_form_to_a_unit_and_back_with_it_chosen(
    page: Page, faces: Faces
) -> None:
    page.goto(faces.form("fr"))
    page.click("text=Toutes les unités")
    page.click("text=Bureau de Services Québec de Longueuil")
    page.click("text=Par le formulaire en ligne")
    assert page.locator("#bureau").input_value() == "MO-LON"


def test_a_unit_page_prints_what_a_person_needs(page: Page, faces: Faces) -> None:
    page.goto(f"{faces.door}/unites/MTL-NO")
    page.emulate_media(media="print")
    assert page.locator("text=Qui vous répond").is_visible()
    assert page.locator("text=Tribunal administratif du Québec").first.is_visible()
    assert page.locator(".top nav").is_hidden()
