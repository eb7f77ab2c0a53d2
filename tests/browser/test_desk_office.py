"""Pages of the complaints office in a browser: sorting, entering, accounts, who consulted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page

from tests.browser.looking import in_turn, is_for_everybody, nothing_foreign
from tests.browser.office_desk import DISCLOSING, TO_ASSIGN, TO_SORT, OfficeDesk
from tests.pages_samples import RECEIVED
from tests.papers import pdf

ROOTS = {"fr": "/bureau", "en": "/en/desk"}
SORTING = {"fr": "/bureau/tri", "en": "/en/desk/sorting"}
NEW = {"fr": "/bureau/saisir", "en": "/en/desk/new"}
ACCOUNTS = {"fr": "/bureau/comptes", "en": "/en/desk/accounts"}
CASES = {"fr": "/bureau/plaintes", "en": "/en/desk/complaints"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeDesk]:
    serving = OfficeDesk(tmp_path_factory.mktemp("office"))
    serving.start()
    assert serving.ready.wait(timeout=20)
    yield serving
    serving.stop()


@pytest.fixture
def signed_in(context: BrowserContext, desk: OfficeDesk) -> Page:
    return _signed_in(context, desk)


def _signed_in(context: BrowserContext, desk: OfficeDesk) -> Page:
    context.add_cookies([{"name": "recours", "value": desk.secret, "url": desk.url}])
    return context.new_page()


Open = Callable[[Page, OfficeDesk, str], None]


def open_sorting(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(desk.url + SORTING[language])
    page.locator("details > summary").first.click()


def open_disclosure(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?plainte={DISCLOSING.case.reference}")
    page.click("button[value=DR-16]")
    page.wait_for_selector(".alert")


def open_unknown_unit(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?plainte={TO_SORT.case.reference}")
    page.click("details > summary")
    page.fill("input[name=autre]", "Atlantide")
    page.click("details button")
    page.wait_for_selector(".alert")


def open_spam(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?bac=spam&tout=1")


def open_unreadable(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?bac=unreadable")


def open_empty_tray(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?bac=automatic")


def open_set_aside(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?bac=aside")


def open_oral_error(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(desk.url + NEW[language])
    page.fill("#jour", "")
    page.fill("#courriel", "g@courriel")
    page.fill("#tel", "12")
    page.click("main button.go")
    page.wait_for_selector(".alert")


def open_oral_documents(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(desk.url + NEW[language])
    page.check("#canal-counter")
    page.fill("#recit", "Elle remet deux documents.")
    page.check("#relu")
    files = [_file("lettre.pdf", pdf("Bonjour")), _file(f"{'photo-' * 15}.txt", b"a")]
    page.set_input_files("#documents", files)
    page.click("main button.btn.go")
    page.wait_for_selector(".alert")


def _file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def open_oral_received(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(desk.url + NEW[language])
    page.check("#canal-phone")
    page.fill("#recit", "Elle attend depuis six semaines.")
    page.check("#relu")
    page.click("main button.go")
    page.wait_for_selector(".done")


def open_invite_error(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(f"{desk.url}{ACCOUNTS[language]}/invite")
    page.fill("#personne", "Lise Roy")
    page.fill("#nom", "lise")
    page.select_option("#role", "agent")
    page.click("main button.go")
    page.wait_for_selector(".alert")


def open_account_link(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(f"{desk.url}{ACCOUNTS[language]}/{desk.agent}")
    page.click("form[action$='/link'] button")
    page.wait_for_selector("code")


def open_consulted(page: Page, desk: OfficeDesk, language: str) -> None:
    page.goto(f"{desk.url}{CASES[language]}/{TO_SORT.case.reference}")
    page.click("a[href$='/reads']")
    page.wait_for_url("**/reads")


PAGES: list[Open] = [
    open_sorting,
    open_disclosure,
    open_unknown_unit,
    open_spam,
    open_unreadable,
    open_empty_tray,
    open_set_aside,
    open_oral_error,
    open_oral_documents,
    open_oral_received,
    open_invite_error,
    open_account_link,
    open_consulted,
]


@in_turn({page.__name__.removeprefix("open_"): page for page in PAGES})
def test_a_page_is_for_everybody_and_loads_nothing_foreign(
    signed_in: Page, desk: OfficeDesk, opened: Open, language: str
) -> None:
    with nothing_foreign(signed_in, desk.url):
        opened(signed_in, desk, language)
        is_for_everybody(signed_in, language)


def test_the_language_changes_and_the_filter_stays(signed_in: Page, desk: OfficeDesk) -> None:
    open_unreadable(signed_in, desk, "fr")
    signed_in.click("a[hreflang=en]")
    assert signed_in.url == f"{desk.url}{SORTING['en']}?bac=unreadable"


def test_an_error_has_the_focus_and_leads_to_its_field(signed_in: Page, desk: OfficeDesk) -> None:
    open_oral_error(signed_in, desk, "fr")
    assert signed_in.evaluate("document.activeElement.className") == "alert"
    assert signed_in.title().startswith("Erreur")
    signed_in.click(".alert a[href='#tel']")
    assert signed_in.evaluate("document.activeElement.id") == "tel"
    assert signed_in.input_value("#tel") == "12"


def test_a_case_is_sorted_by_the_keyboard_alone(signed_in: Page, desk: OfficeDesk) -> None:
    page, reference = signed_in, TO_ASSIGN.case.reference
    page.goto(f"{desk.url}{SORTING['fr']}?plainte={reference}")
    page.focus("button[value=DR-16]")
    page.keyboard.press("Enter")
    page.wait_for_selector("p.done")
    assert reference in page.inner_text("p.done")
    assert "Montérégie" in page.inner_text("p.done")
    page.goto(f"{desk.url}{SORTING['fr']}?plainte={reference}")
    assert page.locator("article").count() == 0


def test_enter_in_the_box_of_a_disclosure_chooses_no_unit(
    signed_in: Page, desk: OfficeDesk
) -> None:
    page, reference = signed_in, DISCLOSING.case.reference
    page.goto(f"{desk.url}{SORTING['fr']}?plainte={reference}")
    page.check(f"#c{reference}")
    page.focus(f"#c{reference}")
    page.keyboard.press("Enter")
    page.wait_for_selector(".alert")
    assert page.locator("p.done").count() == 0
    assert page.is_checked(f"#c{reference}")


def test_a_tray_is_cleared_in_bulk(signed_in: Page, desk: OfficeDesk) -> None:
    page = signed_in
    page.goto(f"{desk.url}{SORTING['fr']}?bac=spam")
    ticked = page.locator("input[name=plainte]:checked")
    assert ticked.count() == 0
    page.click("a[href*='tout=1']")
    assert ticked.count() == 3
    page.locator("input[name=plainte]").first.uncheck()
    page.click("main button.go")
    page.wait_for_selector(".done")
    assert page.locator("input[name=plainte]").count() == 1


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_letter_handed_in_is_read_back_and_enter_keeps_it(
    signed_in: Page, desk: OfficeDesk, language: str
) -> None:
    page = signed_in
    page.goto(desk.url + NEW[language])
    page.check("#canal-counter")
    page.fill("#recit", "Elle remet la lettre qu’elle a reçue.")
    page.set_input_files("#documents", _file("lettre.pdf", pdf("Bonjour")))
    page.click("main button.btn.go")
    page.wait_for_selector(".alert")
    assert page.get_attribute(".alert a", "href") == "#relu"
    page.check("#relu")
    # Enter presses the first button of a form: it keeps, and takes no document away
    page.press("#nom", "Enter")
    page.wait_for_selector(".done")
    assert re.search(r"\b26-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b", page.inner_text("main"))


def test_a_complaint_told_by_telephone_is_entered_and_gets_its_reference(
    signed_in: Page, desk: OfficeDesk
) -> None:
    page = signed_in
    page.goto(desk.url + NEW["fr"])
    page.check("#canal-phone")
    page.fill("#jour", RECEIVED.date().isoformat())
    page.fill("#heure", "09:30")
    page.fill("#recit", "Personne ne m’a rappelée depuis trois semaines.")
    page.fill("#tel", "450 555-0142")
    page.click("main button.go")
    page.wait_for_selector(".alert")
    assert page.get_attribute(".alert a", "href") == "#relu"
    assert page.input_value("#recit") == "Personne ne m’a rappelée depuis trois semaines."
    page.check("#relu")
    page.click("main button.go")
    page.wait_for_selector(".done")
    assert re.search(r"\b26-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b", page.inner_text("main"))
