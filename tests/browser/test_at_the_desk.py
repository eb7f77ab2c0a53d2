"""What people of a unit do at the desk, in a real browser, with and without script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Faces


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def either(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def number_of(page: Page) -> int:
    """Return a case that no other test of this run has changed."""
    number = int(getattr(number_of, "last", 9)) + 1
    number_of.last = number  # type: ignore[attr-defined]
    return number


def test_one_signs_in_takes_replies_and_closes(either: Page, faces: Faces) -> None:
    page, number = either, number_of(either)
    page.goto(faces.sign_in("agent"))
    page.click("button.go")
    expect(page).to_have_title("Plaintes – Recours")
    page.goto(faces.own_case("fr", number=number))
    page.click("text=Prendre en charge")
    expect(page.locator(".done")).to_have_text("La plainte est à vous.")
    page.click("a:text-is('Répondre')")
    page.fill("#text", "Voici ce que nous avons vérifié.")
    page.click("text=Envoyer la réponse")
    expect(page.locator(".done")).to_have_text("La réponse part.")
    page.click("a:text-is('Clore')")
    page.check("#outcome-founded")
    page.select_option("#motive", "courtesy")
    page.fill("#text", "Vous aviez raison.")
    page.click("text=Envoyer la réponse et clore")
    expect(page.locator(".alert")).to_contain_text("On ne clôt pas sans cela")
    expect(page.locator("#text")).to_have_value("Vous aviez raison.")
    page.check("#told-notice")
    page.click("text=Envoyer la réponse et clore")
    expect(page.locator(".done")).to_have_text("La plainte est close, la réponse part.")
    expect(page.locator("#h-end + dl")).to_contain_text("Fondée")


def test_a_transferred_case_is_gone_here_and_there_where_it_went(
    either: Page, browser: Browser, faces: Faces
) -> None:
    page, case = either, faces.own_case("fr", number=number_of(either))
    faces.enter(page, "agent")
    page.goto(case)
    page.click("a:text-is('Transférer')")
    page.select_option("#unit", "DR-16")
    page.fill("#because", "La personne a été servie à Longueuil.")
    page.click("button:text-is('Transférer')")
    expect(page).to_have_title("Plaintes – Recours")
    response = page.goto(case)
    assert response is not None
    assert response.status == 404
    context = browser.new_context()
    there = context.new_page()
    faces.enter(there, "elsewhere")
    there.goto(case)
    expect(there.locator("h1")).to_contain_text("Plaignante")
    context.close()


def test_the_keyboard_alone_writes_a_note(page: Page, faces: Faces) -> None:
    case = faces.own_case("en", number=number_of(page))
    faces.enter(page, "agent")
    page.goto(case)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "summary", "Other acts")
    page.keyboard.press("Enter")
    _tab_to(page, "a", "Note")
    page.keyboard.press("Enter")
    page.wait_for_url("**/note")
    _tab_to(page, "textarea", "")
    page.keyboard.type("Seen at the counter.")
    _tab_to(page, "button", "Keep the note")
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_have_text("The note is kept.")
    expect(page.locator("#h-rem + ul")).to_contain_text("Seen at the counter.")


def test_a_search_finds_what_the_unit_may_see(page: Page, faces: Faces) -> None:
    faces.enter(page, "elsewhere")
    reference = faces.own_case("fr", number=1).rpartition("/")[2]
    page.goto(faces.desk + faces.paths("fr").cases)
    page.fill("#q", reference)
    page.click("button:text-is('Chercher')")
    expect(page.locator("main")).to_contain_text("Aucune plainte trouvée")


def test_the_second_page_of_a_list_goes_on_where_the_first_ended(page: Page, faces: Faces) -> None:
    faces.enter(page, "office")
    page.goto(faces.desk + faces.paths("fr").cases)
    first = page.locator("a.ref").all_inner_texts()
    page.click("text=Suivantes")
    second = page.locator("a.ref").all_inner_texts()
    assert len(first) == 50
    assert second
    assert set(first).isdisjoint(second)


def test_a_case_prints_without_its_buttons(page: Page, faces: Faces) -> None:
    faces.enter(page, "agent")
    page.goto(faces.own_case("fr", number=0))
    page.emulate_media(media="print")
    assert not page.locator(".acts").is_visible()
    assert not page.locator("form[role=search]").is_visible()
    assert page.locator("#h-own").is_visible()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_colleague_who_reads_no_complaint_answers_a_question(
    browser: Browser, page: Page, faces: Faces, language: str
) -> None:
    case, paths = faces.own_case(language, number=number_of(page)), faces.paths(language)
    faces.enter(page, "agent")
    page.goto(f"{case}/question")
    page.select_option("#colleague", label="Staff")
    page.fill("#text", "Le dossier de mai est-il au classeur ?")
    assert Axe().run(page).violations_count == 0
    page.click("main button.go")
    context = browser.new_context()
    there = context.new_page()
    faces.enter(there, "staff")
    there.goto(faces.desk + paths.cases)
    expect(there.locator("h1")).to_have_text({"fr": "On me demande", "en": "Asked of me"}[language])
    assert Axe().run(there).violations_count == 0
    there.click("table a")
    there.click("main button.go")
    expect(there.locator(".alert a")).to_have_attribute("href", "#text")
    assert Axe().run(there).violations_count == 0
    there.set_viewport_size({"width": 320, "height": 700})
    assert there.evaluate("document.documentElement.scrollWidth") <= 320
    there.fill("#text", "Oui, sous la lettre F.")
    there.click("main button.go")
    expect(there.locator(".done")).to_be_visible()
    context.close()
    page.goto(case)
    expect(page.locator("#h-rem + ul")).to_contain_text("Oui, sous la lettre F.")


def _tab_to(page: Page, tag: str, words: str) -> None:
    """Press Tab until the element with these words has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "[document.activeElement.tagName.toLowerCase(), document.activeElement.innerText]"
        )
        if found[0] == tag and found[1].strip() == words:
            return
    raise AssertionError(f"the keyboard does not reach {tag} {words}")
