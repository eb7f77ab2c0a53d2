"""Kinds of message. A complaint is any expression of dissatisfaction: in doubt it is one."""

from __future__ import annotations

from services.intake.signs.flags import Evidence, neighbour
from services.intake.signs.terms import Found, overlaps
from shared.domain.reading import MessageKind

#: Letters between another body's name and what it deals with.
_MATTER_NEAR = 120
#: Letters of a plain question at most: who tells a story of more wants more than an answer.
_A_QUESTION = 800
#: Letters in which a body of others is the whole matter, whatever is said of it.
_A_FEW_LINES = 300
#: With no more letters only its name is said.
_A_NAME = 20
#: Signs that are dissatisfaction or distress by themselves, whatever the words around them.
_GRAVE = frozenset({"possible_review", "tribunal", "possible_disclosure", "sensitive"})
#: Signs that ask for something.
_ASKS = frozenset({"file_asked", "file_sought"})
#: Signs that people write to any body: refusals, debts, courts.
_OF_ANY_BODY = frozenset({"benefit_cut", "owing_disputed", "court"})


def kind_of(parts: tuple[Found, ...], evidence: list[Evidence]) -> MessageKind:
    """Return the kind of a message of which `parts` are the text and the subject."""
    if _is_elsewhere(parts, evidence):
        return "out_of_scope"
    if any(one.flag in _GRAVE for one in evidence) or _said(parts, "grievance"):
        return "complaint"
    contrast = _said(parts, "contrast")
    asking = _said(parts, "asking") or any(one.because in _ASKS for one in evidence)
    if _said(parts, "gratitude") and not contrast and not asking:
        return "thanks"
    if _said(parts, "suggestion") and not contrast:
        return "comment"
    return "request" if asking and _length(parts) <= _A_QUESTION else "complaint"


def _length(parts: tuple[Found, ...]) -> int:
    return sum(len(part.folded.text.strip()) for part in parts)


def _said(parts: tuple[Found, ...], group: str) -> bool:
    """Tell whether words of a group stand anywhere outside the phrases that make them harmless."""
    return any(
        not overlaps(hit, part.of(f"not_{group}")) for part in parts for hit in part.of(group)
    )


def _is_elsewhere(parts: tuple[Found, ...], evidence: list[Evidence]) -> bool:
    """Tell whether all of it is the business of another body, and nothing of it ours."""
    weighty = [one for one in evidence if one.because not in _OF_ANY_BODY]
    if weighty or _said(parts, "ours"):
        return False
    named = any(part.has("elsewhere_alone") for part in parts)
    if named and _A_NAME < _length(parts) <= _A_FEW_LINES:
        return True
    return any(
        neighbour(hit, part.of("matter"), _MATTER_NEAR)
        for part in parts
        for hit in part.of("elsewhere")[:50]
    )
