"""A mail that was passed on in the text of another: who wrote it, when, and what."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

from services.intake.reading import attributions, moments
from services.intake.reading.announcements import Announcement, announcement_at
from services.intake.reading.labels import plain
from services.intake.reading.page import INVISIBLE, Page, page_of, unquoted
from shared.domain.reading import Forwarded

#: How many lines are looked at closely, so that no text takes long.
LOOKS = 4_000
NAME_CHARACTERS = 200
#: A warning of a gateway is a short paragraph.
BANNER_LINES = 8
BANNER_CHARACTERS = 500

PREFIX = re.compile(
    r"\s{0,8}(?:\[[^\]\n]{0,40}\]\s{0,4})?([^\W\d_][\w.]{0,12})(?:\s?\[\d{1,3}\])?\s{0,2}[:：]"
)
#: `John Doe <j@x>`, `John Doe [mailto:j@x]`, `John Doe (j@x)`, `j@x<mailto:j@x>`
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,120}@[^\s<>()\[\]\"',;:]{1,255}")
#: Outlook, below the address of a list or an office: "De la part de Jean Roy"
ON_BEHALF = re.compile(
    r"\b(?:on behalf of|de la part de|im auftrag von)\s(.{1,200})", re.IGNORECASE
)
OPENS_ADDRESS = re.compile(r"[<\[(]")
AROUND_NAME = " \t\u00a0\u202f\"'“”„«»‘’,;*_" + INVISIBLE
IN_QUOTES = re.compile(r"[\"“„«]\s?([^\"“”„«»\n]{1,120}?)\s?[\"”“»]\s?[<(\[]")

Subject = Literal["forward", "reply", "other"]


class Words(NamedTuple):
    """The words of `forwarding.toml`."""

    prefixes: dict[str, Subject]
    fillers: frozenset[str]
    banner: re.Pattern[str]
    outside: re.Pattern[str]


@cache
def words() -> Words:
    """Return the word lists; read once, when the first message is."""
    name = "forwarding.toml"
    data = tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))
    prefixes: dict[str, Subject] = {plain(each): "forward" for each in data["forward"]}
    prefixes |= {plain(each): "reply" for each in data["reply"]}
    banner, outside = ("|".join(data[each]) for each in ("banner_begins", "banner_outside"))
    return Words(
        prefixes,
        frozenset(data["fillers"]),
        banner=re.compile(rf"\W{{0,8}}(?:{banner})\b", re.IGNORECASE),
        outside=re.compile(rf"\b(?:{outside})\b", re.IGNORECASE),
    )


def forwarded(text: str, subject: str = "") -> Forwarded | None:
    """Return the mail that `text` passes on, or None. `subject` is that of the mail itself.

    The first one only: what it passed on itself stays in its text. A reply with its history
    passes nothing on, so without a line such as "Message transféré" the subject decides.
    """
    return found_in(page_of(text), subject)


def found_in(page: Page, subject: str) -> Forwarded | None:
    """The same as `forwarded`, for a text whose lines are known."""
    kind = subject_kind(subject)
    for at in page.telling[:LOOKS]:
        if not page.bare[at] or not _is_looked_at(page, at):
            continue
        found = announcement_at(page, at)
        if found is not None and passes_on(found, kind):
            return _original(page, found)
        if found is not None and _is_history(page, found):
            return None
    return None


def subject_kind(subject: str) -> Subject:
    """Say what the first prefix of a subject is: "TR:" forwards, "RE:" replies."""
    found = PREFIX.match(subject)
    if found is None:
        return "other"
    return words().prefixes.get(plain(found[1]).rstrip("."), "other")


def passes_on(found: Announcement, kind: Subject) -> bool:
    """Say whether an announcement is that of a mail passed on, in a mail with such a subject."""
    if found.kind == "forward":
        return True
    if found.kind == "attribution":
        return kind == "forward" and found.sure
    if found.block is None or kind == "reply":
        return False
    return kind == "forward" or found.kind == "original" or found.block.is_of_a_program


def _is_history(page: Page, found: Announcement) -> bool:
    """Say whether all that follows was quoted, whatever it holds."""
    return found.sure or page.next_is_marked(found.end)


def _is_looked_at(page: Page, at: int) -> bool:
    """Say whether a line can begin a mail passed on: of a ">" quotation, only the first can."""
    above = at - 1
    while page.marked[at] and above >= 0 and page.marked[above]:
        if page.bare[above].strip():
            return False
        above -= 1
    return True


def _original(page: Page, found: Announcement) -> Forwarded:
    body = _body(page, found)
    if found.block is None:
        if found.kind != "attribution":
            return Forwarded(text=body)
        return Forwarded(
            from_address=_address(found.words),
            from_name=_name_in_attribution(found.words),
            date=moments.moment_of(found.words),
            text=body,
        )
    fields = found.block.fields
    return Forwarded(
        from_address=_address(fields["from"]),
        from_name=_name(fields["from"]),
        date=moments.moment_of(fields.get("sent", "")),
        subject=fields.get("subject", "").lstrip(INVISIBLE),
        text=body,
    )


def _body(page: Page, found: Announcement) -> str:
    """Return what stands below, one ">" less deep if the program marked it."""
    first = page.next_filled(found.end, within=len(page.raw))
    if first is None:
        return ""
    lines = page.raw[first:]
    if page.marked[found.end - 1]:
        end = max(first + 1, len(page.raw) - page.marked[::-1].index(True))
        lines = [unquoted(line) for line in page.raw[first:end]]
    elif all(map(_is_marked_or_empty, page.raw[first:], page.marked[first:])):
        lines = [unquoted(line) for line in lines]
    if found.kind == "attribution" and all(not line or line[0] in " \t" for line in lines):
        lines = [line.strip() for line in lines]
    lines = [line.strip("\r") for line in lines]
    return "\n".join(lines[_banner_end(lines) :]).strip(" \n\t" + INVISIBLE)


def _banner_end(lines: list[str]) -> int:
    """Return the line below the warning that a gateway put first, 0 if there is none."""
    end = next((at for at, line in enumerate(lines[:BANNER_LINES]) if not line.strip()), 0)
    paragraph = " ".join(lines[:end])[: BANNER_CHARACTERS + 1]
    if len(paragraph) > BANNER_CHARACTERS or not any(map(str.strip, lines[end:])):
        return 0
    is_banner = words().banner.match(paragraph) and words().outside.search(paragraph)
    return end if is_banner else 0


def _is_marked_or_empty(line: str, is_marked: bool) -> bool:
    return is_marked or not line.strip()


def _address(value: str) -> str:
    """Return the address of a heading, "" for none. A name may look like one: the last counts."""
    value = value[:2_000].replace("mailto:", " ")
    inside = re.search(r"<\s?([^\s<>()\[\]]{1,120}@[^\s<>()\[\]]{1,255})", value)
    found = ADDRESS.search(inside[1] if inside else value)
    return found[0].rstrip(".") if found else ""


def _name(value: str) -> str:
    """Return the name before the address of a heading, or for whom it was sent; "" for none."""
    value = value[:NAME_CHARACTERS]
    name = OPENS_ADDRESS.split(value, maxsplit=1)[0].strip(AROUND_NAME)
    if not name or "@" in name:
        behalf = ON_BEHALF.search(value)
        name = OPENS_ADDRESS.split(behalf[1], maxsplit=1)[0].strip(AROUND_NAME) if behalf else ""
    return "" if "@" in name else " ".join(name.split())


def _name_in_attribution(line: str) -> str:
    """Return the name in "Le 3 mars 2026 à 9 h 12, Untel <x@y> a écrit :"."""
    quoted = IN_QUOTES.search(line)
    if quoted is not None:
        return quoted[1].strip(AROUND_NAME)
    before = OPENS_ADDRESS.split(line, maxsplit=1)[0]
    clocks = list(attributions.CLOCK.finditer(before))
    if clocks:
        before = before[clocks[-1].end() :]
    names = before.strip(AROUND_NAME).split()
    while names and names[0].casefold().strip(",.") in words().fillers:
        names.pop(0)
    name = " ".join(names).strip(AROUND_NAME)
    return "" if "@" in name else name
