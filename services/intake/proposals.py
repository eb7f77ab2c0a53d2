"""What a message proposes with all that came with it: its own words, its documents, its forward."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from services.intake.forwards import day_of, original_of
from services.intake.signs import proposal
from services.intake.signs.proposal import flags_in
from shared.department import Addresses
from shared.domain.case import Case
from shared.domain.envelope import Envelope
from shared.domain.reading import DocumentText, Flag, FlagName, Message, Reading, Triage

_log = logging.getLogger(__name__)

#: Flags kept of one message at most, its own before those of its documents.
FLAGS = 60
#: A message of at most so many letters may only announce a document ("voir lettre ci-jointe").
COVER_NOTE = 400
#: What is looked for even in words that seem to be somebody else's: too grave to be missed.
GRAVE: frozenset[FlagName] = frozenset({"sensitive", "possible_review"})


def proposal_of(
    envelope: Envelope,
    reading: Reading,
    documents: Sequence[DocumentText] = (),
    *,
    addresses: Addresses,
    received_on: date,
    staff_domains: frozenset[str] = frozenset(),
) -> Triage:
    """Return what a message and its documents propose, from the words of the person alone.

    `received_on` is the day of receipt in Québec. A flag's `where` is "own_text", "subject",
    "forwarded" (a colleague handed the complaint in), "quoted_text", "signature" or the part of a
    document. The kind and the day of the facts come from the documents where the message itself is
    only a cover note.
    """
    original = original_of(envelope, reading, addresses=addresses, staff_domains=staff_domains)
    text = original.text if original else reading.own_text
    found = proposal.triage(
        text,
        subject=original.subject if original else _own_subject(reading, envelope),
        signature="" if original else reading.signature,
        received_on=day_of(original.received_at) if original else received_on,
        sender_name=original.name if original else reading.from_name,
    )
    if original:
        told = flags_in(reading.own_text, where="own_text")  # "she says that she …"
        of_colleague = (flag for flag in told if flag.name in GRAVE)
        flags = (*_moved(found.flags, "forwarded"), *of_colleague)
    else:
        flags = (*found.flags, *_set_aside(reading))
    return _with_documents(found.model_copy(update={"flags": flags}), text, documents, received_on)


def _set_aside(reading: Reading) -> list[Flag]:
    """Return the grave flags of what was cut off a first mail as history or signature.

    A person may tell what an agent wrote, or put a line above the complaint: what looks like
    history then is theirs. In an answer it is ours, or theirs from before.
    """
    if reading.in_reply_to or reading.references:
        return []
    beside = (("quoted_text", reading.quoted_text), ("signature", reading.signature))
    return [
        flag
        for where, text in beside
        if text
        for flag in flags_in(text, where=where)
        if flag.name in GRAVE
    ]


def flags_of_letters(letters: Sequence[DocumentText]) -> list[Flag]:
    """Return the flags of documents; by its name a child can import it."""
    return [flag for letter in letters for flag in flags_in(letter.text, where=letter.part)]


def with_flags_of_letters(case: Case, message: Message, found: Sequence[Flag]) -> Case:
    """Return the case with the flags of documents whose text came later. The same for a repeat."""
    if message.id != case.first_message_id:
        return case.changed(flags=with_flags(case.flags, found, message.id))
    return case.changed(flags=tuple(dict.fromkeys((*case.flags, *found)))[:FLAGS])


def with_flags(known: tuple[Flag, ...], added: Sequence[Flag], message_id: str) -> tuple[Flag, ...]:
    """Return the flags of a case with those of a message that joined it.

    Their `where` begins with the message's id: positions are in that message's texts.
    """
    joined = (flag.model_copy(update={"where": f"{message_id}/{flag.where}"}) for flag in added)
    return tuple(dict.fromkeys((*known, *joined)))[:FLAGS]


def _with_documents(
    found: Triage, text: str, documents: Sequence[DocumentText], received_on: date
) -> Triage:
    """Return the triage with what the documents add to it."""
    letters = [each for each in documents if each.state == "read" and each.text]
    of_letters = [proposal.triage(each.text, received_on=received_on) for each in letters]
    flags = [*found.flags]
    for letter, seen in zip(letters, of_letters, strict=True):
        flags += _moved(seen.flags, letter.part)
    changes: dict[str, object] = {"flags": tuple(flags[:FLAGS])}
    if of_letters and len(text) <= COVER_NOTE:
        days = [seen.happened_on for seen in of_letters if seen.happened_on]
        changes["kind"] = "complaint" if found.kind == "complaint" else of_letters[0].kind
        changes["happened_on"] = found.happened_on or (min(days) if days else None)
    return found.model_copy(update=changes)


def _moved(flags: Sequence[Flag], where: str) -> tuple[Flag, ...]:
    return tuple(
        flag.model_copy(update={"where": where}) if flag.where == "own_text" else flag
        for flag in flags
    )


def _own_subject(reading: Reading, envelope: Envelope) -> str:
    """Return the subject that a person wrote; that of a form is made of the text itself."""
    return "" if envelope.submission is not None else reading.subject
