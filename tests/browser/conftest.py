"""A real browser in front of both web faces, each on a free port of this machine."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from services.desk.app import build_app as build_desk
from services.desk.paths import PATHS, Paths
from services.desk.signing_in import begin, new_link
from services.intake.limits import FormLimits
from services.intake.web import build_app as build_door
from shared.domain.account import Role
from shared.domain.envelope import Language
from shared.domain.keys import desk_path, status_path
from tests.at_the_desk import account
from tests.pages_samples import (
    KEYS,
    NOW,
    OFFICE,
    Sample,
    StoppedClock,
    assigned_case,
    department,
    held_case,
    store_in,
)

#: The first that is there: the shell has no window of its own to draw.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
#: Who can sign in at the desk of these tests.
PEOPLE: tuple[tuple[str, Role, str | None], ...] = (
    ("agent", "agent", OFFICE),
    ("elsewhere", "agent", "DR-16"),
    ("manager", "manager", "DR-06"),
    ("office", "complaints_office", None),
    ("operations", "operations", None),
    ("privacy", "privacy", None),
    ("staff", "staff", OFFICE),
)
MOST_SIGN_INS = 12
#: More than one page of the worklist.
MOST_CASES = 60
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Faces:
    """Where the two faces listen, and the sample cases they show."""

    door: str
    desk: str
    links: dict[str, list[str]]
    secrets: dict[str, str]

    def status(self, language: str, *, held: bool = False) -> str:
        case = (held_case() if held else assigned_case()).case
        root = "suivi" if language == "fr" else "en/status"
        return f"{self.door}/{root}/{status_path(KEYS, case.reference)}"

    def case(self, language: str, *, held: bool = False) -> str:
        case = (held_case() if held else assigned_case()).case
        until = NOW.replace(year=NOW.year + 1)
        root = "bureau" if language == "fr" else "en/desk"
        unit = "DPRC" if held else OFFICE
        return f"{self.desk}/{root}/{desk_path(KEYS, case.id, unit, until)}"

    def sign_in(self, name: str) -> str:
        """Return a one-time link of one of PEOPLE that nobody has used yet."""
        return f"{self.desk}/bureau/lien/{self.links[name].pop()}"

    def enter(self, page: Page, name: str) -> None:
        """Sign one of PEOPLE in, without the page for it."""
        page.context.add_cookies(
            [{"name": "recours", "value": self.secrets[name], "url": self.desk}]
        )

    def paths(self, language: str) -> Paths:
        return PATHS[_code(language)]

    def own_case(self, language: str, *, number: int) -> str:
        """Return the page of one of many cases of OFFICE, for those who are signed in."""
        return f"{self.desk}{PATHS[_code(language)].case(another_case(number).case.reference)}"

    def form(self, language: str) -> str:
        return f"{self.door}/{'plainte' if language == 'fr' else 'en/complaint'}"


def another_case(number: int) -> Sample:
    return assigned_case(name=f"Plaignante {number}")


def _code(language: str) -> Language:
    return "en" if language == "en" else "fr"


class _Serving(threading.Thread):
    """Both faces in one event loop of their own, until `stop` is called."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self._sockets = [_listening(), _listening()]
        self._servers: list[uvicorn.Server] = []
        self._secrets: dict[str, str] = {}
        self._links: dict[str, list[str]] = {name: [] for name, _, _ in PEOPLE}
        self.ready = threading.Event()

    @property
    def faces(self) -> Faces:
        door, desk = (f"http://127.0.0.1:{each.getsockname()[1]}" for each in self._sockets)
        return Faces(door, desk, self._links, self._secrets)

    def run(self) -> None:
        asyncio.run(self._serve())

    def stop(self) -> None:
        for server in self._servers:
            server.should_exit = True
        self.join(timeout=20)

    async def _serve(self) -> None:
        async with store_in(self._folder) as store:
            for sample in (assigned_case(), held_case()):
                await sample.keep(store)
            for number in range(MOST_CASES):
                await another_case(number).keep(store)
            tables, clock = department(), StoppedClock()
            for name, role, unit in PEOPLE:
                own = await store.accounts.save(account(name, role, unit))
                self._secrets[name] = (await begin(store, own, NOW, how="link")).secret
                for number in range(MOST_SIGN_INS):
                    link, secret = new_link(NOW, sets_password=False)
                    who = account(f"{name}{number}", role, unit, link=link)
                    await store.accounts.save(who)
                    self._links[name].append(f"{who.id}/{secret}")
            door = build_door(
                store=store,
                clock=clock,
                keys=KEYS,
                addresses=tables.addresses,
                department=tables,
                public_url=self.faces.door,
                limits=FormLimits(burst=1000),
                held_folder=self._folder / "held",
            )
            desk = build_desk(
                store=store,
                clock=clock,
                keys=KEYS,
                department=tables,
                desk_url=self.faces.desk,
                public_url=self.faces.door,
            )
            self._servers = [uvicorn.Server(_config(app)) for app in (door, desk)]
            serving = zip(self._servers, self._sockets, strict=True)
            self.ready.set()
            await asyncio.gather(*(server.serve(sockets=[bound]) for server, bound in serving))


def _listening() -> socket.socket:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    return bound


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(app, log_level="error", lifespan="off", ws="none")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faces]:
    serving = _Serving(tmp_path_factory.mktemp("faces"))
    serving.start()
    assert serving.ready.wait(timeout=20)
    yield serving.faces
    serving.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # A module at a time: while it is open, no asynchronous test of this process can run.
    with sync_playwright() as playwright:
        # Where none is, Playwright says which one it looked for
        program = next(filter(None, map(shutil.which, BROWSERS)), BROWSERS[0])
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
