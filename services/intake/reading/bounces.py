"""Delivery reports: who could not be reached, for good or for now, and by which mail of ours.

RFC 3464 reports are read here; reports in prose by flufl.bounce. `permanent` answers one
question, in `dead_addresses`: is this address dead?
"""

from __future__ import annotations

import email
import logging
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

from services.intake.reading.automatic import is_machine_name, says_failed
from services.intake.reading.dead_addresses import Recipient, Words, is_dead, is_full
from services.intake.reading.forwarding import subject_kind
from services.intake.reading.headers import Headers, split
from services.intake.reading.identity import message_id_of, message_ids
from services.intake.reading.structure import Part
from services.intake.reading.transfer import content
from shared.domain.reading import Bounce, ReportSays

#: Rules of `automatic.toml` that make a report in prose likely enough to look for one.
SUSPECT = frozenset(
    {
        "null_sender",
        "report_type",
        "sender_local_part",
        "sender_name",
        "subject_pattern",
        "failed_recipients",
    }
)
#: Rules that say: the sender is a mail system, whatever the subject.
DAEMON = frozenset({"sender_local_part", "sender_name", "failed_recipients", "report_type"})
STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
#: A complaint of a reader (RFC 5965) and a receipt (RFC 8098): the mail did arrive.
COMPLAINT = "message/feedback-report"
RECEIPT = "message/disposition-notification"
ORIGINAL_TYPES = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"}
)
ADDRESS = re.compile(rb"[^\s<>;,\"()\[\]{}:]{1,64}@[^\s<>;,\"()\[\]{}:]{1,255}")
ORIGINAL_ID = re.compile(rb"^[> \t]*Message-ID:[ \t\r\n]*(<[^<>\s]{3,300}>)", re.I | re.M)
#: An identifier is written like an address, and is none (RFC 5322 §3.6.4).
NAMED_ID = re.compile(
    r"\b(?:message-id|in-reply-to|references|content-id)[ \t]{0,4}:\s{0,20}([^\n]{3,1000})", re.I
)
MOST_BYTES = 512 * 1024
MOST_IN_WORDS = 10
#: Recipients whose words are weighed, and the characters of what is said of one.
MOST_JUDGED = 100
MOST_SAID = 2_000
#: Characters of a report in prose that are looked at, and where its copy of our mail begins.
MOST_PROSE = 4_000
NOTIFICATION = re.compile(r"\s*\{\s*\"")  # JSON for programs, from a subscription of somebody's
COPY = re.compile(
    r"^\W{0,40}(?:below (?:this|the next) line|original message|returned mail|copy of"
    r"|message follows|received:|return-path:|dkim-signature:|message headers?|unsent message"
    r"|this is a copy|message (?:original|d['’]origine|initial)\b|copie d(?:u|e votre) message"
    r"|en-têtes?\b)",
    re.IGNORECASE | re.MULTILINE,
)


@cache
def words() -> Words:
    """Return the word lists of `bounces.toml`; read once, when the first report is."""
    data = tomllib.loads(resources.files(__package__).joinpath("bounces.toml").read_text("utf-8"))
    return Words(*(re.compile("|".join(data[key]), re.I) for key in Words._fields))


def bounce_of(root: Part, reasons: tuple[str, ...], subject: str, text: str) -> Bounce | None:
    """Return what a delivery report says, None when the message is none.

    `reasons` are those of `automatic`; `subject` and `text` are the message's.
    """
    if SUSPECT.isdisjoint(reasons) or COMPLAINT in _types(root):
        return None
    if subject_kind(subject) == "forward" and DAEMON.isdisjoint(reasons):
        return None
    if NOTIFICATION.match(prose_of(text)):
        return None
    reports = [part for part in root.leaves() if part.content_type in STATUS_TYPES]
    recipients = [each for part in reports for each in _recipients(part)]
    if not recipients or not any(each.address or each.reached for each in recipients):
        recipients = _told_of(root, reasons, subject, text)
    text = prose_of(text)
    if not recipients and not reports:
        return None
    delivered = any(each.delivered for each in recipients)
    recipients = [each for each in recipients if not each.reached]
    failed = [each for each in recipients if not each.delayed] or recipients
    permanent = any(is_dead(each, text, subject, words()) for each in failed[:MOST_JUDGED])
    return Bounce(
        failed=tuple(dict.fromkeys(each.address for each in failed if each.address)),
        permanent=permanent,
        says="dead" if permanent else _says(failed, text, delivered=delivered),
        original_message_id=_original_id(root),
    )


def _says(failed: list[Recipient], text: str, *, delivered: bool) -> ReportSays:
    """Return what a report says of a mail whose recipient is there; `failed` are those it did
    not reach. One that went on to a system that reports nothing is "passed_on", and no more."""
    if not failed:
        return "delivered" if delivered else "passed_on"
    if all(each.delayed for each in failed):
        return "delayed"
    full = any(is_full(each, text, words()) for each in failed[:MOST_JUDGED])
    return "full" if full else "refused"


