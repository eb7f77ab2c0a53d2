"""Places of Québec in a text: one pass over the folded words, then a judgement of the finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import ahocorasick

from services.router.locating.clues import clues
from services.router.locating.folding import fold, match_key
from services.router.locating.hits import Entry
from services.router.locating.names import (
    Meaning,
    Name,
    read_abbreviations,
    read_fsas,
    read_lines,
    read_mrcs,
    read_names,
)
from services.router.locating.office_names import office_names
from services.router.locating.residence import of_the_person, without_bodies
from services.router.locating.spellings import spellings
from services.router.locating.territory import Territory, narrowest_first
from services.router.locating.verdict import judge
from shared.domain.place import Location
from shared.domain.unit import Unit

#: A person's own words are shorter; beyond this a text is cut so that one mail stops nobody.
LONGEST = 64 * 1024
_AREAS = frozenset({"mrc", "region"})
#: A case keeps this many clues: a list of every town is judged whole but not copied into it.
MOST = 50


@dataclass(slots=True)
class Gazetteer:
    """The names of the territory, and the automaton that finds them and the units' names.

    `lines` says where a code stands in the tables, for messages. The automaton is made for one
    mapping of units and made again when one comes that says something else.
    """

    names: tuple[Name, ...]
    territory: Territory
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)
    _units: Mapping[str, Unit] | None = field(default=None, repr=False)
    _automaton: Any = field(default=None, repr=False)

    def automaton(self, units: Mapping[str, Unit]) -> Any:
        """Return the automaton for these units; takes some 60 ms the first time."""
        if self._automaton is None or self._units != units:
            self._automaton = _automaton((*self.names, *office_names(units.values())))
            self._units = units
        return self._automaton


def load_gazetteer(folder: Path) -> Gazetteer:
    """Return the gazetteer of a department's folder, or of its `territory` folder itself.

    Raise Misconfigured with file and line. Takes some 80 ms.
    """
    tables = folder / "territory" if (folder / "territory").is_dir() else folder
    names = tuple(read_names(tables))
    territory = Territory(
        read_fsas(tables), _by_code(names), read_mrcs(tables), read_abbreviations(tables)
    )
    return Gazetteer(names, territory, read_lines(tables))


def locate(text: str, gazetteer: Gazetteer, *, on: date, units: Mapping[str, Unit]) -> Location:
    """Return what `text` says about where its writer lives, as the territory was on `on`.

    Offsets of the evidence are positions in `text`. Nothing is guessed: see `verdict.judge`.
    """
    text = text[:LONGEST]
    automaton = gazetteer.automaton(units)
    found = clues(text, fold(text), automaton, gazetteer.territory, on)
    evidence = without_bodies(text, found)
    location = judge(evidence, gazetteer.territory, on)
    if location.status == "conflict":
        again = judge(of_the_person(text, evidence), gazetteer.territory, on)
        location = again if again.status in {"resolved", "outside"} else location
    if len(evidence) <= MOST:
        return location
    return location.model_copy(update={"evidence": location.evidence[:MOST]})


def _by_code(names: Iterable[Name]) -> dict[str, tuple[Meaning, ...]]:
    found: dict[str, tuple[Meaning, ...]] = {}
    for name in names:
        meaning = name.meaning
        if meaning.kind == "municipality" and len(meaning.codes) == 1:
            lines = found.get(meaning.codes[0], ())
            if meaning not in lines:
                found[meaning.codes[0]] = (*lines, meaning)
    return found


def _automaton(names: Iterable[Name]) -> Any:
    meanings: dict[str, list[Meaning]] = {}
    cares: dict[str, set[str]] = {}
    for key, name in _keys(names):
        meanings.setdefault(key, []).append(name.meaning)
        cares.setdefault(key, set()).add(name.care)
    _share_articles(meanings)
    longer = _longer(meanings)
    for key in longer.keys() - meanings.keys():
        meanings[key], cares[key] = longer[key], {"short"}
    automaton = ahocorasick.Automaton()
    for key, found in meanings.items():
        ordered = narrowest_first(found)
        dated = any(one.valid_from or one.valid_to for one in ordered)
        automaton.add_word(
            key, Entry(key, ordered, max(cares[key]), dated, tuple(longer.get(key, ())))
        )
    automaton.make_automaton()
    return automaton


def _longer(meanings: Mapping[str, list[Meaning]]) -> dict[str, list[Meaning]]:
    """Return, for "saint basile", the municipalities that are called so and something more."""
    found: dict[str, list[Meaning]] = {}
    for key, whole in meanings.items():
        words = key.split()
        if len(words) > 2 and words[0] in {"saint", "sainte"} and len(words[1]) > 2:
            towns = [one for one in whole if one.kind == "municipality" and not one.valid_to]
            found.setdefault(f"{words[0]} {words[1]}", []).extend(towns)
    return {key: towns for key, towns in found.items() if towns}


def _share_articles(meanings: dict[str, list[Meaning]]) -> None:
    """Let "ange gardien" and "l ange gardien" mean the same places: people mix them up."""
    for key in list(meanings):
        article, space, rest = key.partition(" ")
        if space and article in {"le", "la", "les", "l"} and rest in meanings:
            if any(one.kind in _AREAS for one in meanings[key]):
                continue  # "Matapédia" is a town, "la Matapédia" the valley around another one
            meanings[key] = meanings[rest] = [*meanings[key], *meanings[rest]]


def _keys(names: Iterable[Name]) -> Iterator[tuple[str, Name]]:
    for name in names:
        for key in spellings(match_key(name.text)):
            yield key, name
