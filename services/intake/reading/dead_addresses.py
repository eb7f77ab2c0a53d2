"""Is an address dead? What a delivery report says of it, weighed.

A full mailbox, a shut account, a refused message: the address is there all the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3}\.\d{1,3})(?![\d.])")
#: In prose: behind an SMTP reply, "550 5.1.1", or as qmail writes it, "(#5.1.1)".
SAID = re.compile(r"(?:\b[45]\d\d[ -]#?|\(#)([45])\.(\d{1,3}\.\d{1,3})(?![\d.])")
#: A server that knows no such user says so to RCPT TO. What refuses the data is a filter, even
#: when it uses the same words (mobile carriers do, to hide who has filtered).
AFTER_DATA = re.compile(
    r"in reply to (?:end of )?DATA|after end of data|SMTP command\s{1,4}DATA"
    r"|>>> DATA\s{1,4}<<< 5(?!03)\d\d",
    re.IGNORECASE,
)
#: … unless RCPT TO and DATA were sent together, and this is the answer to the first.
AT_RCPT = re.compile(
    r"no valid recipients|(?:need|valid) RCPT|RCPT first|[ (]5\.1\.1 "
    r"|>>> RCPT TO[^\n]{0,300}\n<<< 5|after RCPT TO|in reply to RCPT TO"
    r"|doesn['’]t have an? [^\n]{1,60}account",
    re.IGNORECASE,
)
#: RFC 3463 §3.2: x.1.y is about an address; these are about the sender's.
ABOUT_SENDER = frozenset({"1.7", "1.8", "1.9"})
#: RFC 3463 §3.7, §3.8: the content of the mail, the policy of the other side.
ABOUT_MAIL = frozenset({"6.", "7."})


class Recipient(NamedTuple):
    """One recipient of a report; `words` is what the report says of them."""

    address: str
    delayed: bool
    words: str
    in_prose: bool = True
    reached: bool = False
    delivered: bool = False


class Words(NamedTuple):
    """The lists of `bounces.toml`, where each is explained."""

    full: re.Pattern[str]
    shut: re.Pattern[str]
    silent: re.Pattern[str]
    dead: re.Pattern[str]
    alive: re.Pattern[str]
    refused: re.Pattern[str]
    for_good: re.Pattern[str]


def is_dead(recipient: Recipient, text: str, subject: str, words: Words) -> bool:
    """Say whether the report means that the address does not exist (any more).

    `text` and `subject` are the report's own, `words` those of `bounces.toml`. Words that say
    why go before a status code (RFC 3463: only x.1.x is about the address); a report in prose
    that gives up for good without a reason means it.
    """
    status = _status(recipient)
    number = status[2] if status else ""
    if recipient.delayed or words.full.search(text) or number in ABOUT_SENDER:
        return False
    about_address = number.startswith("1.") and number != "1.0"
    if status and status[1] == "4" and not about_address:
        return False
    said = f"{recipient.words}\n{text}"
    is_of_mail = AFTER_DATA.search(said) or number[:2] in ABOUT_MAIL
    is_of_user = AT_RCPT.search(said) or words.silent.search(said)
    if is_of_mail and not about_address and not is_of_user:
        return False
    if (verdict := _verdict(recipient.words, words)) is not None:
        return verdict
    if about_address and status and status[1] == "5":
        return True
    in_doubt = recipient.in_prose and _gives_up(text, words)
    verdicts = (_verdict(said, words) for said in (text, subject))
    return next((verdict for verdict in verdicts if verdict is not None), in_doubt)


def is_full(recipient: Recipient, text: str, words: Words) -> bool:
    """Say whether the mail came back because the mailbox is full (RFC 3463 §3.3: x.2.2)."""
    status = _status(recipient)
    return (status is not None and status[2] == "2.2") or any(
        words.full.search(said) for said in (recipient.words, text)
    )


def _status(recipient: Recipient) -> re.Match[str] | None:
    """Return the most telling status code: what the other server said goes before the summary.

    In prose only a code behind an SMTP reply ("550 5.1.1") or in brackets ("(#5.1.1)") is one.
    """
    if recipient.in_prose:
        return SAID.search(recipient.words)
    found = list(STATUS.finditer(recipient.words[:400]))
    telling = (code for code in reversed(found) if not code[2].startswith("0"))
    return next(telling, found[0] if found else None)


def _gives_up(text: str, words: Words) -> bool:
    """Say whether a report without a reason says at least that no further try is made."""
    return words.for_good.search(text) is not None and not words.refused.search(text)


def _verdict(said: str, words: Words) -> bool | None:
    """Return True for dead, False for alive, None when the words say neither."""
    if words.full.search(said) or words.shut.search(said):
        return False
    if words.dead.search(said) or words.silent.search(said):
        return True
    return False if words.alive.search(said) else None
