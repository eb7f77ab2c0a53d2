"""Which unit did somebody type? By its name in either language, without accents, or a part of it.
Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from shared.domain.unit import Unit
from shared.domain.words import folded_words
from shared.errors import Refused


def unit_typed(typed: str, units: Iterable[Unit], today: date) -> str:
    """Return the id of the one unit that is meant; raise Refused when none is, or several are.

    A name in full goes before a part of another one: "Montréal" in ten names means none of them.
    """
    wanted = folded_words(typed)
    if not wanted:
        raise Refused("no_such_unit", "No unit was named.")
    names = [(unit.id, _names(unit)) for unit in units if unit.live_on(today)]
    whole = [id_ for id_, words in names if wanted in words]
    parts = [id_ for id_, words in names if any(set(wanted) <= set(one) for one in words)]
    found = whole or parts
    if not found:
        raise Refused("no_such_unit", "No unit has that name.")
    if len(found) > 1:
        raise Refused("several_units", "Several units have these words in their name.")
    return found[0]


def _names(unit: Unit) -> list[tuple[str, ...]]:
    return [folded_words(name) for name in (unit.id, unit.name_fr, unit.name_en, *unit.aliases)]
