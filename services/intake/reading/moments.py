"""A date and a time as mail programs write them for people, in words and figures."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo

#: What has no zone was written by a program for somebody in Québec (civil time of the province).
HOME = ZoneInfo("America/Toronto")
MOST_CHARACTERS = 160

#: "2026-11-03", "2026年11月3日", "2026. november 3."
YEAR_FIRST = re.compile(
    r"\b(?P<y>\d{4})\s?[-/.年]\s?(?P<m>\d{1,2}|[^\W\d_]{3,12})\.?\s?[-/.月]?\s?(?P<d>\d{1,2})(?!\d)"
)
#: "3 novembre 2026", "1er mars 2026", "3. Nov. 2026", "3 de noviembre de 2026"
DAY_FIRST = re.compile(
    r"\b(?P<d>\d{1,2})(?:er|st|nd|rd|th)?\.?\s(?:de\s)?"
    r"(?P<m>[^\W\d_]{3,12})\.?,?\s(?:de\s)?(?P<y>\d{4})\b"
)
#: "March-03-26", as Outlook writes it in Canadian English, "3-Mar-2026"
HYPHENS = re.compile(
    r"\b(?:(?P<m>[^\W\d_]{3,12})-(?P<d>\d{1,2})|(?P<d2>\d{1,2})-(?P<m2>[^\W\d_]{3,12}))"
    r"-(?P<y>\d{4}|\d{2})\b"
)
#: "November 3, 2026", "Nov 3rd 2026"
MONTH_FIRST = re.compile(
    r"\b(?P<m>[^\W\d_]{3,12})\.?\s(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y>\d{4})\b"
)
IN_FIGURES = re.compile(
    r"\b(?P<d>\d{1,2})\s?[/.-]\s?(?P<m>\d{1,2})\s?[/.-]\s?(?P<y>\d{4}|\d{2})(?!\d)"
)
#: "26-04-03": with hyphens the year stands first in Québec (CAN/CSA-Z234.4), unless it is no
#: year in which such programs were.
SHORT_YEAR_FIRST = re.compile(
    r"(?<![\d/.-])(?P<y>2\d)-(?P<m>0[1-9]|1[0-2])-(?P<d>[0-3]\d)(?![\d/.-])"
)
DAYS = (YEAR_FIRST, DAY_FIRST, MONTH_FIRST, HYPHENS, SHORT_YEAR_FIRST, IN_FIGURES)
HALF_DAY = re.compile(r"\d\s?[ap]\.?\s?m\b", re.IGNORECASE)
#: "10:15:20 PM", "10 h 15", "10h", "10.15"
CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?:\s?[:.]\s?(?P<m>\d{2})(?:[:.](?P<s>\d{2}))?|\s?h(?:\s?(?P<min>\d{2}))?)"
    r"(?!\d)(?:\s?min)?(?:\s?(?P<half>[ap])\.?\s?m\b)?",
    re.IGNORECASE,
)
#: "-0500", "UTC−5", "GMT+01:00"
OFFSET = re.compile(r"(?<![\d-])([+\u2212-])(\d{1,2}):?(\d{2})?\b")
LETTERS = re.compile(r"[A-Za-z]{1,5}")


class Tables(NamedTuple):
    """The words of `moments.toml`: months by how their names begin, hours from UTC by zone."""

    months: dict[str, int]
    zones: dict[str, int]


@cache
def tables() -> Tables:
    """Return the names of months and zones; read once."""
    data = tomllib.loads(resources.files(__package__).joinpath("moments.toml").read_text("utf-8"))
    numbered = enumerate(data["months"], start=1)
    months = {folded(stem): month for month, stems in numbered for stem in stems}
    return Tables(months=months, zones=data["zones"])


def moment_of(words: str) -> datetime | None:
    """Return the moment that is written in `words`, in UTC; None if no day can be read.

    Without a zone it is civil time in Québec; without a time it is noon, so that the day is
    right wherever it is shown.
    """
    line = " ".join(words[:MOST_CHARACTERS].split())
    found = _day(line)
    if found is None:
        return None
    day, rest = found
    clock = CLOCK.search(rest)
    zone = _zone(rest[clock.end() :] if clock else rest)
    try:
        moment = datetime(day.year, day.month, day.day, *_time(clock), tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _day(line: str) -> tuple[date, str] | None:
    """Return the day, and the line without it."""
    for pattern in DAYS:
        found = pattern.search(line)
        if found is None:
            continue
        parts = {name[0]: value for name, value in found.groupdict().items() if value}
        year, month, day = int(parts["y"]), _month(parts["m"]), int(parts["d"])
        year = year if year > 99 else 2000 + year
        # Day first, as in French; month first where a 12-hour clock or the figures say so.
        is_swapped = month > 12 or (day <= 12 and HALF_DAY.search(line) is not None)
        if pattern is IN_FIGURES and is_swapped:
            month, day = day, month
        try:
            return date(year, month, day), f"{line[: found.start()]} {line[found.end() :]}"
        except ValueError:
            continue
    return None


def _month(name: str) -> int:
    """Return the number of a month that is written in figures or in letters, 0 for none."""
    if name.isdecimal():
        return int(name)
    name, months = folded(name), tables().months
    return next((months[name[:n]] for n in range(6, 2, -1) if name[:n] in months), 0)


def folded(name: str) -> str:
    """Return a name without case and accents."""
    signs = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def _time(clock: re.Match[str] | None) -> tuple[int, int, int]:
    if clock is None:
        return 12, 0, 0
    hour, minute = int(clock["h"]), int(clock["m"] or clock["min"] or 0)
    half = (clock["half"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, minute, int(clock["s"] or 0)


def _zone(rest: str) -> tzinfo:
    """Return the zone that is named after the time: a difference from UTC, or letters."""
    offset = OFFSET.search(rest)
    if offset is not None:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    for letters in LETTERS.findall(rest[:40]):
        hours = tables().zones.get(letters.lower())
        if hours is not None:
            return timezone(timedelta(hours=hours))
    return HOME
