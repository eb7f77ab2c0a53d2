"""Pages as they come back from what a person did, in both languages, for everybody: those that have
an address are looked at in `test_every_page`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import Faces
from tests.browser.looking import in_turn, is_for_everybody, nothing_foreign

Open = Callable[[Page, Faces, str], None]
FILM = b"\x00\x00\x00\x14ftypqt  "


def open_error(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.form(language))
    page.fill("#courriel", "g@courriel")
    film: Any = {"name": "comptoir.mov", "mimeType": "video/quicktime", "buffer": FILM}
    page.set_input_files("#documents", [film, avis()])
    page.click("button.go")
    page.wait_for_selector(".alert")


def open_sorting(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.status(language, held=True))


def open_missing(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.door + ("/x" if language == "fr" else "/en/x"))


def open_held(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.case(language, held=True))


def open_no_desk(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.desk + ("/x" if language == "fr" else "/en/x"))


def open_sign_in(page: Page, faces: Faces, language: str) -> None:
    page.goto(faces.desk + faces.paths(language).sign_in)
    page.fill("#nom", "personne")
    page.fill("#secret", "ce n’est pas le bon")
    page.click("button.go")
    page.wait_for_selector(".alert")


def open_worklist(page: Page, faces: Faces, language: str) -> None:
    faces.enter(page, "office")
    page.goto(faces.desk + faces.paths(language).cases)


def open_letter_before_it_leaves(page: Page, faces: Faces, language: str) -> None:
    faces.enter(page, "agent")
    page.goto(f"{faces.own_case(language, number=0)}/close")
    page.fill("#text", "Nous avons vérifié.")
    page.check("#outcome-partly")
    page.check("#told-notice")
    page.select_option("#motive", "delays")
    page.click("button[name=voir]")
    page.wait_for_selector("#h-prev")


def open_refused_act(page: Page, faces: Faces, language: str) -> None:
    faces.enter(page, "office")
    page.goto(f"{faces.own_case(language, number=0)}/extend")
    page.fill("#text", "Une enquête est en cours.")
    page.click("button.go")
    page.wait_for_selector(".alert")


def open_text_that_is_kept(page: Page, faces: Faces, language: str) -> None:
    faces.enter(page, "agent")
    page.goto(f"{faces.own_case(language, number=0)}/note")
    page.fill("#text", "Une note.\nSur deux lignes.")
    page.context.clear_cookies()
    page.click("button.go")
    page.wait_for_selector(".alert")


def avis() -> Any:
    return {"name": "avis-octobre.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x"}


PAGES: list[Open] = [
    open_error,
    open_sorting,
    open_missing,
    open_held,
    open_no_desk,
    open_sign_in,
    open_worklist,
    open_letter_before_it_leaves,
    open_refused_act,
    open_text_that_is_kept,
]


@in_turn({page.__name__.removeprefix("open_"): page for page in PAGES})
def test_a_page_is_for_everybody_and_loads_nothing_foreign(
    page: Page, faces: Faces, opened: Open, language: str
) -> None:
    with nothing_foreign(page, faces.door, faces.desk):
        opened(page, faces, language)
        is_for_everybody(page, language)
