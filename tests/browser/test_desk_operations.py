"""The pages of operations in a real browser: for everybody, in both languages."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from services.desk.app import build_app
from services.desk.operations.watch import Sample
from shared.topology import QUEUES
from tests.browser.conftest import _config, _listening
from tests.operating import ASSIGNING, ENVELOPE_ID, System, fill, notice, sign_in, system_in
from tests.pages_samples import KEYS, NOW, department

ROOTS = {"fr": "/bureau/exploitation", "en": "/en/desk/operations"}


@dataclass
class Running:
    """A desk with something in every page, and who is signed in to it."""

    address: str
    letter: str = ""
    secrets: dict[str, str] = field(default_factory=dict)


class _Serving(threading.Thread):
    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self._socket = _listening()
        self._server: uvicorn.Server | None = None
        self.running = Running(f"http://127.0.0.1:{self._socket.getsockname()[1]}")
        self.ready = threading.Event()

    def run(self) -> None:
        asyncio.run(self._serve())

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self.join(timeout=20)

    async def _serve(self) -> None:
        async with system_in(self._folder) as system:
            self.running.letter = await fill(system)
            _look_back(system)
            for role in ("operations", "complaints_office"):
                secret, _ = await sign_in(system.store, role)
                self.running.secrets[role] = secret
            app = build_app(
                store=system.store,
                clock=system.clock,
                keys=KEYS,
                department=department(),
                desk_url=self.running.address,
                bus=system.bus,
                settings=system.settings,
                watch=system.watch,
            )
            self._server = uvicorn.Server(_config(app))
            self.ready.set()
            await self._server.serve(sockets=[self._socket])


def _look_back(system: System) -> None:
    """Let the desk have looked at the queues for half an hour."""
    for minute in range(31):
        depths: dict[str, int] = {queue.name: (minute * 7) % 13 for queue in QUEUES}
        system.watch.samples.append(Sample(NOW - timedelta(minutes=30 - minute), depths))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    serving = _Serving(tmp_path_factory.mktemp("operations"))
    serving.start()
    assert serving.ready.wait(timeout=30)
    yield serving.running
    serving.stop()


def enter(context: BrowserContext, running: Running, role: str = "operations") -> None:
    secret = running.secrets[role]
    context.add_cookies([{"name": "recours", "value": secret, "url": running.address}])


def addresses(running: Running, language: str) -> list[str]:
    root = running.address + ROOTS[language]
    return [
        root,
        f"{root}/dead",
        f"{root}/dead/{ASSIGNING}/{running.letter}",
        f"{root}/dead/{ASSIGNING}/{running.letter}/discard",
        f"{root}/parked",
        f"{root}/parked/{ENVELOPE_ID}",
        f"{root}/outgoing?groupe=withheld",
        f"{root}/outgoing?groupe=to_print",
        f"{root}/outgoing/{notice('technical').id}",
        f"{root}/outgoing/{notice('technical').id}/retry",
        f"{root}/settings",
    ]


def faultless(page: Page) -> None:
    """Find no fault for assistive tools, and nothing that scrolls sideways."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    for width in (640, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_for_everybody(
    context: BrowserContext, page: Page, running: Running, language: str
) -> None:
    enter(context, running)
    for address in addresses(running, language):
        page.goto(address)
        assert page.get_attribute("html", "lang") == f"{language}-CA"
        for folded in page.locator("details > summary").all():
            folded.click()
        faultless(page)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_the_complaints_office_opens_is_for_everybody(
    context: BrowserContext, page: Page, running: Running, language: str
) -> None:
    enter(context, running, "complaints_office")
    root = f"{running.address}{ROOTS[language]}/parked/{ENVELOPE_ID}"
    for address in (root, f"{root}/original", f"{root}/file"):
        page.goto(address)
        faultless(page)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_form_without_a_reason_comes_back_with_its_fault(
    context: BrowserContext, page: Page, running: Running, language: str
) -> None:
    enter(context, running)
    page.goto(f"{running.address}{ROOTS[language]}/dead/{ASSIGNING}/{running.letter}/requeue")
    page.click("button.go")
    page.wait_for_selector(".alert")
    assert page.evaluate("document.activeElement.className") == "alert"
    faultless(page)
    page.click(".alert a")
    assert page.evaluate("document.activeElement.id") == "because"


def test_the_other_language_is_the_same_page(
    context: BrowserContext, page: Page, running: Running
) -> None:
    enter(context, running)
    for french, english in zip(addresses(running, "fr"), addresses(running, "en"), strict=True):
        page.goto(french)
        page.click(".me a[hreflang=en]")
        assert page.url == english


def test_a_dead_letter_is_put_back_and_the_act_is_kept(
    context: BrowserContext, page: Page, running: Running
) -> None:
    """Last of this module: the letter is gone afterwards."""
    enter(context, running)
    letter = f"{running.address}{ROOTS['en']}/dead/{ASSIGNING}/{running.letter}"
    page.goto(letter)
    page.click("a[href$='/requeue']")
    page.fill("#because", "The store was away.")
    page.click("button.go")
    page.wait_for_url(lambda url: not url.endswith("/requeue"))
    page.goto(running.address + ROOTS["en"])
    assert "The store was away." in page.inner_text("main")
    gone = page.goto(letter)
    assert gone is not None
    assert gone.status == 404
