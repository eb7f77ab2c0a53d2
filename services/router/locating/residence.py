"""Whose place it is that a text names: the writer's, a ministry's, or an office's.

A person tells where they live ("j’habite à", "my address is"), writes to a ministry at its own
address, and names offices that served them. The second says nothing of the person; where places
contradict each other the first outweighs the rest, but never the third: who served the person is
what matters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.domain.place import Evidence

#: How many characters after "j’habite" the place may stand: a street and a flat come before it.
_REACH = 110
_HOME = re.compile(
    r"\b(?:j\W{0,2}habite|nous habitons|(?:je|nous|qui|il|elle) (?:demeure|r[ée]side|habite|vis)"
    r"(?:ons)?|(?:demeurant|r[ée]sidant|habitant|domicili[ée]e?) |mon (?:adresse|domicile)"
    r"|(?:i|we|who|he|she) (?:now )?(?:lives?|reside|am living)|(?:my|our|home) address"
    r"|(?:^|\n) *(?:adresse|ville|municipalit[ée]|code postal|address|city|postal code) ?:)",
    re.IGNORECASE,
)
#: Bodies of the whole province, at their own address, wherever the person lives.
_BODY = re.compile(
    r"\b(?:minist[èe]re|ministre|direction des plaintes|bureau des plaintes|protecteur du citoyen"
    r"|sous-ministre|gouvernement du qu[ée]bec|assembl[ée]e nationale|tribunal administratif"
    r"|commission d\W{1,2}acc[èe]s|centre de communication avec la client[èe]le|complaints office"
    r"|ombudsman|department of|service canada|revenu (?:qu[ée]bec|canada)|retraite qu[ée]bec)",
    re.IGNORECASE,
)
#: A place in one of these sentences is not only scenery: the writer may have been served there, or
#: the complaint may be about this other person.
_RELATIVE = (
    r"s(?:oe|œ)urs?|fr[èe]res?|m[èe]re|p[èe]re|parents?|fils|fille|mari|femme|[ée]pou(?:x|se)"
    r"|conjointe?|oncle|tante|cousine?|amie?|cliente?|mother|father|sister|brother"
    r"|(?:my|our|her|his) son|daughter|husband|wife|spouse|partner|aunt|uncle|cousin|friend|client"
)
_SERVED = re.compile(
    r"\b(?:bureaux?|offices?|cle|centre local|agente?s?|agents?|fonctionnaires?|dossier|file|served"
    rf"|servie?|services qu[ée]bec|guichet|counter|appointment|rendez-vous|{_RELATIVE})\b",
    re.IGNORECASE,
)
#: After one of these the sentence no longer tells where the person lives.
_ELSEWHERE = re.compile(
    rf"\b(?:mais|but|travaill\w*|work\w*|n[ée]e? |born|{_RELATIVE}|car|puis|et je|and i|où|where"
    r"|whereas|tandis)\b",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"d[ée]m[ée]nag|\bmov(?:e|ed|ing)\b|\bancien|\bavant\b|\bauparavant|\bautrefois|\bformer"
    r"|\bprevious|\btransf[ée]r|\bj\W?habitais|\bje demeurais|\bje vivais|\bused to\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", re.IGNORECASE)
_OFFICE = re.compile(r"\b(?:bureau de|bureau d\W|office|cle|services qu[ée]bec)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:je|j|nous|qui|il|elle|i|we|who|he|she|my|mon)\b", re.IGNORECASE)
#: What `_BODY` needs at the least: a text without any of these pieces names no body.
_BODY_WORDS = (
    "minist", "plaintes", "protecteur", "gouvernement", "nationale", "tribunal", "commission",
    "centre de comm", "complaints", "ombudsman", "department", "canada", "revenu", "retraite",
)  # fmt: skip
_BREAK = re.compile(r"\n\s*\n|[.!?](?<!\bSt.)(?<!\bSte.)(?<!boul.)(?<!\bav.)(?<!app.)\s+[A-ZÀ-Ý]")


def without_bodies(text: str, evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Return the evidence with what stands in the address of a ministry or the like made weak."""
    return [_weaker(clue) if _is_of_a_body(text, clue) else clue for clue in evidence]


def of_the_person(text: str, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the evidence with what says nothing of where the person lives made weak.

    Given evidence that contradicts itself; unchanged when the text does not say whose place is
    whose, and when it tells of a move or of where somebody was served.
    """
    kept = tuple(evidence)
    homes = [clue for clue in kept if clue.strength != "weak" and _is_home(text, clue)]
    if not homes or _MOVED.search(text):
        return kept
    others = [clue for clue in kept if clue not in homes and clue.strength != "weak"]
    if any(clue.kind == "unit_named" or _SERVED.search(_sentence(text, clue)) for clue in others):
        return kept
    return tuple(_weaker(clue) if clue in others else clue for clue in kept)


def _weaker(clue: Evidence) -> Evidence:
    return clue.model_copy(update={"strength": "weak"})


def _is_home(text: str, clue: Evidence) -> bool:
    """Tell whether words of living stand before the clue, and nothing else between them."""
    before = _before(text, clue, _REACH)
    homes = [found.end() for found in _HOME.finditer(before)]
    return bool(homes) and not _ELSEWHERE.search(before, homes[-1])


def _is_of_a_body(text: str, clue: Evidence) -> bool:
    """Tell whether the clue stands in the address of a body: its name, then a number or a line
    end, and neither words of living nor another code between."""
    near = text[max(0, clue.start - 2 * _REACH) : clue.start].lower()
    if not any(word in near for word in _BODY_WORDS):
        return False
    before = _before(text, clue, 2 * _REACH)
    bodies = [found.end() for found in _BODY.finditer(before)]
    if not bodies or clue.kind == "unit_named":
        return False
    between = before[bodies[-1] :]
    if _CODE.search(between) or _OFFICE.search(between) or _PERSON.search(between):
        return False
    return bool(re.search(r"[0-9\n]", between))


def _before(text: str, clue: Evidence, reach: int) -> str:
    """Return what stands before a clue, back to the end of the sentence or block before it."""
    begins = max(0, clue.start - reach)
    breaks = [found.end() - 1 for found in _BREAK.finditer(text, begins, clue.start)]
    return text[breaks[-1] if breaks else begins : clue.start]


def _sentence(text: str, clue: Evidence) -> str:
    ends = _BREAK.search(text, clue.end, clue.end + _REACH)
    rest = text[clue.end : ends.start() if ends else clue.end + _REACH]
    return _before(text, clue, _REACH) + rest
