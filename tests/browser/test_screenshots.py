"""The main pages as pictures. `make test ARGS=--pictures=docs/pages` writes those of the docs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Faces

Open = Callable[[Page, Faces], None]


def form(page: Page, faces: Faces) -> None:
    page.goto(faces.form("fr"))


def worklist(page: Page, faces: Faces) -> None:
    faces.enter(page, "manager")
    page.goto(faces.desk + faces.paths("fr").cases)


def case(page: Page, faces: Faces) -> None:
    faces.enter(page, "agent")
    page.goto(faces.own_case("fr", number=0))


def close(page: Page, faces: Faces) -> None:
    faces.enter(page, "agent")
    page.goto(f"{faces.own_case('fr', number=0)}/close")
    page.check("#outcome-partly")
    page.select_option("#motive", "delays")
    page.fill(
        "#text", "Nous avons vérifié votre dossier. Personne ne vous a rappelée : c’est un tort."
    )
    page.check("#told-notice")
    page.click("button[name=voir]")
    page.wait_for_selector("#h-prev")


def sorting(page: Page, faces: Faces) -> None:
    faces.enter(page, "office")
    page.goto(faces.desk + faces.paths("fr").sorting)


def overview(page: Page, faces: Faces) -> None:
    faces.enter(page, "office")
    page.goto(faces.desk + faces.paths("fr").overview)


def operations(page: Page, faces: Faces) -> None:
    faces.enter(page, "operations")
    page.goto(faces.desk + faces.paths("fr").operations)


@pytest.mark.parametrize(
    "open_page",
    [form, worklist, case, close, sorting, overview, operations],
    ids=lambda each: each.__name__,
)
def test_a_page_makes_a_picture(
    browser: Browser, faces: Faces, open_page: Open, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    folder = Path(pytestconfig.getoption("--pictures") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": 1180, "height": 820})
    page = context.new_page()
    seen: list[int] = []
    page.on("response", lambda response: seen.append(response.status))
    open_page(page, faces)
    assert set(seen) == {200}
    file = folder / f"{open_page.__name__}.png"
    page.screenshot(path=file)
    context.close()
    with Image.open(file) as picture:
        picture.quantize(64).save(file, optimize=True)
    assert 5_000 < file.stat().st_size < 150_000
