"""Whether "Québec" is the city or the province: only the words around it can tell."""

from __future__ import annotations

import re
from typing import Literal

from services.router.locating.folding import Folded
from services.router.locating.surroundings import follows_street, is_whole

#: "open": the city or the province, and nothing says which; "none": part of another name.
QuebecMeaning = Literal["city", "open", "province", "none"]

#: Words before "Québec" that make it the province, its government or a service, never the city.
_NOT_THE_CITY = (
    " au ", " du ", " le ", " of ", " in ", " en ", " services ", " revenu ", " emploi ",
    " hydro ", " province de ", " tout le ", " retraite ", " loto ", " sante ", " investissement ",
)  # fmt: skip
_CITY_BEFORE = (
    " ville de ", " city of ", " habite a ", " demeure a ", " vis a ", " reside a ", " suis de ",
)  # fmt: skip
_CITY_AFTER = re.compile(
    r" city|[ ,]{0,2}(?:quebec|qc|p\.q)\b|[ ,]{0,2}(?:la )?ville\b|, (?:le|ce) (?:1er|[0-9])"
)
#: "12, rue X, Québec G1R 2B5" is the city: these areas are its own and its neighbours'.
_CITY_AREA = re.compile(r"[ ,]{1,3}g[123][a-z]")
_PROVINCE_ALONE = re.compile(r"[\s(]*(?:QC|P\.?Q\.?|Qu[ée]\.?)[\s,.)]*(?:Canada)?[\s.]*", re.I)
_SHORT_TEXT = 24


def quebec(folded: Folded, start: int, end: int, *, beside: bool) -> QuebecMeaning:
    """Return what the word at `start:end` of the folded text means; `beside` tells that another
    town of the same region stands right next to it."""
    text, source = folded.text, folded.source
    first, last = folded.original(start), folded.original(end)
    before, after = text[max(0, start - 20) : start], text[end : end + 16]
    if before.endswith(_CITY_BEFORE) or _CITY_AFTER.match(after):
        return "city"
    if before.endswith(_NOT_THE_CITY) or before.rstrip(" ,(").endswith(("quebec", "canada")):
        return "none"
    behind_street = not beside and follows_street(source, first, last)
    if source[:first].endswith(("à ", "À ")) or (behind_street and _CITY_AREA.match(after)):
        return "city"
    return "open" if behind_street or is_whole(source, first, last) else "province"


def is_province_alone(text: str) -> bool:
    """Tell whether a text is nothing but "QC"."""
    return len(text) <= _SHORT_TEXT and bool(_PROVINCE_ALONE.fullmatch(text))