def _types(root: Part) -> set[str]:
    return {part.content_type for part in root.leaves()}


def _told_of(root: Part, reasons: tuple[str, ...], subject: str, text: str) -> list[Recipient]:
    """Return whom a report without fields for it names; no identifier of the mail it quotes."""
    prose, ids = prose_of(text), _ids(text)
    named = _named_in_header(root.headers, prose)
    found = named or [each for each in _in_prose(root, prose) if each.address not in ids]
    return found or _in_words(root, reasons, subject, NAMED_ID.sub("", prose))


def _ids(text: str) -> frozenset[str]:
    """Return what stands behind the identifier fields that a report quotes."""
    named = " ".join(NAMED_ID.findall(text[: MOST_BYTES // 4])).encode()
    return frozenset(map(_text, ADDRESS.findall(named)))


def prose_of(text: str) -> str:
    """Return what a report says itself, without the copy of our mail below."""
    copy = COPY.search(text, 20)
    return text[: min(copy.start() if copy else MOST_PROSE, MOST_PROSE)]


def _recipients(part: Part) -> Iterator[Recipient]:
    """Yield the recipients that the groups of fields of a report name (RFC 3464 §2.3)."""
    data = content(part, set())[:MOST_BYTES].replace(b"\r\n", b"\n")
    for block in data.split(b"\n\n"):
        fields = Headers(block)
        action = fields.first("action").lower()
        if not action:
            continue
        said = (fields.first("status"), fields.first("diagnostic-code"))
        yield Recipient(
            address=_address(fields),
            delayed=action.startswith(b"delayed"),
            # "deliverable" is what Postfix says of an address that it was asked about
            reached=action.startswith((b"delivered", b"relayed", b"expanded", b"deliverable")),
            delivered=action.startswith(b"delivered"),
            in_prose=False,
            words=" ".join(each.decode("utf-8", "replace") for each in said)[:MOST_SAID],
        )


def _address(fields: Headers) -> str:
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        found = ADDRESS.search(fields.first(name).rpartition(b";")[2])
        if found:
            return _text(found[0])
    return ""


def _text(address: bytes) -> str:
    return "".join(c for c in address.decode("utf-8", "replace") if c.isprintable())


def _named_in_header(headers: Headers, text: str) -> list[Recipient]:
    found = ADDRESS.findall(b" ".join(headers.every("x-failed-recipients")))
    return [Recipient(_text(address), delayed=False, words=text) for address in found]


def _in_prose(root: Part, text: str) -> list[Recipient]:
    """Return whom flufl.bounce finds; its detectors may fail on what they do not expect."""
    from flufl.bounce import all_failures  # imported late: few mails are reports in prose

    # it logs what its detectors raise, text of the message included
    logging.getLogger("flufl.bounce").disabled = True
    try:
        message = email.message_from_bytes(root.raw[:MOST_BYTES])
        for_now, for_good = all_failures(message)
    except Exception:  # noqa: BLE001 (a second opinion: whatever fails in it says nothing)
        return []
    named = [(each, False) for each in sorted(for_good)] + [
        (each, True) for each in sorted(for_now)
    ]
    return [
        Recipient(_text(each), delayed=delayed, words=text)
        for each, delayed in named
        if ADDRESS.fullmatch(each) and b".." not in each
    ]


def _in_words(root: Part, reasons: tuple[str, ...], subject: str, text: str) -> list[Recipient]:
    """Return the addresses that a report no detector knows names, else whom our mail was for."""
    if (DAEMON.isdisjoint(reasons) and not says_failed(subject)) or RECEIPT in _types(root):
        return []
    found = _strangers(root.headers, ADDRESS.findall(text.encode()))
    if not found:
        original = _original(root)
        found = _strangers(root.headers, ADDRESS.findall(original.first("to"))) if original else []
    return [Recipient(address, delayed=False, words=text) for address in found[:MOST_IN_WORDS]]


def _strangers(headers: Headers, found: list[bytes]) -> list[str]:
    """Return the addresses that are neither ours (the report came to us) nor a mail system's."""
    ours = b" ".join(headers.every("to") + headers.every("from")).lower()
    named = (each.strip(b".:'*=") for each in found if each.lower().strip(b".:'*=") not in ours)
    return [a for a in dict.fromkeys(map(_text, named)) if not is_machine_name(a)]


def _original(root: Part) -> Headers | None:
    """Return the headers of the mail that the report is about, if they are attached."""
    for part in root.leaves():
        if part.content_type in ORIGINAL_TYPES:
            data = content(part, set())[:MOST_BYTES]
            return split(data, 0, len(data), set())[0]
    return None


def _original_id(root: Part) -> str | None:
    """Return the Message-ID of the mail that the report is about."""
    original = _original(root)
    if original is not None and (found := message_id_of(original)):
        return found
    match = ORIGINAL_ID.search(root.raw, root.start, root.start + MOST_BYTES)
    ids = message_ids(match[1]) if match else ()
    return ids[0] if ids else None
