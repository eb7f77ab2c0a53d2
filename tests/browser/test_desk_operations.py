"""The pages of operations in a real browser: for everybody, in both languages."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page

from services.desk.app import build_app
from tests.browser.conftest import _config, _listening
from tests.browser.looking import is_for_everybody
from tests.operating import ASSIGNING, ENVELOPE_ID, fill, look_back, notice, sign_in, system_in
from tests.pages_samples import KEYS, department

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
            look_back(system)
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


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_form_without_a_reason_comes_back_with_its_fault(
    context: BrowserContext, page: Page, running: Running, language: str
) -> None:
    enter(context, running)
    page.goto(f"{running.address}{ROOTS[language]}/dead/{ASSIGNING}/{running.letter}/requeue")
    page.click("button.go")
    page.wait_for_selector(".alert")
    assert page.evaluate("document.activeElement.className") == "alert"
    is_for_everybody(page, language)
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
