"""Somebody who has a keyboard and nothing else, in front of a page.

Every place is reached with Tab and nothing is done but by keys. At each stop on the way, where one
is must be seen: an outline around what has the focus, in view, with nothing over it (WCAG 2.4.7 and
2.4.11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup
from playwright.sync_api import Locator, Page, expect

from shared.domain.envelope import Language
from shared.pages.texts import Texts

#: Stops on the longest page, and some more.
MOST_STOPS = 300

#: Which of the wanted elements has the focus, and what is wrong with how that shows.
_STOP = """wanted => {
  const here = document.activeElement
  const stop = {at: wanted.indexOf(here), outside: here === document.body, fault: ""}
  if (stop.outside) return stop
  const style = getComputedStyle(here)
  const rings = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
  const box = [...here.getClientRects()].find(one => one.width && one.height)
  const middle = (first, last, most) => (Math.max(first, 0) + Math.min(last, most)) / 2
  const top = box && document.elementFromPoint(
    middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight))
  if (!rings) stop.fault = "no outline"
  else if (!box || box.bottom <= 0 || box.top >= innerHeight) stop.fault = "out of view"
  else if (!top || !(here === top || here.contains(top))) stop.fault = "covered"
  if (stop.fault) stop.fault += ": " + here.outerHTML.slice(0, 200)
  return stop
}"""
#: In which order this browser asks for the parts of a day.
_ORDER = "new Intl.DateTimeFormat().formatToParts().map(one => one.type)"


@dataclass(frozen=True)
class Hands:
    """The keys of one page. Things are named as they are read out: by role and by words."""

    page: Page
    t: Texts

    @property
    def language(self) -> Language:
        return "en" if self.t.language == "en" else "fr"

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def skip(self) -> None:
        """Go past the head of the page, with the link that stands first in it."""
        self.enter(self.named("link", self.t("site.skip")))

    def named(self, role: str, words: str) -> Locator:
        """Return what has this role and these words for a name. That of a field may go on: with
        what is optional, or with a note."""
        end = "$" if role in ("link", "button") else r"(?!\w)"
        name = re.compile(f"^{re.escape(plain(words))}{end}")
        return self.page.get_by_role(role, name=name)  # type: ignore[arg-type]

    def reach(self, wanted: Locator) -> None:
        """Press Tab until it has the focus; fail when the keyboard does not come there."""
        wanted.first.wait_for()
        turns = 0
        for _ in range(MOST_STOPS):
            stop = wanted.evaluate_all(_STOP)
            assert not stop["fault"], f"{self.page.url}: focus is not seen, {stop['fault']}"
            if stop["at"] >= 0:
                return
            turns += stop["outside"]
            if turns > 2:  # once round the page, from wherever it began
                break
            self.press("Tab")
        raise AssertionError(f"{self.page.url}: the keyboard does not come to {wanted}")

    def enter(self, wanted: Locator) -> None:
        """Press Enter on what leads nowhere else: a summary, a link within the page."""
        self.reach(wanted)
        self.press("Enter")

    def go(self, wanted: Locator) -> None:
        """Press Enter on what brings another page."""
        self.reach(wanted)
        with self.page.expect_navigation():
            self.press("Enter")

    def follow(self, words: str) -> None:
        self.go(self.named("link", words))

    def send(self, words: str) -> None:
        self.go(self.named("button", words))

    def unfold(self, words: str) -> None:
        self.enter(self.page.locator("summary", has_text=plain(words)))

    def write(self, words: str, text: str, *, role: str = "textbox") -> None:
        """Type a text in the place of what stands there."""
        self.reach(self.named(role, words))
        self.press("Control+A")
        self.page.keyboard.type(text)

    def write_day(self, words: str, day: date) -> None:
        field = self.named("textbox", words)
        self.reach(field)
        parts = {"year": f"{day:%Y}", "month": f"{day:%m}", "day": f"{day:%d}"}
        for part in (one for one in self.page.evaluate(_ORDER) if one in parts):
            self.page.keyboard.type(parts[part])
            if part == "year":  # it could have two digits more
                self.press("ArrowRight")
        expect(field).to_have_value(day.isoformat())

    def choose(self, words: str, value: str) -> None:
        """Go down a list to the option that has this value, or these words."""
        box = self.named("combobox", words)
        self.reach(box)
        self.press("Home")
        for _ in range(box.locator("option").count()):
            if value in box.evaluate("box => [box.value, box.selectedOptions[0].label]"):
                return
            self.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: no option {value} in {words}")

    def pick(self, words: str) -> None:
        """Choose one of a group: Tab comes to the group, arrows go about in it."""
        wanted = self.named("radio", words)
        group = self.page.locator(f"input[name={wanted.get_attribute('name')}]")
        self.reach(group)
        self.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: no choice {words}")

    def tick(self, words: str) -> None:
        box = self.named("checkbox", words)
        self.reach(box)
        self.press("Space")
        expect(box).to_be_checked()

    def is_told_what_is_wrong(self) -> None:
        """See that the focus is at what went wrong."""
        expect(self.page.get_by_role("alert")).to_be_focused()

    def mend(self) -> None:
        """Go from what went wrong to the field that it is about."""
        self.is_told_what_is_wrong()
        link = self.page.get_by_role("alert").locator("a[href^='#']")
        field = str(link.first.get_attribute("href"))
        self.enter(link)
        expect(self.page.locator(field)).to_be_focused()

    def fill(self, given: Mapping[str, str], places: Mapping[str, tuple[str, str]]) -> None:
        """Give each field its value, in this order; `places` has the role and the words of each.

        The words of a choice are those of the value itself, after the dot.
        """
        for name, value in given.items():
            role, words = places[name]
            match role:
                case "combobox":
                    self.choose(self.t(words), value)
                case "radio":
                    self.pick(self.t(f"{words}{value}"))
                case "checkbox":
                    self.tick(self.t(words))
                case "day":
                    self.write_day(self.t(words), date.fromisoformat(value))
                case _:
                    self.write(self.t(words), value)


def plain(words: str) -> str:
    """Return words as they are read out: without markup, with one blank between them."""
    return " ".join(Markup(words).striptags().split())  # noqa: S704 (our own texts)
