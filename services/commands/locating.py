"""`recours locate`: the places of Québec that a text names, why, and the unit that serves there."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.commands.json_lines import print_line
from services.router.claims import Claims
from services.router.explaining import explain
from services.router.locating.gazetteer import Gazetteer, load_gazetteer, locate
from services.router.locating.possible import Place, possible_places
from services.router.routing import route
from services.router.rules import rule_book
from shared.adapters.system_clock import SystemClock
from shared.department import Department, load_department
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import new_id
from shared.domain.place import Location
from shared.errors import Refused
from shared.runtime.settings import Settings

#: What stands for "read lines of standard input".
STDIN = "-"
#: Characters of a text that a sentence repeats.
SHOWN = 60
_WORDS = {
    "fr": {"resolved": "Lieu", "region": "région", "none": "Aucun lieu", "ambiguous": "Lieu ouvert",
           "conflict": "Lieux contraires", "outside": "Hors du Québec", "or": " ou "},
    "en": {"resolved": "Place", "region": "region", "none": "No place", "ambiguous": "Place open",
           "conflict": "Places disagree", "outside": "Outside Québec", "or": " or "},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Desk:
    """The tables on two days: places as on `on`, the day of the facts, units as now."""

    department: Department
    gazetteer: Gazetteer
    claims: Claims
    towns: Mapping[str, str]
    regions: Mapping[str, str]
    now: datetime
    on: date

    def located(self, text: str) -> tuple[Location, Assignment | Held]:
        location = locate(text, self.gazetteer, on=self.on, units=self.department.units)
        case = Case(
            id=new_id(),
            reference="",
            opened_at=self.now,
            received_at=self.now,
            channel="mail",
            complainant=Complainant(),
            happened_on=self.on,
        )
        return location, route(
            case, text, department=self.department, gazetteer=self.gazetteer, at=self.now
        )

    def unit_of(self, place: Place) -> str | None:
        """Return the one unit that the rules name for a place, or None."""
        there = Location(
            status="resolved",
            region=place.region,
            municipality_code=place.municipality_code,
            evidence=place.clues,
        )
        found = self.claims.of_location(there)
        return found[0].unit_id if len(found) == 1 else None


def locate_texts(
    texts: Sequence[str], settings: Settings, *, as_json: bool, language: str, on: str | None
) -> None:
    """Print a sentence for each text, or one JSON line. Raise Refused for a day that is none."""
    desk = _desk(settings, on)
    tongue: Literal["fr", "en"] = "en" if language == "en" else "fr"
    for text in _lines(texts):
        location, decision = desk.located(text)
        if as_json:
            print_line(_report(text, location, decision, desk))
        else:
            words = f"{_sentence(location, desk, tongue)} "
            words += explain(decision, desk.department, tongue)
            shown = " ".join(text[: 2 * SHOWN].split())[:SHOWN]
            sys.stdout.buffer.write(f"{shown}: {words}\n".encode("utf-8", "backslashreplace"))
    sys.stdout.flush()


def _desk(settings: Settings, on: str | None) -> _Desk:
    department = load_department(settings.department)
    gazetteer = load_gazetteer(settings.department)
    now = SystemClock().now()
    try:
        day = date.fromisoformat(on) if on else department.calendar.day_of(now)
    except ValueError:
        raise Refused("day", f"{on} is not a day written as 2021-07-08") from None
    claims = Claims(
        rule_book(department.rules),
        gazetteer.territory,
        department.units,
        day,
        department.calendar.day_of(now),
    )
    towns, regions = _names(gazetteer, "municipality"), _names(gazetteer, "region")
    return _Desk(department, gazetteer, claims, towns, regions, now, day)


def _names(gazetteer: Gazetteer, kind: str) -> dict[str, str]:
    """Return the first name in the tables of each code."""
    meant = [name for name in gazetteer.names if name.meaning.kind == kind]
    return {
        (*name.meaning.codes, name.meaning.value)[0]: name.text
        for name in reversed(meant)
        if len(name.meaning.codes) < 2
    }


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield each text as it is and, in the place of "-", each line of standard input."""
    for text in texts:
        if text != STDIN:
            yield _decoded(text.encode("utf-8", "surrogateescape"))
            continue
        for line in sys.stdin.buffer:
            yield _decoded(line.rstrip(b"\r\n"))


def _decoded(line: bytes) -> str:
    """Return a line as UTF-8, else as what old lists in French are in."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _report(
    text: str, location: Location, decision: Assignment | Held, desk: _Desk
) -> dict[str, object]:
    unit = decision.unit_id if isinstance(decision, Assignment) else None
    return {
        "text": text,
        "status": location.status,
        "region": location.region,
        "municipality_code": location.municipality_code,
        "unit": unit if unit in desk.department.units else None,
        "candidates": [
            {
                "unit": desk.unit_of(place),
                "region": place.region,
                "municipality_code": place.municipality_code,
                "name": _name(place, desk, "fr"),
            }
            for place in possible_places(location, desk.gazetteer.territory, desk.on)
        ],
        "evidence": [
            clue.model_dump(mode="json", include={"kind", "value", "words", "start", "end"})
            for clue in location.evidence
        ],
    }


def _sentence(location: Location, desk: _Desk, tongue: Literal["fr", "en"]) -> str:
    words = _WORDS[tongue]
    places = possible_places(location, desk.gazetteer.territory, desk.on)
    if location.status == "resolved" and location.region:
        here = Place(location.region, location.municipality_code, ())
        places = (here,) if location.municipality_code or not places else places
    said = words["or"].join(dict.fromkeys(_name(place, desk, tongue) for place in places))
    colon = "\u00a0: " if tongue == "fr" else ": "
    return f"{words[location.status]}{colon}{said}." if said else f"{words[location.status]}."


def _name(place: Place, desk: _Desk, tongue: Literal["fr", "en"]) -> str:
    whole = f"{_WORDS[tongue]['region']} {place.region} ({desk.regions[place.region]})"
    town = desk.towns.get(place.municipality_code or "")
    return f"{town} ({place.municipality_code}), {whole}" if town else whole
