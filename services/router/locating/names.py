"""What the tables of `deploy/department/territory` call places, each name with its meanings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from services.router.locating.folding import match_key
from shared.tables import Row, read_csv

PlaceKind = Literal[
    "municipality", "borough", "locality", "mrc", "region", "province", "country"
]  # fmt: skip
Kind = Literal["unit"] | PlaceKind
#: Of two meanings of the same words, the narrower place comes first.
PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
ORDER: tuple[Kind, ...] = ("unit", *PLACE_KINDS)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a name may stand for, between two days.

    `value` is what a rule calls it: a borough or MRC code, a region, a unit, else the match key.
    `successor` is the municipality code that took over after `valid_to`.
    """

    kind: Kind
    value: str
    regions: tuple[str, ...]
    codes: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""

    def live_on(self, day: date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written in the tables. `care` asks for more than the bare word in a text."""

    text: str
    meaning: Meaning
    care: Literal["", "ordinary", "capitals", "town abroad"] = ""


def read_names(folder: Path) -> list[Name]:
    """Return every name of the territory tables."""
    ordinary = {match_key(row["name"]) for row in read_csv(folder / "ordinary_words.csv", ["name"])}
    names = [
        *_municipalities(folder),
        *_boroughs(folder),
        *_places(folder),
        *_mrcs(folder),
        *_regions(folder),
    ]
    at_home = {match_key(name.text) for name in names}
    abroad = [name for name in _abroad(folder) if match_key(name.text) not in at_home]
    return [*(_cautious(name, ordinary) for name in names), *abroad]


def read_fsas(folder: Path) -> dict[str, tuple[Meaning, ...]]:
    """Return the regions of each three-character postal area, with dates."""
    found: dict[str, tuple[Meaning, ...]] = {}
    for row in read_csv(folder / "fsas.csv", ["fsa", "regions", "valid_from", "valid_to"]):
        meaning = Meaning(
            "locality",
            row["fsa"],
            tuple(row["regions"].split("|")),
            valid_from=_day(row, "valid_from"),
            valid_to=_day(row, "valid_to"),
        )
        found[row["fsa"]] = (*found.get(row["fsa"], ()), meaning)
    return found


def read_mrcs(folder: Path) -> dict[str, str]:
    """Return the MRC code of each municipality code that has one."""
    rows = read_csv(folder / "municipalities.csv", ["code", "mrc"])
    return {row["code"]: row["mrc"] for row in rows if row["mrc"]}


def read_lines(folder: Path) -> dict[str, int]:
    """Return the line on which each municipality code and postal area stands last."""
    lines = {row["code"]: row.line for row in read_csv(folder / "municipalities.csv", ["code"])}
    return lines | {row["fsa"]: row.line for row in read_csv(folder / "fsas.csv", ["fsa"])}


def _cautious(name: Name, ordinary: set[str]) -> Name:
    return replace(name, care="ordinary") if match_key(name.text) in ordinary else name


def _municipalities(folder: Path) -> Iterator[Name]:
    columns = ["code", "name", "kind", "region", "mrc", "valid_from", "valid_to", "successor"]
    for row in read_csv(folder / "municipalities.csv", columns):
        meaning = Meaning(
            "municipality",
            match_key(row["name"]),
            (row["region"],),
            (row["code"],),
            _day(row, "valid_from"),
            _day(row, "valid_to"),
            row["successor"],
        )
        # Nobody lives in unorganized territory named after a lake, but lakes are written about.
        yield Name(row["name"], meaning, "ordinary" if row["kind"] == "tno" else "")


def _boroughs(folder: Path) -> Iterator[Name]:
    for row in read_csv(folder / "boroughs.csv", ["code", "name", "municipality", "region"]):
        meaning = Meaning("borough", row["code"], (row["region"],), (row["municipality"],))
        yield Name(row["name"], meaning)


def _places(folder: Path) -> Iterator[Name]:
    for row in read_csv(folder / "places.csv", ["name", "kind", "regions", "municipality"]):
        codes = (row["municipality"],) if row["municipality"] else ()
        kind: Kind = "municipality" if row["kind"] in {"variant", "abbreviation"} else "locality"
        meaning = Meaning(kind, match_key(row["name"]), tuple(row["regions"].split("|")), codes)
        yield Name(row["name"], meaning, "capitals" if row["kind"] == "abbreviation" else "")


def _mrcs(folder: Path) -> Iterator[Name]:
    """Yield MRCs with the regions of their municipalities, dated where a region changed."""
    columns = ["code", "region", "mrc", "kind", "valid_from", "valid_to", "successor"]
    rows = [
        row
        for row in read_csv(folder / "municipalities.csv", columns)
        if row["kind"] == "local" and row["mrc"] and not row["successor"]
    ]
    lines = Counter(row["code"] for row in rows)
    spans: dict[tuple[str, date | None, date | None], set[str]] = {}
    for row in rows:
        dated = lines[row["code"]] > 1
        span = (_day(row, "valid_from"), _day(row, "valid_to")) if dated else (None, None)
        spans.setdefault((row["mrc"], *span), set()).add(row["region"])
    names = {row["code"]: row["name"] for row in read_csv(folder / "mrcs.csv", ["code", "name"])}
    for (code, begun, ended), regions in spans.items():
        meaning = Meaning("mrc", code, tuple(sorted(regions)), (), begun, ended)
        for text in _mrc_spellings(names[code]):
            yield Name(text, meaning)


def _mrc_spellings(name: str) -> Iterator[str]:
    """Yield "Les Maskoutains" also as "MRC des Maskoutains", with and without its article."""
    yield from (name, f"MRC {name}", f"MRC de {name}", f"RCM of {name}")
    article, space, rest = name.partition(" ")
    linked = {"Le": "du", "Les": "des", "La": "de la"}.get(article)
    if space and linked:
        yield from (f"MRC {linked} {rest}", f"MRC {rest}", f"MRC de {rest}")


def _regions(folder: Path) -> Iterator[Name]:
    for row in read_csv(folder / "regions.csv", ["code", "name_fr", "name_en"]):
        for text in {row["name_fr"], row["name_en"]}:
            yield Name(text, Meaning("region", row["code"], (row["code"],)))
    for row in read_csv(folder / "region_names.csv", ["name", "regions"]):
        regions = tuple(row["regions"].split("|"))
        value = regions[0] if len(regions) == 1 else match_key(row["name"])
        yield Name(row["name"], Meaning("region", value, regions))


def _abroad(folder: Path) -> Iterator[Name]:
    """Yield other provinces and countries, and towns there: these say little by themselves."""
    for row in read_csv(folder / "provinces.csv", ["code", "name"]):
        yield Name(row["name"], Meaning("province", row["code"], ()))
    for row in read_csv(folder / "abroad.csv", ["kind", "code", "name"]):
        kind, _, what = row["kind"].partition("_")
        if kind not in {"province", "country"} or what not in {"", "town", "short"}:
            raise row.fault("kind is not country, or province or country with _town or _short")
        if what != "short":
            meaning = Meaning("country" if kind == "country" else "province", row["code"], ())
            yield Name(row["name"], meaning, "town abroad" if what else "")


def read_abbreviations(folder: Path) -> dict[str, Meaning]:
    """Return what "ON", "N.-B." or "VT" mean after the name of a town, without their dots."""
    rows = read_csv(folder / "abroad.csv", ["kind", "code", "name"])
    short = [row for row in rows if row["kind"].endswith("_short")]
    # Of "CA", the state, and nothing else: what two tables share is written out by people.
    return {
        short_key(row["name"]): Meaning(
            "country" if row["kind"].startswith("country") else "province", row["code"], ()
        )
        for row in reversed(short)
    }


def short_key(words: str) -> str:
    """Return an abbreviation without dots, hyphens and accents, in capitals."""
    return match_key(words).replace(" ", "").upper()


def _day(row: Row, column: str) -> date | None:
    if not row[column]:
        return None
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        raise row.fault(f"{column} is not a day written as 2021-07-08") from None
