"""What every page must be: for assistive tools, on a small screen, in large letters, and ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

T = TypeVar("T")
COLOURS: dict[str, Literal["light", "dark"]] = {"fr": "light", "en": "dark"}
_AXE = Axe()
#: No page has a film or a sound, which are all that axe would load before it looks.
_OPTIONS = {"resultTypes": ["violations"], "preload": False}
_WIDTH = "document.documentElement.scrollWidth"


def in_turn(pages: Mapping[str, T]) -> pytest.MarkDecorator:
    """Parametrize a test with pages by name, every other one in English: they come back with the
    words of pages that are looked at in both languages, and one or two of their own."""
    turns = [
        pytest.param(one, "en" if number % 2 else "fr", id=f"{name}-{'en' if number % 2 else 'fr'}")
        for number, (name, one) in enumerate(pages.items())
    ]
    return pytest.mark.parametrize(("opened", "language"), turns)


def width_of(page: Page) -> int:
    """Return how wide the page is, in pixels: more than its window is scrolled sideways."""
    return int(page.evaluate(_WIDTH))


def is_for_everybody(page: Page, language: str, *, said_in: str = "") -> None:
    """Find no fault in the page of this language, which is looked at in one of two colours: words
    and colours are independent, so that both languages together show all. `said_in` is the language
    of a text that a page of either language shows as it is."""
    page.emulate_media(color_scheme=COLOURS[language])
    found = _AXE.run(page, options=_OPTIONS)
    assert found.violations_count == 0, found.generate_report()
    fits_when_large(page)
    assert page.locator("h1").count() == 1
    assert page.title()
    assert page.get_attribute("html", "lang") == f"{said_in or language}-CA"


def fits_when_large(page: Page) -> None:
    """640 px is 1280 px at 200 % (WCAG 1.4.4); 320 px is 1280 px at 400 % (1.4.10)."""
    for width in (640, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert width_of(page) <= width, page.url
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert width_of(page) <= 1280, page.url
    page.evaluate("document.documentElement.style.fontSize = ''")


@contextmanager
def nothing_foreign(page: Page, *ours: str) -> Iterator[None]:
    """Find that what is opened meanwhile comes from these addresses, and breaks no rule of its own
    Content-Security-Policy."""
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    yield
    assert asked
    assert all(url.startswith(ours) for url in asked), asked
    assert [each for each in complaints if "Content Security Policy" in each] == []
