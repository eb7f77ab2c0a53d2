"""Each page that has an address: for assistive tools, at 200 %, on a small screen, on paper; and it
loads nothing that is not ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page

from services.intake.door import PATHS as DOOR_PATHS
from shared.domain.envelope import Language
from shared.ports.store import Store
from tests.browser.every_page import DESK, DESK_PAGES, DOOR_PAGES, NO_PAGES, Shown, shown_routes
from tests.browser.filled_pages import build_filled_door, fill_desk, names_of_the_door
from tests.browser.looking import is_for_everybody, nothing_foreign, width_of
from tests.browser.whole_desk import WholeDesk, whole_desk
from tests.served_desk import served_desk


@dataclass(frozen=True)
class Face:
    """One of the two web faces, with the names that stand in its addresses."""

    address: str
    names: Mapping[str, str]
    app: FastAPI
    desk: WholeDesk | None = None

    def open(self, page: Page, shown: Shown, language: Language) -> None:
        if self.desk and shown.who:
            self.desk.enter(page, shown.who)
        response = page.goto(self.address + shown.address(language, self.names))
        assert response is not None
        assert response.status == 200, shown
        for folded in page.locator("details > summary").all():
            folded.click()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    with whole_desk(tmp_path_factory.mktemp("pages")) as desk:
        yield Face(desk.address, desk.tell(fill_desk(desk)), desk.app, desk)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    apps: list[FastAPI] = []

    async def build(store: Store) -> FastAPI:
        apps.append(await build_filled_door(store))
        return apps[0]

    with served_desk(tmp_path_factory.mktemp("door"), build) as address:
        yield Face(address, names_of_the_door(), apps[0])


def test_every_page_of_the_desk_is_in_the_table(desk: Face) -> None:
    """Whoever adds a page adds it to the table, or says why it is none."""
    listed = {one.route for one in DESK_PAGES} | set(NO_PAGES)
    assert shown_routes(desk.app.routes, DESK.root) == listed


def test_every_page_of_the_door_is_in_the_table(door: Face) -> None:
    french = DOOR_PATHS["fr"]
    roots = [getattr(french, name) for name in french.__slots__]
    assert shown_routes(door.app.routes, *roots) == {one.route for one in DOOR_PAGES}


@pytest.fixture(
    params=[
        *(pytest.param(("desk", one), id=one.name) for one in DESK_PAGES),
        *(pytest.param(("door", one), id=one.name) for one in DOOR_PAGES),
    ]
)
def shown(request: pytest.FixtureRequest) -> tuple[Face, Shown]:
    name, one = request.param
    return request.getfixturevalue(name), one


LANGUAGES: tuple[Language, ...] = ("fr", "en")
#: The width of a sheet (A4 or letter) in pixels, less the margins of a browser.
SHEET = 718

#: What is no use on paper, and is seen there all the same.
_USELESS = """() => [...document.querySelectorAll(
  "header nav, nav a:not([aria-current]), header form, button, .btn, .skip, [type=file]," +
  ".desk :is(input, select, textarea, fieldset, .field)")]
  .filter(one => one.checkVisibility({visibilityProperty: true}))
  .map(one => one.outerHTML.slice(0, 120))"""
#: Words that cannot be read without the colours behind them, which browsers do not print.
_PALE = r"""() => {
  const light = of => { const [r, g, b] = of.match(/[\d.]+/g).slice(0, 3).map(one => {
      const part = one / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4 })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b }
  const pale = []
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (words.nextNode()) {
    const one = words.currentNode.parentElement
    if (!words.currentNode.data.trim() || !one.checkVisibility()) continue
    if (1.05 / (light(getComputedStyle(one).color) + 0.05) < 4.5) pale.push(one.outerHTML)
  }
  return pale.map(one => one.slice(0, 120))
}"""
#: Rows and items that a sheet may end within, and tables whose head stands on their first sheet.
_CUT = """() => [
  ...[...document.querySelectorAll("tr, main li.item, main li.cand, .tl li")]
    .filter(one => getComputedStyle(one).breakInside !== "avoid"),
  ...[...document.querySelectorAll("thead")]
    .filter(one => getComputedStyle(one).display !== "table-header-group"),
  ...[...document.querySelectorAll("main :not(textarea)")]
    .filter(one => ["auto", "scroll"].includes(getComputedStyle(one).overflowX)),
].map(one => one.outerHTML.slice(0, 120))"""


def test_a_page_is_for_everybody_and_for_paper(page: Page, shown: tuple[Face, Shown]) -> None:
    face, one = shown
    with nothing_foreign(page, face.address):
        for language in LANGUAGES:
            face.open(page, one, language)
            is_for_everybody(page, language, said_in="fr" if "/letter/" in one.route else "")
            is_clean_on_paper(page)


def is_clean_on_paper(page: Page) -> None:
    page.set_viewport_size({"width": SHEET, "height": 1000})
    page.emulate_media(media="print")
    assert width_of(page) <= SHEET
    for fault in (_USELESS, _PALE, _CUT):
        assert page.evaluate(fault) == []
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 800})
