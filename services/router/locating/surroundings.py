"""What stands around a name in a text, and so how much the name says about where a person lives.

"rue de Montréal" is no town, "Mme Mercier" is no town, "à Percé" is one and "percé" is none.
"""

from __future__ import annotations

import re
from typing import Literal

from services.router.locating.folding import Folded

Standing = Literal["strong", "medium", "weak", "none"]

_LINK = r"(?: (?:de|du|des|d|la|le|les|l|of|the))*"
_STREET_BEFORE = re.compile(
    r"[ ,.(](?:rue|av|ave|avenue|boul|boulevard|blvd|bd|ch|chemin|rang|route|rte|place|montee|cote"
    r"|autoroute|pont|square|quai|ruelle|croissant|allee|carre|terrasse|street|road|drive|parc|lac"
    rf"|riviere|mont|station|metro|gare|promenade|impasse)[.]?{_LINK} $"
)
_STREET_AFTER = re.compile(r" (?:st|street|ave|avenue|blvd|boulevard|road|rd|drive|lane)[ ,.]")
_NUMBERED = re.compile(r"(?<!app)(?<!apt)[ ,][0-9]{1,5}[a-z]? ?,? $")
_NUMBER_BEFORE = re.compile(
    r"(?<!app)(?<!app[.])(?<!apt)(?<!apt[.])(?<!bureau)[ ,][0-9]{2,5}[a-z]? $"
)
_DIRECTION = re.compile(r" (?:est|ouest|nord|sud|east|west|north|south|o|e|n|s|w)[ ,.]")
_PERSON_BEFORE = re.compile(
    r"[ ,.(](?:m|mm|mme|mlle|monsieur|madame|mademoiselle|mr|mrs|ms|miss|dr|dre|docteur|me|maitre)"
    r"[.]? (?:(?!de |du |a |in |from |at )[a-z]+ )?$"
)
_BODY_BEFORE = re.compile(
    r"[ ,.(](?:hopital|clsc|cegep|universite|ecole|caisse|caisses|college|club|hotel|restaurant"
    rf"|journal|banque|eglise|university|hospital|school|bank|groupe|mouvement|prison){_LINK} $"
)
_CUE_BEFORE = re.compile(
    r"[ ,.(](?:a|au|aux|ville|municipalite|paroisse|canton|village|city|town|in|at|from|habite|live"
    r"|demeure|vis|reside|bureau|office|cle|emploi|services quebec|secteur|quartier|region"
    rf"|arrondissement|borough|mrc|domicilie|domiciliee){_LINK} $"
)
_HOME_BEFORE = re.compile(
    r"[ ,.(](?:habite|habitons|demeure|demeurons|vis|vivons|reside|residons|live|living"
    r"|domiciliee?|installee?|ville|municipalite|city|town|region)"
    r"(?: (?:a|au|aux|en|in|at|near|de|du|des|d|of))* $"
)
_PROVINCE_AFTER = re.compile(
    r"[ ,.]{1,3}(?:(?:qc|que|quebec|pq|p\.q|province de quebec)\b"
    r"|[ghj][0-9][a-z] ?[0-9]|le [0-9])"
)


def standing(folded: Folded, start: int, end: int, care: str) -> Standing:
    """Return how much the name at `start:end` of the folded text says.

    strong: an address or a sentence of place; medium: a bare name; weak: a clue that does not
    decide; none: part of a street, a person or a longer name.
    """
    first, last = folded.original(start), folded.original(end)
    if _is_part(folded.source, first, last):
        return "none"
    before = folded.text[max(0, start - 48) : start]
    after = folded.text[end : end + 24] + " "
    if _is_street(before, after) or _PERSON_BEFORE.search(before):
        return "none"
    if _BODY_BEFORE.search(before):
        return "weak"
    addressed = bool(_PROVINCE_AFTER.match(after))
    cued = addressed or bool(_CUE_BEFORE.search(before))
    return _weighed(folded.source[first:last], care, cued=cued, addressed=addressed)


def _weighed(words: str, care: str, *, cued: bool, addressed: bool) -> Standing:
    if care == "capitals":
        return "strong" if words.isupper() and cued else "medium" if words.isupper() else "none"
    proper = _is_proper(words)
    if care == "short":  # "Sainte-Agathe" may be one of several: it never decides
        return "weak" if proper and cued else "none"
    if care == "ordinary":
        if addressed and proper:
            return "strong"
        # In a text all in capitals a capital says nothing: "A LA PRESENTATION DE".
        return "medium" if cued and proper and not words.isupper() else "weak" if proper else "none"
    if cued and (proper or len(words) > 5):
        return "strong"
    return "medium" if proper or len(words) > 8 else "weak"


def _is_proper(words: str) -> bool:
    """Tell whether the last word of a name has a capital: "la Baie" does, "la baie" does not."""
    return re.split(r"[^\w]+", words)[-1][:1].isupper()


def _is_street(before: str, after: str) -> bool:
    if _STREET_BEFORE.search(before) or _STREET_AFTER.match(after):
        return True
    if after.startswith(",") and _NUMBER_BEFORE.search(before):
        return True  # "4523 Laval, Montréal"
    return bool(_NUMBERED.search(before) and _DIRECTION.match(after))


def _is_part(source: str, first: int, last: int) -> bool:
    """Tell whether a hyphen ties the name to another word: "Curé-Labelle", "Laval-Beauport"."""
    return (first > 1 and source[first - 1] in "-‑" and source[first - 2].isalnum()) or (
        last + 1 < len(source) and source[last] in "-‑" and source[last + 1].isalnum()
    )


def is_home(folded: Folded, start: int) -> bool:
    """Tell whether words of living or of a town stand right before: "j’habite à", "ville de"."""
    return bool(_HOME_BEFORE.search(folded.text[max(0, start - 48) : start]))
