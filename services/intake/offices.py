"""The list of offices in the form: by region, in the order in which people look for them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from shared.domain.unit import Unit
from shared.pages.texts import Texts


def offices_by_region(
    units: Iterable[Unit], texts: Texts, *, branches_apart: bool = True
) -> list[tuple[str, list[Unit]]]:
    """Return (region, offices) by name; units that serve a whole region come last, together,
    unless they shall stand in their region."""
    groups: dict[str, list[Unit]] = defaultdict(list)
    branches: list[Unit] = []
    for unit in units:
        branch = unit.kind == "regional_direction" and branches_apart
        if branch or unit.region is None:
            branches.append(unit)
        else:
            groups[texts.get(f"region.{unit.region}", unit.region)].append(unit)
    named = [(name, _sorted(group, texts)) for name, group in groups.items()]
    named.sort(key=lambda group: _folded(group[0]))
    if branches:
        named.append((texts("form.office_branches"), _sorted(branches, texts)))
    return named


def _sorted(units: list[Unit], texts: Texts) -> list[Unit]:
    return sorted(units, key=lambda unit: _folded(unit.name(texts.language)))


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
