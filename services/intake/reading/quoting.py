"""A person's own words, apart from the history that their mail program put below or above them.

In doubt a line is the person's own: the full text is kept anyway, but rules read own words first.
"""

from __future__ import annotations

from itertools import pairwise

from services.intake.reading import attributions, labels
from services.intake.reading.announcements import Announcement, announcement_at
from services.intake.reading.page import Page

#: How many lines are looked at closely; below them all that is not marked is the person's own.
LOOKS = 4_000
#: So many answers each below its own quotation are the habit of a correspondent.
SEVERAL = 2


def words() -> None:
    """Load the word lists, so that the first message does not wait for them."""
    attributions.words()
    labels.tables()


def quoted_lines(page: Page, *, is_reply: bool = False) -> list[bool]:
    """Say for each line whether it is history.

    `is_reply` helps where nothing announces what is quoted: see `Scan.keep_inner_quotes`.
    """
    if not page.telling and not any(page.marked):
        return [False] * len(page.raw)
    return Scan(page, is_reply=is_reply).lines()


class Scan:
    """One way through a page, from the top."""

    def __init__(self, page: Page, *, is_reply: bool) -> None:
        self.page = page
        self.quoted = list(page.marked)
        self.announced = False
        self.is_reply = is_reply
        self.first_own: int | None = None

    def lines(self) -> list[bool]:
        at = 0
        for telling in self.page.telling[:LOOKS]:
            if telling >= at:
                self.pass_by(at, telling)
                at = self.step(telling)
        self.pass_by(at, len(self.page.raw))
        if not self.announced:
            self.keep_inner_quotes()
        return self.quoted

    def pass_by(self, first: int, end: int) -> None:
        """Go over lines that announce nothing: the first own words may be among them."""
        for at in range(first, end if self.first_own is None else first):
            if not self.quoted[at] and self.page.bare[at].strip():
                self.first_own = at
                return

    def step(self, at: int) -> int:
        """Look at a line that could announce something; return the next to look at."""
        found = announcement_at(self.page, at) if self.page.bare[at] else None
        if found is not None:
            if self.page.marked[found.first]:
                self.announced = True
            elif self.page.next_is_marked(found.end):
                return self.open_quote(found)
            elif found.sure:
                return self.take(found)
        self.pass_by(at, at + 1)
        return at + 1

    def open_quote(self, found: Announcement) -> int:
        """Take the lines that announce a ">" quotation, which has an end."""
        self.announced = True
        at = self.page.next_filled(found.end) or found.end
        self.quote(found.first, at)
        if not self.page.is_barred(at):
            return at
        while at < len(self.page.raw) and (self.page.is_barred(at) or not self.page.raw[at]):
            self.quoted[at] = True
            at += 1
        return at

    def take(self, found: Announcement) -> int:
        """Take the rest of the text as history; but at the very top only what announces it.

        Where nothing stands above, the person forwarded it, or answered below it without marks.
        """
        if self.first_own is not None and self.first_own < found.first:
            self.announced = True
            self.quote(found.first, len(self.page.raw))
            return len(self.page.raw)
        if found.kind == "block" and (found.block is None or not found.block.is_of_a_program):
            self.first_own = found.first if self.first_own is None else self.first_own
            return found.end
        self.announced = True
        self.quote(found.first, found.end)
        return found.end

    def quote(self, first: int, end: int) -> None:
        self.quoted[first:end] = [True] * (end - first)
        if self.first_own is not None and self.first_own >= first:
            self.first_own = None

    def keep_inner_quotes(self) -> None:
        """Give back ">" lines that nothing announced and that own words follow.

        Then the person may have typed them, or set a part of their letter in. Below everything
        they are history, and in a reply that answers several of them one by one.
        """
        filled = [at for at, line in enumerate(self.page.bare) if line.strip()]
        own = [at for at in filled if not self.quoted[at]]
        pairs = pairwise(filled)
        answers = sum(self.quoted[above] and not self.quoted[below] for above, below in pairs)
        if own and not (self.is_reply and answers >= SEVERAL):
            self.quoted[: own[-1]] = [False] * own[-1]
