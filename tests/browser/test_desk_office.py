"""Pages of the complaints office in a browser: sorting, entering, accounts, who consulted."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

from services.desk.app import build_app
from services.desk.signing_in import begin, new_account
from shared.domain.account import Mandate
from shared.domain.act import SetAside
from tests.browser.conftest import _config, _listening
from tests.desk_people import (
    OFFICE_MANDATE,
    Office,
    another_held,
    in_tray,
    maybe_disclosing,
    office_in,
)
from tests.pages_samples import KEYS, OFFICE, RECEIVED, Sample, assigned_case, department, held_case
from tests.papers import pdf

ROOTS = {"fr": "/bureau", "en": "/en/desk"}
SORTING = {"fr": "/bureau/tri", "en": "/en/desk/sorting"}
NEW = {"fr": "/bureau/saisir", "en": "/en/desk/new"}
ACCOUNTS = {"fr": "/bureau/comptes", "en": "/en/desk/accounts"}
CASES = {"fr": "/bureau/plaintes", "en": "/en/desk/complaints"}
DISCLOSING, TO_SORT, TO_ASSIGN = maybe_disclosing(50), held_case(), another_held(60)


def _set_aside() -> Sample:
    sample = in_tray(40, "spam", subject="Un prix pour vous")
    aside = SetAside(at=RECEIVED, by="Isabelle Essai")
    return replace(sample, case=sample.case.changed(state="closed", set_aside=aside))


class _Desk(threading.Thread):
    """A desk with held cases, in an event loop of its own until `stop` is called."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self._socket = _listening()
        self._server: uvicorn.Server | None = None
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.secret = ""
        self.agent = ""
        self.ready = threading.Event()

    def run(self) -> None:
        asyncio.run(self._serve())

    def stop(self) -> None:
        if self._server:
            self._server.should_exit = True
        self.join(timeout=20)

    async def _serve(self) -> None:
        async with office_in(self._folder) as office:
            await self._fill(office)
            app = build_app(
                store=office.store,
                clock=office.clock,
                keys=KEYS,
                department=department(),
                desk_url=self.url,
            )
            self._server = uvicorn.Server(_config(app))
            self.ready.set()
            await self._server.serve(sockets=[self._socket])

    async def _fill(self, office: Office) -> None:
        store, now = office.store, office.clock.now()
        sorter = new_account("isabelle", "Isabelle Essai", mandates=(OFFICE_MANDATE,))
        agent = new_account("paul", "Paul Essai", mandates=(Mandate(role="agent", unit_id=OFFICE),))
        self.agent = (await store.accounts.save(agent)).id
        signed_in = await begin(store, await store.accounts.save(sorter), now, how="password")
        self.secret = signed_in.secret
        trays = (*(in_tray(n, "spam", subject="Un prix pour vous") for n in (20, 21, 22)),)
        samples = (
            assigned_case(),
            TO_SORT,
            TO_ASSIGN,
            DISCLOSING,
            in_tray(30, "unreadable"),
            _set_aside(),
        )
        for sample in (*samples, *trays, *(another_held(number) for number in range(1, 8))):
            await office.keep(sample)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Desk]:
    serving = _Desk(tmp_path_factory.mktemp("office"))
    serving.start()
    assert serving.ready.wait(timeout=20)
    yield serving
    serving.stop()


@pytest.fixture
def signed_in(context: BrowserContext, desk: _Desk) -> Page:
    return _signed_in(context, desk)


def _signed_in(context: BrowserContext, desk: _Desk) -> Page:
    context.add_cookies([{"name": "recours", "value": desk.secret, "url": desk.url}])
    return context.new_page()


Open = Callable[[Page, _Desk, str], None]


def open_sorting(page: Page, desk: _Desk, language: str) -> None:
    page.goto(desk.url + SORTING[language])
    page.locator("details > summary").first.click()


