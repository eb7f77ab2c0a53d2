"""A browser at the form, without a socket: what it sends, and what stands on a page."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx

from services.intake.limits import FormLimits
from services.intake.web import build_app
from shared.department import Department
from shared.errors import Transient
from shared.pages.texts import NBSP
from shared.ports.store import Store
from tests.pages_samples import (
    KEYS,
    StoppedClock,
    browser_of,
    department,
    store_in,
)

FORM = {"fr": "/plainte", "en": "/en/complaint"}
PDF = ("avis.pdf", b"%PDF-1.4 avis", "application/pdf")
FILM = ("comptoir.mov", b"\x00\x00\x00\x14ftypqt  ", "video/quicktime")
STORY = "J’attends depuis six semaines."


class DownStore:
    """A store that answers nothing: every collection raises the same error."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or Transient("store_down")

    def __getattr__(self, name: str) -> Any:
        async def fail(*args: object, **more: object) -> None:
            raise self._error

        verbs = {"ping", "get", "find", "add", "count", "raw"}
        return fail if name in verbs else DownStore(self._error)


def client_on(
    store: Store,
    folder: Path,
    *,
    limits: FormLimits | None = None,
    tables: Department | None = None,
    broken_tables: bool = False,
) -> httpx.AsyncClient:
    sound = tables or department()
    app = build_app(
        store=store,
        clock=StoppedClock(),
        keys=KEYS,
        addresses=sound.addresses,
        department=None if broken_tables else sound,
        public_url="https://plaintes.example/",
        limits=limits,
        held_folder=folder / "held",
    )
    return browser_of(app)


@asynccontextmanager
async def visiting(folder: Path, **options: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Store]]:
    async with store_in(folder) as store, client_on(store, folder, **options) as client:
        yield client, store


def down_client(folder: Path, error: Exception | None = None) -> httpx.AsyncClient:
    return client_on(cast("Store", DownStore(error)), folder)


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)


def carried(page: str) -> dict[str, Any]:
    """Return what a page sends again by itself."""
    return {"envoi": hidden(page, "envoi"), "garde": hidden(page, "garde")}


def plain(page: str) -> str:
    """Return the page's words without tags, entities or hard blanks."""
    return html.unescape(re.sub(r"<[^>]+>", "", page)).replace(NBSP, " ")


async def send(
    client: httpx.AsyncClient, *files: tuple[str, bytes, str], language: str = "fr", **given: Any
) -> httpx.Response:
    fields = {"recit": STORY, "envoi": "one page"} | given
    parts = [("documents", each) for each in files] or [("documents", ("", b"", "x/y"))]
    return await client.post(FORM[language], data=fields, files=parts)
