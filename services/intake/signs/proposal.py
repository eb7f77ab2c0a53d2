"""What the words of a message propose: its kind, its flags, who complains, the day of the facts.

A machine proposes, people decide: none of it refuses, closes or answers anything.
"""

from __future__ import annotations

from datetime import date

from services.intake.signs.asked_language import asked_language
from services.intake.signs.complainants import complainant_kind
from services.intake.signs.facts import day_of_facts
from services.intake.signs.flags import Evidence, evidence_in, without_doubles
from services.intake.signs.kinds import kind_of
from services.intake.signs.several import several_in
from services.intake.signs.staff import names_of_staff
from services.intake.signs.terms import Found, find
from shared.domain.reading import Flag, Triage

#: Letters of a subject, and of names and signature, that are looked at.
_SUBJECT, _NAMES = 1000, 2000
#: Characters of a text that are looked through: forty pages, and at worst a tenth of a second.
LONGEST = 128 * 1024


def triage(
    own_text: str,
    *,
    subject: str = "",
    signature: str = "",
    received_on: date,
    sender_name: str = "",
) -> Triage:
    """Return what a message proposes; for each flag, `own_text[start:end]` are its words.

    `received_on` is the day of receipt in Québec. A flag that only the subject gives has
    "subject" in `where`, and its positions are in the subject.
    """
    own_text = own_text[:LONGEST]
    found = find(own_text)
    seen = _evidence(own_text, found, own_names=f"{sender_name}\n{signature}"[:_NAMES])
    headline = find(subject[:_SUBJECT])
    of_subject = _only_new(seen, evidence_in(headline))
    flags = [one.in_text(own_text, "own_text") for one in without_doubles(seen)]
    flags += [one.in_text(subject, "subject") for one in without_doubles(of_subject)]
    return Triage(
        kind=kind_of((found, headline), [*seen, *of_subject]),
        flags=tuple(flags),
        complainant_kind=complainant_kind(
            own_text, found, signature=signature, sender_name=sender_name
        ),
        happened_on=day_of_facts(own_text, found, received_on),
        asked_language=asked_language((found, headline)),
    )


def flags_in(text: str, *, where: str) -> tuple[Flag, ...]:
    """Return the flags of a document's text; `where` is the part it came in."""
    text = text[:LONGEST]
    seen = without_doubles(_evidence(text, find(text), own_names=""))
    return tuple(one.in_text(text, where) for one in seen)


def _evidence(text: str, found: Found, *, own_names: str) -> list[Evidence]:
    seen = [
        *evidence_in(found),
        *names_of_staff(text, found, own_names=own_names),
        *several_in(text, found),
    ]
    return sorted(seen, key=lambda one: (one.start, -one.end))


def _only_new(seen: list[Evidence], more: list[Evidence]) -> list[Evidence]:
    """Return the evidence of what the text does not say already."""
    there = {one.topic for one in seen}
    return [one for one in more if one.topic not in there]
