"""What never goes to a unit by itself: a possible disclosure, and what names its manager. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.router.locating.folding import match_key
from shared.domain.reading import Flag
from shared.domain.unit import Unit

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*\.?")
#: Words with a capital that may stand before a family name and are no given name.
_TITLES = frozenset({
    "m", "mr", "mme", "mlle", "mrs", "ms", "miss", "mister", "madame", "monsieur", "me", "dr",
    "dre", "directeur", "directrice", "gestionnaire", "chef", "cheffe", "manager", "director",
    "superviseur", "superviseure", "supervisor",
})  # fmt: skip


def may_be_disclosure(flags: Iterable[Flag]) -> bool:
    """Tell whether the words may disclose wrongdoing: no unit may see it or infer it."""
    return any(flag.name == "possible_disclosure" for flag in flags)


def names_a_manager(flags: Iterable[Flag], unit: Unit) -> bool:
    """Tell whether somebody whom the complaint names may be a manager of this unit.

    Whoever else of the unit is named does not matter: the unit answers for its staff.
    """
    words = [flag.words for flag in flags if flag.name == "names_staff"]
    return any(is_said(manager, said) for manager in unit.managers for said in words)


def is_said(manager: str, words: str) -> bool:
    """Tell whether `words` may mean the person named `manager` ("Given Family").

    The family name must stand there; a given name or initial beside it must be the manager's.
    """
    *given, family = match_key(manager).split() or [""]
    said = [word for part in _WORD.findall(words) for word in _parts(part)]
    places = [at for at, (word, _) in enumerate(said) if family and word == family]
    return any(at == 0 or _fits(*said[at - 1], given) for at in places)


def _parts(word: str) -> list[tuple[str, bool]]:
    """Return the folded words of a written one, each with whether it begins with a capital."""
    return [(part, word[0].isupper()) for part in match_key(word.rstrip(".")).split()]


def _fits(before: str, is_capital: bool, given: list[str]) -> bool:
    if not is_capital or before in _TITLES or before in given:
        return True
    return len(before) == 1 and any(name.startswith(before) for name in given)
