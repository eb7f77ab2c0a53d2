"""What a mail program or an office adds below a person's words: signature, device, notice.

Cautious: what is taken for a signature is kept beside the own text, but rules read that first.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

#: The "-- " line of RFC 3676 §4.3; programs lose its blank, and one writes a dash.
DASHES = re.compile(r"\s{0,3}(?:--|—|–)\s{0,2}$")
#: Signs alone: a line drawn by hand, or the invisible picture of a tracker.
DRAWN = re.compile(r"[\s*#~=_+–—-]{2,}$|[\u1427\u00ad\ufeff]+$")
WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
#: How much may stand below "--" (without the blank, a person may have typed it).
SIGNED_LINES = 25
DOUBTFUL_LINES = 12
#: Only the end of a text is looked at.
TAIL_LINES = 60
SENTENCE_WORDS = 8
NOTICE_CHARACTERS = 4_000
DEVICE_CHARACTERS = 160
FORMULA_CHARACTERS = 150
NAME_LINES = 10
NAME_CHARACTERS = 80


class Words(NamedTuple):
    """The compiled word lists of `signatures.toml`."""

    device: re.Pattern[str]
    thing: re.Pattern[str]
    alone: re.Pattern[str]
    stems: tuple[str, ...]
    notice: tuple[re.Pattern[str], ...]
    notice_begins: re.Pattern[str]
    person: re.Pattern[str]
    formula: re.Pattern[str]
    matter: re.Pattern[str]
    speaks: re.Pattern[str]
    contact: re.Pattern[str]


@cache
def words() -> Words:
    """Return the word lists; read once, when the first message is."""
    name = "signatures.toml"
    data = tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))

    def any_of(
        part: str, names: str, frame: str = "(?<![^\\W_])(?:{})(?![^\\W_])"
    ) -> re.Pattern[str]:
        found = "|".join(each.replace(" ", r"\s") for each in data[part][names])
        return re.compile(frame.format(found), re.IGNORECASE)

    return Words(
        device=any_of("device", "begins", r"[\s\W]{{0,4}}(?:{})"),
        thing=any_of("device", "things"),
        alone=any_of("device", "alone", "(?:{})"),
        stems=tuple(data["notice"]["stems"]),
        notice=tuple(any_of("notice", each) for each in ("secret", "reader", "message")),
        notice_begins=any_of("notice", "begins", r"[\s\W]{{0,6}}(?:{})"),
        person=any_of("notice", "person"),
        formula=any_of("closing", "formulas", r"\W{{0,4}}(?:{})\s{{0,2}}[,.!]{{0,3}}\s{{0,2}}$"),
        matter=any_of("closing", "matters"),
        speaks=any_of("closing", "speaks"),
        contact=any_of("closing", "contact", "(?:{})"),
    )


def signature_start(lines: list[str], *, keep: bool = True) -> int:
    """Return the line with which the signature of a text begins; `len(lines)` for none.

    What stands above is not empty, unless `keep` is False: there are own words elsewhere.
    """
    floor = _first_filled(lines) if keep else 0
    end = _drawn_off(lines, _below_dashes(lines, floor), floor)
    end = _name_start(lines, end, floor)
    return end if any(line.strip() for line in lines[end:]) else len(lines)


def _first_filled(lines: list[str]) -> int:
    """Return the line after the first that says something: a text keeps at least that one."""
    return next((at + 1 for at, line in enumerate(lines) if line.strip()), len(lines))


def _below_dashes(lines: list[str], floor: int) -> int:
    """Return the first "--" line that has little enough below it."""
    for at in range(max(floor, len(lines) - TAIL_LINES), len(lines)):
        line = lines[at]
        if line[:1] in " -—–" and DASHES.match(line):
            below = [each for each in lines[at + 1 :] if each.strip()]
            if line == "-- ":
                if len(below) <= SIGNED_LINES:
                    return at
            elif len(below) <= DOUBTFUL_LINES and not any(map(_is_told, below)):
                return at
    return len(lines)


def _is_told(line: str) -> bool:
    """Say whether a line is of a sentence: below a line that a person drew, the letter goes on."""
    is_long = len(WORD.findall(line[:NOTICE_CHARACTERS])) >= SENTENCE_WORDS
    return is_long and not _is_added(line) and not _is_notice(line)


def _drawn_off(lines: list[str], end: int, floor: int) -> int:
    """Return where notices, lines of devices and drawn lines at the end begin."""
    lowest = max(floor, end - TAIL_LINES)
    while end > lowest:
        last = end - 1
        line = lines[last]
        if not line.strip() or _is_added(line):
            end = last
            continue
        start = _paragraph_start(lines, last, lowest)
        if not _is_notice("\n".join(lines[start:end])):
            break
        end = start
    return _after_blank(lines, end)


def _after_blank(lines: list[str], end: int) -> int:
    """Leave the empty lines above a signature with the words that they follow."""
    while end < len(lines) and not lines[end].strip():
        end += 1
    return end


def _is_added(line: str) -> bool:
    """Say whether a device or a mail program wrote a line, or it is only drawn."""
    if DRAWN.match(line):
        return True
    if len(line) > DEVICE_CHARACTERS:
        return False
    found = words()
    if found.alone.search(line):
        return True
    return found.device.match(line) is not None and found.thing.search(line) is not None


def _paragraph_start(lines: list[str], last: int, lowest: int) -> int:
    while last > lowest and lines[last - 1].strip():
        last -= 1
    return last


def _is_notice(paragraph: str) -> bool:
    """Say whether a paragraph is the notice on secrecy that offices add, or one like it."""
    paragraph = paragraph[:NOTICE_CHARACTERS]
    found = words()
    if found.notice_begins.match(paragraph):
        return True
    low = paragraph.lower()
    if not any(stem in low for stem in found.stems):
        return False
    if not all(group.search(paragraph) for group in found.notice):
        return False
    return found.person.search(paragraph) is None


def _name_start(lines: list[str], end: int, floor: int) -> int:
    """Return where the name and the address below a closing formula begin, if they do."""
    seen, can_be_reached = 0, False
    for at in range(end - 1, max(floor, end - 2 * NAME_LINES) - 1, -1):
        line = lines[at].strip()
        if not line:
            continue
        if len(line) <= FORMULA_CHARACTERS and words().formula.match(line):
            return _after_blank(lines, at + 1) if can_be_reached else end
        seen += 1
        if seen > NAME_LINES or not _is_of_a_name(line):
            return end
        can_be_reached = can_be_reached or words().contact.search(line) is not None
    return end


def _is_of_a_name(line: str) -> bool:
    """Say whether a line can be one of a name and an address: short, and nobody speaks in it."""
    found = words()
    if len(line) > NAME_CHARACTERS:
        return False
    return found.matter.search(line) is None and found.speaks.search(line) is None
