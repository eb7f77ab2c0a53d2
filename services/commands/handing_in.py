"""Hand messages in at the SMTP door, as a mail server would: `recours send`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import NamedTuple

import aiosmtplib

from services.commands.mail_files import MailFile
from shared.department import Addresses
from shared.runtime.settings import split_address

_KEPT = re.compile(r"Kept as (\S+)")


class HandedIn(NamedTuple):
    """What the door answered. `envelope_id` is None when it did not keep the message."""

    name: str
    envelope_id: str | None
    reply: str


class Handing(NamedTuple):
    """One message as it will be handed in."""

    name: str
    raw: bytes
    mail_from: str
    rcpt_tos: list[str]


def prepared(
    files: Iterable[MailFile], addresses: Addresses, *, to: str | None = None
) -> Iterator[Handing]:
    """Yield messages with the envelope they get: never an address that is not ours."""
    for name, raw in files:
        if raw is None:
            continue
        headers = BytesHeaderParser().parsebytes(raw)
        ours = [to] if to else _recipients(headers, addresses)
        yield Handing(name, raw, _sender(headers), ours or [addresses.main])


async def hand_in(messages: Iterable[Handing], door: str) -> list[HandedIn]:
    """Send every message over one connection to `door` (host:port); return its answers.

    Raise aiosmtplib.SMTPException only when the connection itself cannot be made.
    """
    host, port = split_address(door)
    client = aiosmtplib.SMTP(hostname=host, port=port, start_tls=False, timeout=60)
    answers: list[HandedIn] = []
    async with client:
        for message in messages:
            answers.append(await _hand_in_one(client, message))
    return answers


async def _hand_in_one(client: aiosmtplib.SMTP, message: Handing) -> HandedIn:
    try:
        _, reply = await client.sendmail(message.mail_from, message.rcpt_tos, message.raw)
    except aiosmtplib.SMTPResponseException as error:
        return HandedIn(message.name, None, f"{error.code} {error.message}")
    except aiosmtplib.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        return HandedIn(message.name, None, f"{first.code} {first.message}")
    found = _KEPT.search(reply)
    return HandedIn(message.name, found.group(1) if found else None, reply)


def _sender(headers: Message) -> str:
    """Return-Path says what the envelope was; an empty one is the null sender."""
    path = headers.get("Return-Path")
    if path is not None:
        return str(path).strip().strip("<>")
    found = getaddresses([str(headers.get("From", ""))])
    return found[0][1] if found else ""


def _recipients(headers: Message, addresses: Addresses) -> list[str]:
    fields = [str(value) for name in ("To", "Cc") for value in headers.get_all(name, [])]
    found = (address for _, address in getaddresses(fields))
    return list(dict.fromkeys(address for address in found if addresses.owns(address)))
