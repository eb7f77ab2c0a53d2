"""Does this message belong to a case we have? What it claims, in order of trust.

A reply address carries our mark and a Message-ID of ours cannot be guessed: both are believed.
A reference in a subject can be guessed or overheard, and Message-IDs of a person's own mail are
known to all who got it: both count only from somebody who is already part of the case.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.case import Case
from shared.domain.document import Value
from shared.domain.envelope import Envelope
from shared.domain.keys import Keys, reply_token, verp_notice
from shared.domain.reading import Reading
from shared.domain.reference import parse_reference, references_in

#: Message-IDs looked up at most: the nearest ones; a forged References header can be endless.
ANCESTORS = 20


class Claims(Value):
    """What a message says of where it belongs; most first mails claim nothing."""

    reply_reference: str | None = None
    notice_ids: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()
    subject_references: tuple[str, ...] = ()


def claims_of(reading: Reading, envelope: Envelope, keys: Keys) -> Claims:
    """Return the claims of a message; marks are checked, nothing is looked up."""
    tokens = [reply_token(keys, address) for address in envelope.rcpt_tos]
    notices = [verp_notice(keys, address) for address in envelope.rcpt_tos]
    nearest = (*reading.in_reply_to, *reversed(reading.references))
    if reading.bounce and reading.bounce.original_message_id:
        nearest = (reading.bounce.original_message_id, *nearest)
    return Claims(
        reply_reference=next((parse_reference(token) for token in tokens if token), None),
        notice_ids=tuple(notice for notice in notices if notice),
        ancestors=tuple(dict.fromkeys(nearest))[:ANCESTORS],
        subject_references=references_in(reading.subject),
    )


class Home(Value):
    """Where a message belongs: in `case`, or in a new one that only claims a `reference`."""

    case: Case | None = None
    claims_reference: str | None = None


def home_of(
    reading: Reading,
    claims: Claims,
    *,
    replied: Case | None = None,
    noticed: Case | None = None,
    named: Sequence[Case] = (),
    related: Sequence[Case] = (),
) -> Home:
    """Return where a message belongs, by the first claim that is believed.

    The cases are those that were found by its claims: `replied` by the reply address, `noticed` by
    a notice of ours, `named` by a reference in the subject, `related` by Message-IDs of persons.
    A closed case takes a message like any other: nothing here opens it again or moves a day.
    """
    for case in (replied, noticed):
        if case is not None:
            return Home(case=case)
    for case in (*named, *related):
        if is_participant(case, reading):
            return Home(case=case)
    told = (*claims.subject_references, *(case.reference for case in related))
    return Home(claims_reference=next(iter(told), None))


def is_participant(case: Case, reading: Reading) -> bool:
    """Tell whether the sender is somebody the case knows."""
    return bool(reading.from_address) and reading.from_address.lower() in case.participants
