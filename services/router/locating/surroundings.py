"""What stands around a name in a text, and so how much the name says about where a person lives.

"rue de Montréal" is no town, "Mme Mercier" is no town, "à Percé" is one and "percé" is none.
"""

from __future__ import annotations

import re
from typing import Literal

from services.router.locating.folding import Folded

Standing = Literal["strong", "medium", "weak", "none"]

_LINK = r"(?: (?:de|du|des|d|la|le|les|l|of|the))*"
_STREETS = (
    "rue|av|ave|avenue|boul|boulevard|blvd|bd|ch|chemin|rang|rg|route|rte|place|montee|montée|cote"
    "|côte|autoroute|pont|square|quai|ruelle|croissant|crois|allee|allée|carre|carré|terrasse"
    "|street|road|drive|promenade|impasse"
)
_MINOR = "parc|lac|riviere|mont|station|metro|gare|pont|quai|place|square|cote|montee"
_STREET_BEFORE = re.compile(rf"[ ,.(](?:(?P<minor>{_MINOR})|{_STREETS})[.]?{_LINK} $")
#: "rue du Pont" is named already: what follows is the town.
_NAMED_STREET = re.compile(
    r"[ ,.(](?:rue|av|ave|avenue|boul|boulevard|blvd|bd|ch|chemin|rang|rg|route|rte|montee)\b"
    r"[.]?[^,.0-9]{0,40}$"
)
_STREET_AFTER = re.compile(r" (?:st|street|ave|avenue|blvd|boulevard|road|rd|drive|lane)[ ,.]")
_NUMBERED = re.compile(r"(?<!app)(?<!apt)[ ,][0-9]{1,5}[a-z]? ?,? $")
#: The number of a house, not of a flat or a box.
_NUMBER_BEFORE = re.compile(
    r"(?<!app)(?<!app[.])(?<!apt)(?<!apt[.])(?<!bureau)(?<!cp)(?<!c[.]p[.])(?<!box)(?<!postale)"
    r"[ ,][0-9]{2,5}[a-z]? $"
)
_TELEPHONE = re.compile(r"[0-9]{3}[ ,.]{1,2}[0-9]{3}[ .][0-9]{4} $")
#: "4523 Laval,", "664-4834 Nicolet,", "501, Varennes, app. 2": a number that begins an address.
_HOUSE_BEFORE = re.compile(
    r"(?:^|[\n,;:(]|\b(?:au|at|is|est))[ \t]*(?:[0-9]{1,5}[a-z]?[ ]?[-–][ ]?)?[0-9]{1,5}[a-z]?,?[ ]"
    r"(?:(?:de la|de l['’]|des|de|du|d['’])[ ]?)?$",
    re.IGNORECASE,
)
_HOUSE_AFTER = re.compile(r"[ ]?(?:[,\n]|#|(?:app|apt|bureau|suite|unit)\b)", re.IGNORECASE)
_DIRECTION = re.compile(r" (?:est|ouest|nord|sud|east|west|north|south|o|e|n|s|w)[ ,.]")
_PERSON_BEFORE = re.compile(
    r"[ ,.(](?:m|mm|mme|mlle|monsieur|madame|mademoiselle|mr|mrs|ms|miss|dr|dre|docteur|me|maitre)"
    r"[.]? (?:(?!de |du |a |in |from |at )[a-z]+ )?$"
)
_BODY_BEFORE = re.compile(
    r"[ ,.(](?:hopital|clsc|cisss|ciusss|cssss|cegep|universite|ecole|caisse|caisses|college|club"
    r"|hotel|restaurant|journal|banque|eglise|university|hospital|school|bank|groupe|mouvement"
    r"|prison|commission scolaire|services scolaire|populaire|desjardins|tribunal|justice|aeroport"
    r"|airport|musee|museum|commerce|national|faunique|ski|radio|radio canada|festival|detention"
    rf"|penitencier){_LINK} $"
)
_CUE_BEFORE = re.compile(
    r"[ ,.(](?:a|au|aux|ville|municipalite|paroisse|canton|village|city|town|in|at|from|habite|live"
    r"|demeure|vis|reside|bureau|office|cle|emploi|services quebec|secteur|quartier|region"
    rf"|arrondissement|arr|borough|mrc|domicilie|domiciliee){_LINK} $"
)
_AREA_BEFORE = re.compile(r"[ ,.(](?:dans|en|sur)(?: (?:la|le|les|l))? $")
_HOME_BEFORE = re.compile(
    r"[ ,.(](?:j?habite|habitons|demeure|demeurons|vis|vivons|reside|residons|live|living"
    r"|suis(?= (?:a|au|aux|en|de|du|des|d) )|reste(?= (?:a|au|aux|en|dans) )"
    r"|domiciliee?|installee?|ville|municipalite|city|town|region)"
    r"(?: (?:a|au|aux|en|in|at|near|de|du|des|d|of|maintenant|now))* $"
)
#: "Ville : Percé", as forms have it.
_LABEL_BEFORE = re.compile(
    r"\b(?:ville|city|town|municipalit[ée]|arr(?:ondissement)?[.]?|borough|localit[ée]|quartier"
    r"|secteur)[ ]?[:=][ ]{0,2}$",
    re.IGNORECASE,
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
#: What a number counts when it is not that of a house.
_COUNTED = (
    "jan|f[ée]v|mars|avr|mai|juin|juil|ao[ûu]t|sep|oct|nov|d[ée]c|fois|jours?|mois|ans|semaines"
    "|heures|enfants|times|days|weeks|months|years|hours|children"
)
_PROVINCE_AFTER = re.compile(
    r"[ ,.]{1,3}(?:(?:qc|que|quebec(?!,? (?:le|ce) [0-9]|[ ,]{1,2}(?:quebec|qc))|pq|p\.q"
    r"|province de quebec)\b"
    rf"|[ghj][0-9][a-z] ?[0-9]|(?:le|ce) (?:1er|[0-9])|(?:{_MONTHS})[a-z]* [0-9])"
)
_CODE_AFTER = re.compile(r"[ ,.]{1,3}[ghj][0-9][a-z] ?[0-9][a-z][0-9]")
#: "Julie Laval", "Garage Rimouski": a capital right before, on the line, and no number there.
_NAME_BEFORE = re.compile(
    r"(?:^|\n)[^0-9\n]*\b(?:[A-ZÀ-Ý][a-zà-ÿ]{2,}|[A-Z][.]|(?!QC|MRC|CLE|RCM)[A-Z]{2,5})[ ]$"
)
#: In a line all in capitals, the one word before: "MARIE LAVAL".
_FIRST_NAME = re.compile(r"(?:^|\n)[ ]*(?!QC|MRC|CLE|RCM)[A-ZÀ-Ý-]{2,}[ ]$")
#: "à la Saint-Jean-Baptiste" is a feast, "au Saint-Hubert" a restaurant: towns take no article.
_SAINT = re.compile(r"s(?:ain)?te?[ .‑-]", re.IGNORECASE)
_SAINT_WITH_ARTICLE = re.compile(r" (?:la|le|au|du) $")
_CORNER_BEFORE = re.compile(
    r"[ ,.(](?:au coin|angle|corner|intersection|fete|conge|jour|autobus|autocar|train|vol)"
    rf"{_LINK} $"
)
#: First words that lower-case names share with ordinary speech: "dans la prairie".
_COMMON_FIRST = frozenset(
    {"la", "le", "les", "l", "lac", "riviere", "pont", "mont", "cap", "baie", "grand", "grande",
     "gros", "grosse", "petit", "petite", "pointe", "bois", "belle", "beaux", "deux", "trois",
     "port", "sacre", "bonne", "chute", "rapide", "terrasse", "ville"}
)  # fmt: skip
_UNIT = r"(?:app|apt|appartement|bureau|suite|unit|unite|unité|local|porte|#)[. ]*#?[0-9]*[a-z]?"
#: The street, the rural route or the box in front of the town. A full stop ends it, so that
#: "12, rue X. Merci, Alma" is no address in Alma.
_ADDRESS_BEFORE = re.compile(
    rf"(?:[0-9][a-z]?[ ,]{{1,3}}(?:{_STREETS})\b[.]?[^.\n]{{1,50}}"
    r"|\b(?:rang|rg)\b[.]?[^.\n]{1,40}"
    r"|[0-9]{1,5} [^.,\n]{2,40} (?:street|st|road|rd|ave|avenue|blvd|drive|dr|lane|crescent|cres"
    r"|est|ouest|nord|sud|east|west|north|south|[eonsw])[.]?"
    r"|(?:\bc[. ]{0,2}p\b|\bcase postale|\bp[. ]{0,2}o[. ]{0,2}box|\bb[. ]{0,2}p\b|\br[. ]{0,2}r\b)"
    r"[. ]{0,2}#? ?[0-9]+[^.\n]{0,30}|poste restante"
    r"|(?:^|[,;(][ ]?|\bau[ ]|\bat[ ])[0-9]{1,5}[a-z]?(?:[ ]?[-–][ ]?[0-9]{1,5})?,?[ ]"
    r"(?:(?:de|du|des|la|le|les)[ ]|[dl]['’])*"
    rf"(?!(?:{_COUNTED})[a-zé]*\b(?!-))[a-zà-ÿ][^.\n0-9]{{2,50}})"
    rf"(?:, ?{_UNIT})?, (?:(?:à|a|in) )?$",
    re.IGNORECASE,
)
_FIELD_AFTER = re.compile(
    r"[ \t]*(?:$|[\r\n,;.()]|-|(?:qc|qu[ée]bec|pq|p\.q|canada)\b|[ghj][0-9])", re.IGNORECASE
)
_LINE_END = re.compile(r"[ .,]*(?:$|[\r\n])")
_PROVINCE_OR_CODE = r"(?:qc|qu[ée]bec|pq|p\.q|canada|[a-z][0-9][a-z] ?[0-9][a-z][0-9])"
_REST_OF_ADDRESS = re.compile(rf"[\s,.()!-]*(?:{_PROVINCE_OR_CODE}[\s,.()!-]*)*", re.IGNORECASE)
#: A text so short may be nothing but a place.
_SHORT_TEXT = 80


def standing(
    folded: Folded, start: int, end: int, care: str, *, beside: bool = False, area: bool = False
) -> Standing:
    """Return how much the name at `start:end` of the folded text says.

    strong: an address or a sentence of place; medium: a bare name; weak: a clue that does not
    decide; none: part of a street, a person or a longer name. `beside` tells that a name of the
    same region stands right next to it, `area` that it is a region's or an MRC's.
    """
    first, last = folded.original(start), folded.original(end)
    if _is_part(folded.source, first, last):
        return "none"
    if is_whole(folded.source, first, last):
        return "weak" if care == "short" else "strong"
    words = folded.source[first:last]
    before = folded.text[max(0, start - 48) : start]
    after = folded.text[end : end + 24] + " "
    if _is_no_place(before, after, words) or _is_house(folded.source, first, last):
        return "none"
    if _is_body(before):
        return "weak"
    addressed = beside or bool(_PROVINCE_AFTER.match(after))
    cued = addressed or bool(_CUE_BEFORE.search(before) or (area and _AREA_BEFORE.search(before)))
    if (care and not addressed) or not _is_proper(words):
        in_address = follows_street(folded.source, first, last)
        coded = bool(_CODE_AFTER.match(after))
        if in_address or coded or _HOME_BEFORE.search(before):
            return _at_home(words, care, addressed=addressed or in_address)
    weight = _weighed(words, care, cued=cued, addressed=addressed)
    if weight == "medium" and not cued and _follows_name(folded.source, first, last):
        return "weak"
    return weight


def _at_home(words: str, care: str, *, addressed: bool) -> Standing:
    """Weigh a name after a street or a word of living, which says so even without a capital."""
    if care == "short":
        return "weak"
    if care == "capitals":
        return "strong" if words.isupper() else "none"
    return "strong" if addressed or not care else "medium"


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
    if cued and (proper or len(words) > 3):
        return "strong"
    return "medium" if proper or _is_clear(words) else "weak"


def _is_clear(words: str) -> bool:
    """Tell whether a name in small letters is hardly anything else: "trois-rivières"."""
    first = re.split(r"[ '’]", words)[0].replace("è", "e").replace("é", "e")
    return len(words) > 8 and ("-" in words or first not in _COMMON_FIRST)


def _is_proper(words: str) -> bool:
    """Tell whether the last word of a name has a capital: "la Baie" does, "la baie" does not."""
    return re.split(r"[^\w]+", words)[-1][:1].isupper()


def _is_no_place(before: str, after: str, words: str) -> bool:
    """Tell whether the name is that of a street, a person or a feast."""
    if _is_street(before, after) or _PERSON_BEFORE.search(before):
        return True
    return bool(_SAINT.match(words) and _SAINT_WITH_ARTICLE.search(before))


def _is_street(before: str, after: str) -> bool:
    street = _STREET_BEFORE.search(before)
    if street and not (street["minor"] and _NAMED_STREET.search(before, 0, street.start() + 1)):
        return True
    if _STREET_AFTER.match(after):
        return True
    if after.startswith(",") and _NUMBER_BEFORE.search(before) and not _TELEPHONE.search(before):
        return True  # "j’habite au 4523 Laval, Montréal"
    return bool(_NUMBERED.search(before) and _DIRECTION.match(after))


def _is_body(before: str) -> bool:
    """Tell whether the name is that of a hospital, a school, a corner of streets, a feast."""
    if _CORNER_BEFORE.search(before):
        return True
    body = _BODY_BEFORE.search(before)
    return bool(body) and not _NAMED_STREET.search(before, 0, body.start() + 1 if body else 0)


def _is_house(source: str, first: int, last: int) -> bool:
    """Tell whether the name is a street behind its number, with nothing that says "street"."""
    if not _HOUSE_AFTER.match(source, last):
        return False
    return bool(_HOUSE_BEFORE.search(source[max(0, first - 24) : first]))


def _is_part(source: str, first: int, last: int) -> bool:
    """Tell whether the name is a piece of something longer: "Curé-Labelle", "Laval-Beauport",
    "ville.laval.qc.ca", "laval@exemple"."""
    before, after = source[max(0, first - 2) : first], source[last : last + 2]
    if before[1:] in _TIES and before[:1].isalnum():
        return True
    if after[:1] in _TIES and after[1:].isalnum():
        return True
    if "@" in (before[1:], after[:1]):
        return True
    in_site = before[1:] in _SITE and before[:1].isalnum() and source[first].islower()
    return in_site or (after[:1] in _SITE and after[1:].islower())


_TIES, _SITE = frozenset("-‑"), frozenset("./_")


def follows_street(source: str, first: int, last: int) -> bool:
    """Tell whether the name stands where an address has its town: after a label or the street, on
    the same line or on the one above, with nothing but a province behind it."""
    if not _FIELD_AFTER.match(source, last):
        return False
    if _LABEL_BEFORE.search(source[max(0, first - 24) : first]):
        return True
    lead = source[max(0, first - 120) : first]
    above, newline, line = lead.rpartition("\n")
    if newline and not line.strip():
        line = above.rpartition("\n")[2].rstrip(" ,\r") + ", "
    return bool(_ADDRESS_BEFORE.search(line))


def _follows_name(source: str, first: int, last: int) -> bool:
    before = source[max(0, first - 60) : first]
    if source[first:last].isupper():
        return bool(_FIRST_NAME.search(before) and _LINE_END.match(source, last))
    return bool(_NAME_BEFORE.search(before))


def is_whole(source: str, first: int, last: int) -> bool:
    """Tell whether the text is nothing but this name, a province and a code."""
    if len(source) > _SHORT_TEXT or source[:first].strip(' \r\n\t"«(.-'):
        return False
    return bool(_REST_OF_ADDRESS.fullmatch(source, last))


def is_home(folded: Folded, start: int) -> bool:
    """Tell whether words of living or of a town stand right before: "j’habite à", "ville de"."""
    return bool(_HOME_BEFORE.search(folded.text[max(0, start - 48) : start]))
