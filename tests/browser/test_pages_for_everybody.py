"""Every page, in both languages, for everybody: assistive tools, small screens, large letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Faces

Open = Callable[[Page, Faces, str], None]
FILM = b"\x00\x00\x00\x14ftypqt  "


def open_form(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.form(language))


def open_error(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.form(language))
    page.fill("#courriel", "g@courriel")
    film: Any = {"name": "comptoir.mov", "mimeType": "video/quicktime", "buffer": FILM}
    page.set_input_files("#documents", [film, avis()])
    page.click("button.go")
    page.wait_for_selector(".alert")


def open_received(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.form(language))
    page.fill("#recit", "J’attends depuis six semaines.")
    page.fill("#courriel", "g@courriel.example")
    page.click("button.go")
    page.wait_for_selector(".done")


def open_status(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.status(language))


def open_sorting(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.status(language, held=True))


def open_privacy(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.door + ("/confidentialite" if language == "fr" else "/en/privacy"))


def open_missing(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.door + ("/x" if language == "fr" else "/en/x"))


def open_case(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.case(language))
    for folded in page.locator("details > summary").all():
        folded.click()


def open_held(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.case(language, held=True))


def open_no_desk(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.desk + ("/x" if language == "fr" else "/en/x"))


def avis() -> Any:
    return {"name": "avis-octobre.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x"}


PAGES: list[Open] = [
    open_form,
    open_error,
    open_received,
    open_status,
    open_sorting,
    open_privacy,
    open_missing,
    open_case,
    open_held,
    open_no_desk,
]
every_page = pytest.mark.parametrize("open_page", PAGES, ids=lambda each: each.__name__[5:])
both_languages = pytest.mark.parametrize("language", ["fr", "en"])


@every_page
@both_languages
def test_axe_finds_no_fault(page: Page, faces: Faces, open_page: Open, language: str) -> None:
    open_page(page, faces, language)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@every_page
@both_languages
def test_nothing_scrolls_sideways(page: Page, faces: Faces, open_page: Open, language: str) -> None:
    """640 px is 1280 px at 200 % (WCAG 1.4.4); 320 px is 1280 px at 400 % (1.4.10)."""
    open_page(page, faces, language)
    for width in (640, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@every_page
def test_letters_twice_as_large_fit(browser: Browser, faces: Faces, open_page: Open) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    page = context.new_page()
    open_page(page, faces, "fr")
    page.add_style_tag(content="html{font-size:200%}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    context.close()


@every_page
@both_languages
def test_a_page_says_what_it_is_and_loads_nothing_foreign(
    page: Page, faces: Faces, open_page: Open, language: str
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    open_page(page, faces, language)
    assert page.locator("h1").count() == 1
    assert page.title()
    assert page.get_attribute("html", "lang") == f"{language}-CA"
    assert all(url.startswith((faces.door, faces.desk)) for url in asked)
    assert [each for each in complaints if "Content Security Policy" in each] == []
