"""The reference a person is given: 26-7K3Q-9F2M-H.

Two digits of the year, 40 bits of the case id in Crockford base32, and a Luhn mod 32 check
character over all of it: one wrong character or two swapped neighbours are noticed.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

#: Crockford's base32: no I, L, O, U, so that nothing is misread aloud.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {letter: number for number, letter in enumerate(ALPHABET)}
_MISREAD = str.maketrans("OIL", "011")
#: It begins with what a search can skip to; that nothing stands before is asked after.
_IN_TEXT = re.compile(
    r"([0-9]{2})(?<![0-9A-Za-z][0-9]{2})[-\u2010\u2011 ]?([0-9A-Za-z]{4})[-\u2010\u2011 ]?"
    r"([0-9A-Za-z]{4})[-\u2010\u2011 ]?([0-9A-Za-z])(?![0-9A-Za-z])"
)


_QUEBEC = ZoneInfo("America/Toronto")


def year_of(moment: datetime) -> int:
    """Return the year of a reference: that of the day of receipt, in Québec."""
    return moment.astimezone(_QUEBEC).year


def reference_for(case_id: str, year: int, *, attempt: int = 0) -> str:
    """Return the reference of a case. `attempt` takes the next 40 bits of the id on a clash."""
    bits = uuid.UUID(case_id).int
    shift = 128 - 40 * (attempt % 3 + 1)
    number = (bits >> shift) & ((1 << 40) - 1)
    letters = "".join(ALPHABET[(number >> (35 - 5 * place)) & 31] for place in range(8))
    body = f"{year % 100:02d}{letters}"
    return f"{body[:2]}-{body[2:6]}-{body[6:]}-{check_character(body)}"


def check_character(body: str) -> str:
    """Return the Luhn mod 32 check character of `body` (letters of ALPHABET only)."""
    total = 0
    for place, letter in enumerate(reversed(body)):
        product = _VALUE[letter] * (2 if place % 2 == 0 else 1)
        total += product // 32 + product % 32
    return ALPHABET[-total % 32]


def parse_reference(text: str) -> str | None:
    """Return the reference in its one spelling, or None when `text` is not one.

    Case, dashes, spaces and the letters O, I, L for 0, 1, 1 are forgiven; a wrong check is not.
    """
    letters = re.sub(r"[-\u2010\u2011\s]", "", text).upper().translate(_MISREAD)
    if len(letters) != 11 or any(letter not in _VALUE for letter in letters):
        return None
    body, check = letters[:10], letters[10]
    if not body[:2].isdigit() or check_character(body) != check:
        return None
    return f"{body[:2]}-{body[2:6]}-{body[6:]}-{check}"


def references_in(text: str) -> tuple[str, ...]:
    """Return every valid reference that stands in `text`, in order, once each."""
    found = (parse_reference("".join(match.groups())) for match in _IN_TEXT.finditer(text))
    return tuple(dict.fromkeys(reference for reference in found if reference))
