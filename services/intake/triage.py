"""From a reading to what a case needs to know. Flags and trays, never a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.intake.forwards import OF_A_COLLEAGUE, Original, original_of
from services.intake.identity import first_message_id
from services.intake.reading.language import language_of
from shared.department import Addresses
from shared.domain.case import Case, Tray
from shared.domain.complainant import Complainant
from shared.domain.envelope import ComplainantKind, Envelope
from shared.domain.language import ground_of
from shared.domain.reading import DocumentText, Reading, Triage
from shared.domain.reference import reference_for, year_of

SUMMARY = 280
#: Why an acknowledgement waits for a person: the address stands in the text alone.
ONLY_IN_TEXT = "address_only_in_text"
#: RFC 5321 section 4.5.3.1.3 bounds a path; what cannot be one cannot be answered.
_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@[^@\s<>()\[\],;:\\\"]+\.[^@\s.]{2,}")


def first_case(
    case_id: str,
    envelope: Envelope,
    reading: Reading,
    *,
    addresses: Addresses,
    attempt: int = 0,
    triage: Triage | None = None,
    documents: Sequence[DocumentText] = (),
    staff_domains: frozenset[str] = frozenset(),
) -> Case:
    """Return the case that a message opens; `attempt` counts clashes of the reference.

    `triage` is what `proposals.proposal_of` says of it. What the form says goes before what was
    read.
    """
    submission, proposed = envelope.submission, triage or Triage()
    case = Case(
        id=case_id,
        reference=reference_for(case_id, year_of(envelope.received_at), attempt=attempt),
        opened_at=envelope.received_at,
        received_at=envelope.came_at,
        channel=envelope.channel,
        complainant=complainant_of(envelope, reading, proposed.complainant_kind),
        acknowledge_to=answer_address(envelope, reading),
        language=submission.language if submission else reading.language,
        language_confidence=1.0 if submission else reading.language_confidence,
        subject=reading.subject[:200],
        summary=summary_of(reading.own_text),
        addressees=addressees_of(envelope, addresses),
        office_chosen=submission.office if submission else None,
        happened_on=(submission.happened_on if submission else None) or proposed.happened_on,
        kind=proposed.kind,
        flags=proposed.flags,
        first_message_id=first_message_id(case_id),
        envelope_ids=(envelope.id,),
        message_ids=(reading.message_id,) if reading.message_id else (),
        participants=participants_of(envelope, reading),
        tray=tray_of(envelope, reading),
        silent_because=reasons_for_silence(envelope, reading, addresses),
        documents=documents_of(reading, documents),
        entered=envelope.entered,
    )
    original = original_of(envelope, reading, addresses=addresses, staff_domains=staff_domains)
    case = handed_in(case, original) if original else case
    case = in_language_asked(case, proposed)
    return case.changed(language_ground=ground_of(case))


def in_language_asked(case: Case, proposed: Triage) -> Case:
    """Return the case in the language that the person plainly asks for, beyond the form's and that
    of their words; `ground_of` keeps a legal person in French all the same."""
    asked = proposed.asked_language
    if asked is None:
        return case
    return case.changed(language=asked, language_confidence=1.0, language_ground="asked")


def handed_in(case: Case, original: Original) -> Case:
    """Return the case of a complaint that a colleague forwarded: its person and its day.

    The address stands only in a text that anybody can write: an acknowledgement waits until a
    person releases it, and never goes to the colleague.
    """
    silent = [why for why in case.silent_because if why not in OF_A_COLLEAGUE | {"no_address"}]
    colleague_only = case.tray == "automatic" and not silent
    language, confidence = language_of(f"{original.subject}\n{original.text}")
    return case.changed(
        language=language,
        language_confidence=confidence,
        complainant=case.complainant.model_copy(
            update={"name": original.name[:200], "address": original.address}
        ),
        acknowledge_to=original.address if _ADDRESS.fullmatch(original.address) else None,
        silent_because=(ONLY_IN_TEXT, *silent),
        participants=(original.address.lower(),),
        received_at=original.received_at,
        subject=original.subject[:200],
        summary=summary_of(original.text),
        tray="ordinary" if colleague_only else case.tray,
        forwarded_by=original.forwarded_by,
    )


def documents_of(reading: Reading, documents: Sequence[DocumentText]) -> int:
    """Return how many documents came; those found inside others count as well."""
    attached = sum(not attachment.inline for attachment in reading.attachments)
    return max(attached, len({each.part for each in documents}))


#: Rules that forbid an acknowledgement and yet say nothing of who wrote: Exchange marks people's
#: own mail so, and a citizen may stand behind a list or a role address.
_MAY_BE_A_PERSON = frozenset(
    {"auto_response_suppress", "list_headers", "precedence", "sender_local_part", "own_domain"}
)


def answers_by_itself(reading: Reading) -> bool:
    """Tell whether a program wrote this answer: only then may it be noted and shown to nobody."""
    return reading.bounce is not None or not _MAY_BE_A_PERSON.issuperset(reading.automatic_reasons)


def tray_of(envelope: Envelope, reading: Reading) -> Tray:
    """Return the tray; all but the ordinary one wait for a person."""
    if envelope.spam:
        return "spam"
    if envelope.submission is not None:
        return "ordinary"
    if reading.state == "failed":
        return "unreadable"
    return "automatic" if reading.automatic else "ordinary"


def reasons_for_silence(
    envelope: Envelope, reading: Reading, addresses: Addresses
) -> tuple[str, ...]:
    """Return the rules that forbid an automatic acknowledgement; empty when it may go out.

    RFC 3834 section 2 and practice: see the rules in `reading/automatic`.
    """
    if answer_address(envelope, reading) is None:
        return ("no_address", *reading.automatic_reasons)
    if envelope.submission is not None:
        return ("spam",) if envelope.spam else ()
    reasons = list(reading.automatic_reasons)
    if envelope.spam:
        reasons.append("spam")
    if reading.state == "failed":
        reasons.append("unreadable")
    elif not any(addresses.owns(address) for address in (*reading.to, *reading.cc)):
        reasons.append("not_addressed_to_us")
    if addresses.owns(envelope.mail_from) or addresses.owns(reading.from_address):
        reasons.append("own_address")
    return tuple(dict.fromkeys(reasons))


def answer_address(envelope: Envelope, reading: Reading) -> str | None:
    """Return where an automatic answer may go: what the form says, else the envelope sender."""
    if envelope.submission is not None:
        return envelope.submission.address
    sender = envelope.mail_from
    return sender if _ADDRESS.fullmatch(sender) else None


def complainant_of(
    envelope: Envelope, reading: Reading, kind: ComplainantKind = "natural"
) -> Complainant:
    """Return who complains: as the form says, else the sender, of the `kind` that was read."""
    submission = envelope.submission
    if submission is None:
        address = reading.from_address or envelope.mail_from
        return Complainant(name=reading.from_name[:200], address=address or None, kind=kind)
    return Complainant(
        name=submission.name,
        address=submission.address,
        phone=submission.phone,
        postal_address=submission.postal_address,
        kind=submission.kind,
        organisation=submission.organisation,
    )


def addressees_of(envelope: Envelope, addresses: Addresses) -> tuple[str, ...]:
    """Return our addresses that the message came to, without plus parts."""
    plain = (_without_plus(address) for address in envelope.rcpt_tos)
    return tuple(dict.fromkeys(address for address in plain if addresses.owns(address)))


def participants_of(envelope: Envelope, reading: Reading) -> tuple[str, ...]:
    """Return who may write to this case by naming its reference, in lower case."""
    submission = envelope.submission
    known = (
        [submission.address]
        if submission
        else [reading.from_address, reading.reply_to, envelope.mail_from]
    )
    return tuple(dict.fromkeys(address.lower() for address in known if address))


def summary_of(text: str) -> str:
    """Return the first words of a text, on one line."""
    words = " ".join(text[: SUMMARY * 4].split())
    return words if len(words) <= SUMMARY else words[: SUMMARY - 1].rstrip() + "…"


def _without_plus(address: str) -> str:
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
