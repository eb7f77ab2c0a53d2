"""Names of the department's people: a title or a post together with a name, never a name alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache

from services.intake.signs.flags import WEIGHED, Evidence, without_doubles
from services.intake.signs.folding import folded_words
from services.intake.signs.terms import Found, Hit, overlaps, tables
from services.intake.signs.untitled import untitled_names

_TITLE = re.compile(
    r"(?:M\.|M(?=\s[A-ZÀ-Þ])|m\.(?=\s)|Mr\.?|Mrs\.?|Ms\.?|Miss|Mme\.?|Mlle\.?|Mister)(?![^\W_])\s*",
    re.IGNORECASE,
)
_FULL_TITLE = re.compile(r"(?:Madame|Monsieur)\s+(?=[A-ZÀ-Þ])", re.IGNORECASE)
_WORD = re.compile(
    r"[^\W\d_]\.(?=\s?[^\W\d_])|[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_])){0,30}(?![^\W_])"
)
_BEFORE_POST = re.compile(
    r"[ ,]{0,3}(?:(?:l|la|le|une?|mon|ma|votre|the|my|your|an?|est|is|was)[ ,]{1,2}){0,3}"
)
_OF_AN_OFFICE = re.compile(r"[ ,]{1,2}(?:de|du|des|d|au|a|at|from|of|in) ")
_OF_A_HOUSE = re.compile(r"[ ,]{1,3}(?:(?:de|du|d|au|a|la|l|le|from|at|of|the|my|our|mon|notre) )*")
#: Words of one name at most.
_NAME_WORDS = 3
#: Letters back to the post of whom "son nom est …" speaks.
_SPOKEN_OF = 120


def names_of_staff(text: str, found: Found, *, own_names: str = "") -> list[Evidence]:
    """Return where the text names somebody of the department, with title or post.

    `own_names` (the sender's name and signature) are the person's own and never staff.
    """
    own = frozenset(folded_words(own_names).replace(".", " ").split())
    seen = [*_after_posts(text, found), *_with_title(text, found)]
    seen += [_evidence(start, end) for start, end in untitled_names(text, found)]
    return without_doubles(
        [one for one in seen if not _is_own(text[one.start : one.end], own, found)]
    )


def _after_posts(text: str, found: Found) -> list[Evidence]:
    """Return posts with the name that follows: "mon agente, Julie Modèle"."""
    seen = []
    outside, called = found.of("outside"), frozenset(found.of("called", "his_name"))
    for start, end in _of_ours(found):
        if overlaps((start, end), outside):
            continue
        between = _connecting().match(found.folded.text, end)
        if between is None or between.end() >= len(found.folded.text) - 1:
            continue
        named = between["naming"] is not None or (start, end) in called
        at = found.folded.original(between.end())
        stop = _name_end(text, at, named=named)
        one_line = "\n" not in text[found.folded.original(end) : at]
        if stop is None or not (one_line or _has_title(text, at)):
            continue
        if not _is_of_another_house(found, between.end() + len(folded_words(text[at:stop]))):
            seen.append(_evidence(found.folded.original(start), stop))
    return seen


def _of_ours(found: Found) -> list[Hit]:
    """Return the posts, and the words before a name that can mean a person of the department."""
    certain = [hit for hit in found.of("certain")[:WEIGHED] if not _is_outside(found, hit[0])]
    spoken_of, others = found.of("staff", "office"), found.of("outside")
    his = [
        hit
        for hit in found.of("his_name")[:WEIGHED]
        if _stands_before(hit, spoken_of) and not _stands_before(hit, others)
    ]
    return sorted([*found.of("staff", "called")[:WEIGHED], *certain, *his])


def _stands_before(hit: Hit, others: list[Hit]) -> bool:
    at = bisect_left(others, hit)
    return at > 0 and hit[0] - others[at - 1][1] <= _SPOKEN_OF


def _with_title(text: str, found: Found) -> list[Evidence]:
    """Return names with a title that the words around them place in the department."""
    seen = []
    ends = frozenset(end for _, end in found.of("talked"))
    starts = frozenset(start for start, _ in found.of("did"))
    for start, _ in found.of("title")[: 4 * WEIGHED]:
        at = found.folded.original(start)
        stop = _name_end(text, at) if _has_title(text, at) else None
        if stop is None:
            continue
        end = start + len(folded_words(text[at:stop]))
        placed = (
            start - 1 in ends
            or end + 1 in starts
            or _post_after(text, found, stop, end)
            or _office_after(found, end)
        )
        if placed and not _is_outside(found, start) and not _is_of_another_house(found, end):
            seen.append(_evidence(at, stop))
    return seen


def _post_after(text: str, found: Found, stop: int, end: int) -> bool:
    """Tell whether a post follows on the same line: "Mme Gabarit, votre agente"."""
    posts = found.of("staff")
    at = bisect_left(posts, (end, 0))
    if at == len(posts) or posts[at][0] - end > 25:
        return False
    between = found.folded.text[end : posts[at][0]]
    said = _BEFORE_POST.fullmatch(between)
    return said is not None and "\n" not in text[stop : found.folded.original(posts[at][0])]


def _office_after(found: Found, end: int) -> bool:
    """Tell whether a name goes on with an office: "Mme Gabarit, du bureau de Val-d'Or"."""
    offices, text = found.of("office"), found.folded.text
    at = bisect_left(offices, (end, 0))
    if at == len(offices) or offices[at][0] - end > 40:
        return False
    between = text[end : offices[at][0]]
    return _OF_AN_OFFICE.match(between) is not None and not set(".\n") & set(between)


def _is_outside(found: Found, start: int) -> bool:
    """Tell whether words right before a name make it somebody of another house."""
    outside = found.of("outside")
    at = bisect_left(outside, (start, 0))
    if at == 0 or start - outside[at - 1][1] > 25:
        return False
    between = found.folded.text[outside[at - 1][1] : start]
    return not re.search(r"[.\n]| (?:que|qui|that|who|et|and) ", between)


def _is_of_another_house(found: Found, end: int) -> bool:
    """Tell whether a house of others follows a name: "Mme Gabarit, du CLSC"."""
    houses = found.of("another_house")
    at = bisect_left(houses, (end, 0))
    if at == len(houses) or houses[at][0] - end > 25:
        return False
    between = found.folded.text[end : houses[at][0]]
    return _OF_A_HOUSE.fullmatch(between) is not None


def _name_end(text: str, at: int, *, named: bool = False) -> int | None:
    """Return where the name that begins at `at` ends, or None where there is none.

    Without a title it begins with a capital and is not all in capitals, unless it is `named`.
    """
    title = _TITLE.match(text, at) or _FULL_TITLE.match(text, at)
    end = None
    at = title.end() if title else at
    for count in range(_NAME_WORDS):
        word = _WORD.match(text, at)
        if word is None or folded_words(word[0]) in _not_names() or len(word[0]) < 2:
            break
        loose = count == 0 and (title is not None or named)
        if not loose and not _looks_like_a_name(word[0], mixed=title is None):
            break
        end = word.end()
        if text[end : end + 1] != " ":
            break
        at = end + 1
    return end


def _looks_like_a_name(word: str, *, mixed: bool) -> bool:
    return word[0].isupper() and (not mixed or any(letter.islower() for letter in word))


def _has_title(text: str, at: int) -> bool:
    return _TITLE.match(text, at) is not None or _FULL_TITLE.match(text, at) is not None


def _is_own(words: str, own: frozenset[str], found: Found) -> bool:
    """Tell whether all of a name is the sender's own name; posts and titles do not count."""
    plain = folded_words(words).replace(".", " ").split()
    return bool(own) and plain[-1] in own and (len(plain) < 2 or plain[-2] in own | _TITLES)


_TITLES = frozenset({"m", "mr", "mme", "mlle", "mrs", "ms", "miss", "madame", "monsieur"})


def _evidence(start: int, end: int) -> Evidence:
    return Evidence(flag="names_staff", because="name_with_post", start=start, end=end)


@cache
def _not_names() -> frozenset[str]:
    return frozenset(tables()["staff"]["not_names"])


@cache
def _connecting() -> re.Pattern[str]:
    """Return what may stand between a post and a name in a folded text."""
    plain, naming = (
        "|".join(sorted(tables()["staff"][words], key=len, reverse=True))
        for words in ("connectors", "naming")
    )
    return re.compile(
        rf"(?:[ ,]+(?:{plain})(?![a-z]))?(?:[ ,]+(?P<naming>{naming})(?![a-z]))?[ ,]+"
    )
