"""Names that stand before a post or an office of the department, without any title.

"Julie Modèle, agente au CLE" and "Julie Modèle du bureau de Laval" name somebody of ours; a
signature ("Solange Gabarit, directrice") and a place ("du bureau de Val Bélair") name nobody.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache

from services.intake.signs.folding import folded_words
from services.intake.signs.terms import Found, Hit, overlaps, tables

#: Letters before a post or an office in which a name is looked for, and after a post for more.
_BEFORE, _AFTER = 70, 45
#: Posts and offices looked at; a text with more repeats itself.
_LOOKS = 200

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’-]{1,20}(?:-[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{1,20})?"
_NAME = rf"(?<![\w'’-])(?P<name>{_CAPITAL}(?: {_CAPITAL}){{0,2}})"
_THEN_POST = re.compile(
    _NAME + r"[ ]?[,(–-][ ]?(?P<whose>(?:l['’]|(?:une?|mon|ma|notre|votre|the|your|my|our|an?) ))?$"
)
_THEN_OFFICE = re.compile(
    _NAME
    + r",?(?: (?:who works|working|qui travaille|qui est|qui oeuvre))?"
    + r" (?:du|de la|de l['’]|de votre|au|à votre|from the|from your|at the|at your|of your)"
    + rf" ?(?:{_CAPITAL} )?$"
)
_OURS = re.compile(r"(?:mon|ma|notre|votre|your|my|our) ")
#: Before a name, they make it that of a place or of a body.
_OF_A_PLACE = re.compile(
    r"(?:bureaux?|office|cle|centre|de|of|in|from|rue|ville|street)[ .]*$", re.I
)


def untitled_names(text: str, found: Found) -> list[Hit]:
    """Return start and end in `text` of the names of people of ours that no title announces."""
    outside = found.of("outside")
    posts = [hit for hit in found.of("staff")[:_LOOKS] if not overlaps(hit, outside)]
    names = [_before_post(text, found, hit) for hit in posts]
    names += [_before_office(text, found, hit) for hit in found.of("office")[:_LOOKS]]
    return [name for name in names if name is not None]


def _before_post(text: str, found: Found, post: Hit) -> Hit | None:
    """Return the name before a post that is one of ours: "ma", an office, or a deed says so."""
    name = _name_before(_THEN_POST, text, found, post)
    if name is None:
        return None
    whose = _OURS.match(name["whose"] or "")
    if not whose and not _has_place(found, post) and not _has_deed(found, post):
        return None
    return _place(text, found, post, name)


def _before_office(text: str, found: Found, office: Hit) -> Hit | None:
    """Return the name before an office: first and last name, or one that was talked to."""
    name = _name_before(_THEN_OFFICE, text, found, office)
    if name is None:
        return None
    start, end = _place(text, found, office, name)
    before = text[max(0, start - 20) : start]
    if _was_talked_to(found, _folded(found, office, text, start)):
        return start, end
    return (start, end) if " " in name["name"] and not _OF_A_PLACE.search(before) else None


def _was_talked_to(found: Found, start: int) -> bool:
    """Tell whether a name that begins at `start` of the folded text follows "parlé à"."""
    talked = found.of("talked")
    at = bisect_left(talked, (start, 0))
    return any(hit[1] == start - 1 for hit in talked[max(0, at - 3) : at])


def _name_before(
    pattern: re.Pattern[str], text: str, found: Found, hit: Hit
) -> re.Match[str] | None:
    at = found.folded.original(hit[0])
    name = pattern.search(text[max(0, at - _BEFORE) : at])
    if name is None or any(folded_words(word) in _no_names() for word in name["name"].split()):
        return None
    return name


def _place(text: str, found: Found, hit: Hit, name: re.Match[str]) -> Hit:
    first = max(0, found.folded.original(hit[0]) - _BEFORE)
    return first + name.start("name"), first + name.end("name")


def _folded(found: Found, hit: Hit, text: str, start: int) -> int:
    """Return where in the folded text the letter at `start`, shortly before a hit, stands."""
    return hit[0] - len(folded_words(text[start : found.folded.original(hit[0])])) - 1


def _has_place(found: Found, post: Hit) -> bool:
    """Tell whether an office follows in the same sentence: "agent au CLE"."""
    return _follows(found, post, "office", _AFTER)


def _has_deed(found: Found, post: Hit) -> bool:
    """Tell whether what was done to the person follows: ", agente, m'a raccroché au nez"."""
    return _follows(found, post, "did", 3)


def _follows(found: Found, post: Hit, group: str, within: int) -> bool:
    hits, text = found.of(group), found.folded.text
    at = bisect_left(hits, (post[1], 0))
    if at == len(hits) or hits[at][0] > post[1] + within:
        return False
    return not set(".\n") & set(text[post[1] : hits[at][0]])


@cache
def _no_names() -> frozenset[str]:
    """Return words that are no part of a name."""
    return frozenset(tables()["staff"]["not_names"])
