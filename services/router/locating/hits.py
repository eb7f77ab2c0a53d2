"""Names in a folded text: whole words, the longest where several overlap, with their neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from services.router.locating.names import Meaning


@dataclass(frozen=True, slots=True)
class Entry:
    """What the automaton finds: a key with all that it may mean, narrowest first.

    `longer` are the municipalities whose names begin with this one.
    """

    key: str
    meanings: tuple[Meaning, ...]
    care: str
    dated: bool
    longer: tuple[Meaning, ...] = ()


#: Where a name stands in the folded text, what it is, and whether its neighbour agrees with it.
Hit = tuple[int, int, Entry, bool]
#: Stands behind the last hit.
NOTHING: Hit = (1 << 30, 1 << 30, Entry("", (Meaning("locality", "", ()),), "", False), False)
#: Between two names of one address: "Saint-Georges (Beauce)", "Sainte-Marie de Beauce".
_NEIGHBOURS = re.compile(r"[ ,]{1,3}(?:arr[. ]+|de |d |en |dans )?(?:la |le |les |l )?")
_FAR = 12


def hits_in(text: str, automaton: Any) -> list[Hit]:
    """Return whole words, the longest where several overlap, in order."""
    whole = []
    for last, entry in automaton.iter(text):
        end = last + 1
        start = end - len(entry.key)
        if not (text[start - 1].isalnum() or text[end].isalnum()):
            whole.append((start, end, entry, False))
    if len(whole) < 2:
        return whole
    whole.sort(key=lambda hit: (hit[0], -hit[1]))
    kept = [whole[0]]
    for hit in whole[1:]:
        if hit[0] >= kept[-1][1]:
            kept.append(hit)
        elif hit[1] - hit[0] > kept[-1][1] - kept[-1][0]:
            kept[-1] = hit
    return kept


def with_neighbours(text: str, hits: list[Hit]) -> list[Hit]:
    """Return the hits, those marked that stand right beside a name of the same region."""
    for place in range(len(hits) - 1):
        start, end, entry, _ = hits[place]
        after, after_end, following, _ = hits[place + 1]
        if after - end > _FAR or not _NEIGHBOURS.fullmatch(text, end, after):
            continue
        if after - end == 1 and "ordinary" in (entry.care, following.care):
            continue  # "Lorraine Lafontaine" is a person
        if _regions(entry) & _regions(following):
            hits[place] = (start, end, entry, True)
            hits[place + 1] = (after, after_end, following, True)
    return hits


def _regions(entry: Entry) -> set[str]:
    return {region for one in entry.meanings if one.kind != "unit" for region in one.regions}