def open_disclosure(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?plainte={DISCLOSING.case.reference}")
    page.click("button[value=DR-16]")
    page.wait_for_selector(".alert")


def open_unknown_unit(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?plainte={TO_SORT.case.reference}")
    page.click("details > summary")
    page.fill("input[name=autre]", "Atlantide")
    page.click("details button")
    page.wait_for_selector(".alert")


def open_spam(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?bac=spam&tout=1")


def open_unreadable(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?bac=unreadable")


def open_empty_tray(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?bac=automatic")


def open_set_aside(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{SORTING[language]}?bac=aside")


def open_oral(page: Page, desk: _Desk, language: str) -> None:
    page.goto(desk.url + NEW[language])


def open_oral_error(page: Page, desk: _Desk, language: str) -> None:
    page.goto(desk.url + NEW[language])
    page.fill("#jour", "")
    page.fill("#courriel", "g@courriel")
    page.fill("#tel", "12")
    page.click("main button.go")
    page.wait_for_selector(".alert")


def open_oral_documents(page: Page, desk: _Desk, language: str) -> None:
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


def open_oral_received(page: Page, desk: _Desk, language: str) -> None:
    page.goto(desk.url + NEW[language])
    page.check("#canal-phone")
    page.fill("#recit", "Elle attend depuis six semaines.")
    page.check("#relu")
    page.click("main button.go")
    page.wait_for_selector(".done")


def open_accounts(page: Page, desk: _Desk, language: str) -> None:
    page.goto(desk.url + ACCOUNTS[language])


def open_invite_error(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{ACCOUNTS[language]}/invite")
    page.fill("#personne", "Lise Roy")
    page.fill("#nom", "lise")
    page.select_option("#role", "agent")
    page.click("main button.go")
    page.wait_for_selector(".alert")


def open_account(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{ACCOUNTS[language]}/{desk.agent}")


def open_account_link(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{ACCOUNTS[language]}/{desk.agent}")
    page.click("form[action$='/link'] button")
    page.wait_for_selector("code")


def open_consulted(page: Page, desk: _Desk, language: str) -> None:
    page.goto(f"{desk.url}{CASES[language]}/{TO_SORT.case.reference}")
    page.click("a[href$='/reads']")


PAGES: list[Open] = [
    open_sorting,
    open_disclosure,
    open_unknown_unit,
    open_spam,
    open_unreadable,
    open_empty_tray,
    open_set_aside,
    open_oral,
    open_oral_error,
    open_oral_documents,
    open_oral_received,
    open_accounts,
    open_invite_error,
    open_account,
    open_account_link,
    open_consulted,
]
every_page = pytest.mark.parametrize("open_page", PAGES, ids=lambda each: each.__name__[5:])
both_languages = pytest.mark.parametrize("language", ["fr", "en"])


@every_page
@both_languages
def test_axe_finds_no_fault_and_nothing_scrolls_sideways(
    signed_in: Page, desk: _Desk, open_page: Open, language: str
) -> None:
    page = signed_in
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    open_page(page, desk, language)
    assert page.locator("h1").count() == 1
    assert page.get_attribute("html", "lang") == f"{language}-CA"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    for width in (640, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [each for each in complaints if "Content Security Policy" in each] == []


@every_page
def test_letters_twice_as_large_fit(browser: Browser, desk: _Desk, open_page: Open) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    context.set_default_timeout(15_000)
    page = _signed_in(context, desk)
    open_page(page, desk, "fr")
    page.add_style_tag(content="html{font-size:200%}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    context.close()


def test_the_language_changes_and_the_filter_stays(signed_in: Page, desk: _Desk) -> None:
    open_unreadable(signed_in, desk, "fr")
    signed_in.click("a[hreflang=en]")
    assert signed_in.url == f"{desk.url}{SORTING['en']}?bac=unreadable"


def test_an_error_has_the_focus_and_leads_to_its_field(signed_in: Page, desk: _Desk) -> None:
    open_oral_error(signed_in, desk, "fr")
    assert signed_in.evaluate("document.activeElement.className") == "alert"
    assert signed_in.title().startswith("Erreur")
    signed_in.click(".alert a[href='#tel']")
    assert signed_in.evaluate("document.activeElement.id") == "tel"
    assert signed_in.input_value("#tel") == "12"


def test_a_case_is_sorted_by_the_keyboard_alone(signed_in: Page, desk: _Desk) -> None:
    page, reference = signed_in, TO_ASSIGN.case.reference
    page.goto(f"{desk.url}{SORTING['fr']}?plainte={reference}")
    page.focus("button[value=DR-16]")
    page.keyboard.press("Enter")
    page.wait_for_selector("p.done")
    assert reference in page.inner_text("p.done")
    assert "Montérégie" in page.inner_text("p.done")
    page.goto(f"{desk.url}{SORTING['fr']}?plainte={reference}")
    assert page.locator("article").count() == 0


def test_enter_in_the_box_of_a_disclosure_chooses_no_unit(signed_in: Page, desk: _Desk) -> None:
    page, reference = signed_in, DISCLOSING.case.reference
    page.goto(f"{desk.url}{SORTING['fr']}?plainte={reference}")
    page.check(f"#c{reference}")
    page.focus(f"#c{reference}")
    page.keyboard.press("Enter")
    page.wait_for_selector(".alert")
    assert page.locator("p.done").count() == 0
    assert page.is_checked(f"#c{reference}")


def test_a_tray_is_cleared_in_bulk(signed_in: Page, desk: _Desk) -> None:
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
    signed_in: Page, desk: _Desk, language: str
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
    signed_in: Page, desk: _Desk
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
