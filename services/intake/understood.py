"""A message understood: what stands in it, and what its words propose. Pure; done in a child."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from services.intake.forwards import day_of
from services.intake.proposals import proposal_of
from services.intake.reading import read
from shared.department import Addresses
from shared.domain.envelope import Envelope
from shared.domain.reading import DocumentText, Reading, Triage
from shared.runtime.logs import describe

#: What a form's text never has, whatever it looks like: all of it is the person's own, a mail that
#: was pasted into it included.
NOTHING_CUT = {"quoted_text": "", "signature": "", "forwarded": None}


class Ours(NamedTuple):
    """Who is one of us: our addresses, and the domains (lower case) that our people write from."""

    addresses: Addresses
    staff_domains: frozenset[str] = frozenset()


class About(NamedTuple):
    """What is known of a message that came in by a door."""

    envelope: Envelope
    ours: Ours


class Mail(NamedTuple):
    """A message to read; without `about` nothing is proposed.

    `trouble` is a code of ours: why nothing is to be proposed, though there is an `about`.
    """

    raw: bytes
    mail_from: str | None
    own_domains: frozenset[str]
    about: About | None = None
    trouble: str = ""


class Understood(NamedTuple):
    """`trouble` says why nothing is proposed, where proposing itself went wrong; the reading then
    has the defect NOTHING_PROPOSED."""

    reading: Reading
    triage: Triage = Triage()
    trouble: str = ""


def understand_all(mails: Sequence[Mail]) -> list[Understood]:
    """Return what is understood of each, in order; by its name a child can import it."""
    return [understand(mail) for mail in mails]


def understand(mail: Mail) -> Understood:
    """Return the reading of a message and what it proposes without its documents."""
    reading = read(mail.raw, mail_from=mail.mail_from, own_domains=mail.own_domains)
    if mail.about is None:
        return Understood(reading)
    if mail.about.envelope.submission is not None:
        reading = reading.model_copy(update={"own_text": reading.text, **NOTHING_CUT})
    if mail.trouble:
        return unproposed(reading, mail.trouble)
    try:
        triage = propose(mail.about, reading)
    except Exception as error:  # noqa: BLE001 - a proposal must never cost a case
        return unproposed(reading, describe(error))
    return Understood(reading, triage)


def propose(about: About, reading: Reading, documents: Sequence[DocumentText] = ()) -> Triage:
    """Return what a message proposes, with its documents; by its name a child can import it."""
    envelope, ours = about
    return proposal_of(
        envelope,
        reading,
        documents,
        addresses=ours.addresses,
        received_on=day_of(envelope.came_at),
        staff_domains=ours.staff_domains,
    )


def unproposed(reading: Reading, trouble: str) -> Understood:
    """Return a reading of which nobody knows what it proposes: a person must look."""
    if reading.state == "failed":
        return Understood(reading)  # nothing was read, so nothing could be proposed
    return Understood(reading.not_searched(), trouble=trouble)
