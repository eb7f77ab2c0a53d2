"""A person files a complaint in a real browser, with a mouse or with the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Faces

STORY = "J’attends depuis six semaines.\n\nMerci."
FILM: Any = {
    "name": "comptoir.mov",
    "mimeType": "video/quicktime",
    "buffer": b"\x00\x00\x00\x14ftypqt  ",
}


def document(name: str, size: int = 20) -> Any:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.4 " + b"x" * size}


def test_a_complaint_with_two_documents_is_received_and_can_be_followed(
    page: Page, faces: Faces
) -> None:
    page.goto(faces.form("fr"))
    page.fill("#recit", STORY)
    page.fill("#quand", "le 6 novembre")
    page.select_option("#bureau", "MTL-NO")
    page.fill("#courriel", "g@courriel.example")
    page.set_input_files("#documents", [document("avis.pdf"), document("lettre.pdf", 2_000_000)])
    page.click("button.go")
    expect(page.locator("h1")).to_have_text("Nous avons reçu votre plainte")
    expect(page.locator(".done")).to_contain_text("avec 2 documents")
    reference = page.locator(".done .ref").inner_text()
    page.reload()
    expect(page.locator(".done .ref")).to_have_text(reference)
    page.click("a.secret")
    expect(page.locator("main .ref")).to_have_text(reference)


def test_a_page_that_comes_back_has_everything_and_can_be_sent(page: Page, faces: Faces) -> None:
    page.goto(faces.form("en"))
    page.fill("#recit", STORY)
    page.fill("#courriel", "g@courriel")
    page.set_input_files("#documents", [document("avis.pdf"), FILM])
    page.click("button.go")
    assert page.title().startswith("Error: ")
    expect(page.locator(".alert")).to_be_focused()
    assert page.locator(".alert a").all_inner_texts() == [
        "The document “comptoir.mov” is a video: choose a PDF, a photo or a text",
        "The e-mail address is incomplete: write it like “name@mail.example”",
    ]
    page.click('.alert a[href="#courriel"]')
    expect(page.locator("#courriel")).to_be_focused()
    expect(page.locator("#recit")).to_have_value(STORY)
    expect(page.locator(".held")).to_contain_text("avis.pdf")
    page.fill("#courriel", "g@courriel.example")
    page.click("button.go")
    expect(page.locator(".done")).to_contain_text("with 1 document")


def test_the_keyboard_alone_files_a_complaint(page: Page, faces: Faces) -> None:
    page.goto(faces.form("fr"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    _tab_to(page, "#recit")
    page.keyboard.type(STORY)
    _tab_to(page, "#courriel")
    page.keyboard.type("g@courriel.example")
    _tab_to(page, "button.go")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nous avons reçu votre plainte")


def test_enter_in_a_field_sends_the_complaint_and_does_nothing_else(
    page: Page, faces: Faces
) -> None:
    page.goto(faces.form("fr"))
    page.fill("#recit", STORY)
    page.focus("#nom")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nous avons reçu votre plainte")


def test_the_language_switch_takes_along_what_was_typed(page: Page, faces: Faces) -> None:
    page.goto(faces.form("fr"))
    page.fill("#recit", STORY)
    page.set_input_files("#documents", document("avis.pdf"))
    page.click("header button.link")
    expect(page.locator("h1")).to_have_text("File a complaint")
    expect(page.locator("#recit")).to_have_value(STORY)
    expect(page.locator(".held")).to_contain_text("avis.pdf")
    page.click("button.go")
    expect(page.locator("h1")).to_have_text("We have received your complaint")


def test_a_held_document_can_be_removed(page: Page, faces: Faces) -> None:
    page.goto(faces.form("fr"))
    page.set_input_files("#documents", document("avis.pdf"))
    page.click("button.go")
    page.click("button[name=retirer]")
    expect(page.locator("p.done")).to_contain_text("avis.pdf")
    expect(page.locator(".held")).to_have_count(0)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_form_works_with_script_turned_off(
    browser: Browser, faces: Faces, language: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(faces.form(language))
    page.fill("#recit", STORY)
    page.click("button.go")
    expect(page.locator(".done")).to_be_visible()
    context.close()


def test_a_unit_opens_its_case_and_follows_a_clue(page: Page, faces: Faces) -> None:
    page.goto(faces.case("fr"))
    expect(page.locator("h1")).to_have_text("Ginette Fortier")
    page.click('a[href="#t3"]')
    expect(page.locator("mark", has=page.locator("#t3"))).to_be_in_viewport()
    with page.expect_download() as download:
        page.click(".docs a")
    assert download.value.suggested_filename == "lettre d'été.html"
    page.click("header a[hreflang=en]")
    expect(page.locator("#h-why")).to_have_text("Why this unit")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; fail when it never comes."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")
