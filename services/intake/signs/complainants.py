"""Who complains: a person, or a company or body that writes for itself (policy: "any physical or
legal person"). A person who works somewhere, or names a company, remains a person."""

from __future__ import annotations

from services.intake.signs.flags import neighbour
from services.intake.signs.terms import Found, find, overlaps
from shared.domain.envelope import ComplainantKind

#: Letters at the end of the text where people sign, and lines of them.
_TAIL, _LINES = 300, 5
#: Letters of a company's name, up to its "inc.".
_NAME_OF_ONE = 40
#: A longer line is a sentence, not the name of anything.
_NAME_LINE = 60


def complainant_kind(
    text: str, found: Found, *, signature: str = "", sender_name: str = ""
) -> ComplainantKind:
    """Return "legal" when text, signature or sender's name say that a body writes."""
    spoken = found.of("spoken_of")
    if any(not overlaps(hit, spoken) for hit in found.of("speaking")):
        return "legal"
    forms = found.of("legal_form")
    if any(neighbour(hit, forms, _NAME_OF_ONE) for hit in found.of("representing")[:_LINES]):
        return "legal"
    if sender_name and find(sender_name).has("legal_form", "body"):
        return "legal"
    signed = find(signature[:_TAIL])
    if signature and signed.has("legal_form", "body"):
        return "legal"
    return "legal" if find(_closing(text)).has("legal_form") else "natural"


def _closing(text: str) -> str:
    """Return the short lines after the last blank line, where people sign; else nothing."""
    lines = text[-_TAIL:].rstrip().split("\n")[-_LINES:]
    blank = max((at for at, line in enumerate(lines) if not line.strip()), default=None)
    if blank is None:
        return ""
    return "\n".join(
        line for line in lines[blank + 1 :] if len(line) <= _NAME_LINE and "@" not in line
    )
