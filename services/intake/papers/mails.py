"""Mail that is attached to a mail: evidence, never a complaint of its own."""

from __future__ import annotations

import io
from typing import Any

from services.intake.papers import limits
from services.intake.papers.found import Found
from services.intake.papers.plain import read_html, read_rtf
from services.intake.reading.charsets import one_line
from services.intake.reading.compressed_rtf import unpacked
from services.intake.reading.reader import read
from shared.errors import Poison

#: Bodies that Outlook keeps beside the plain one: PidTagHtml, PidTagRtfCompressed (MS-OXPROPS).
_HTML, _RTF = 0x1013, 0x1009


def read_eml(data: bytes) -> Found:
    """Return subject, author and the author's own words; `entries` names what is attached."""
    reading = read(data)
    if reading.state == "failed":
        raise Poison(reading.failed_because)
    author = f"{reading.from_name} <{reading.from_address}>".removeprefix(" ").removesuffix(" <>")
    words = "\n\n".join(part for part in (reading.own_text, reading.signature) if part)
    names = tuple(attachment.name for attachment in reading.attachments)
    return Found(_letter(reading.subject, author, words), entries=names, cut=reading.cut)


def read_msg(data: bytes) -> Found:
    """Return the same of an Outlook message (MS-OXMSG)."""
    from oxmsg import Message  # imported late: few mails bring one

    _refuse_endless(data)
    message: Any = Message.load(io.BytesIO(data))
    names = tuple(one_line(each.file_name or "") for each in message.attachments)
    author = (message.sender or "").replace('"', "")
    return Found(_letter(message.subject, author, _body(message)), entries=names)


def _refuse_endless(data: bytes) -> None:
    """Raise Poison for a compound file whose streams go round in circles (MS-CFB 2.3)."""
    from olefile import OleFileIO

    with OleFileIO(io.BytesIO(data)) as file:
        if sum(entry.size for entry in file.direntries if entry) > limits.DECODED_BYTES:
            raise Poison("decodes_too_large")


def _body(message: Any) -> str:
    """Return the text of the best body that an Outlook message has."""
    properties = message.properties
    if text := str(message.body or ""):
        return text
    if html := properties.binary_prop_value(_HTML):
        return read_html(html).text
    packed = properties.binary_prop_value(_RTF) or b""
    return read_rtf(unpacked(packed, limits.TEXT_BYTES)).text if packed else ""


def _letter(subject: str, author: str, words: str) -> str:
    head = "\n".join(line for line in (one_line(subject), one_line(author)) if line)
    return f"{head}\n\n{words}"
