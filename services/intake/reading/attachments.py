"""Attached documents: a name that is safe anywhere, the type that the bytes show, a hash."""

from __future__ import annotations

import hashlib
import re

from services.intake.reading import limits
from services.intake.reading.charsets import one_line
from services.intake.reading.headers import Headers, split, text
from services.intake.reading.structure import Part
from services.intake.reading.transfer import content
from shared.domain.reading import Attachment

#: Path parts, what Windows forbids, and marks that turn the direction of writing (exe.fdp).
UNSAFE = re.compile('[\\\\/:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')
DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
#: First bytes that decide alone; the library knows hundreds more but takes 0.2 ms.
SIGNS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"{\\rtf", "application/rtf"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
)
#: Zip archives that are documents, told by a name near the start of their directory.
ZIPPED = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
ODF = re.compile(rb"^PK\x03\x04.{26}mimetype(application/vnd\.oasis\.opendocument\.[a-z]+)", re.S)
HTML = re.compile(rb"^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I)
BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
MAILS = frozenset({"message/rfc822", "message/global"})
EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
    "text/rfc822-headers": ".txt",
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/ms-tnef": ".dat",
}


def describe(part: Part, defects: set[str]) -> Attachment:
    """Return what is kept of an attached part; its bytes stay in the raw message."""
    data = content(part, defects)
    return Attachment(
        name=name_of(part, data),
        content_type=part.content_type,
        detected_type=detect(data, part.content_type),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        part=part.path,
        inline=part.disposition == "inline" or "content-id" in part.headers,
    )


def name_of(part: Part, data: bytes) -> str:
    """Return the part's name, safe to show and to save; a mail in a mail is named by its subject.

    `data` is the decoded content. Never empty, no path, no controls, ends in what the sender
    wrote, at most `limits.NAME_CHARACTERS`.
    """
    name = safe_name(part.name)
    if not name and part.content_type in MAILS:
        name = safe_name(_subject(data).replace("/", "-")[: limits.NAME_CHARACTERS])
        name = f"{name}.eml" if name else ""
    if name:
        return name
    return f"document-{part.path}{EXTENSIONS.get(part.content_type, '.bin')}"


def _subject(data: bytes) -> str:
    unused: set[str] = set()
    found: Headers = split(data[: limits.HEADER_BYTES], 0, limits.HEADER_BYTES, unused)[0]
    return text(found.first("subject"), "", unused)


def safe_name(name: str) -> str:
    """Return the last path part of `name` without controls and reserved signs, "" if none."""
    name = one_line(name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = UNSAFE.sub("_", name).strip(" .")
    if DEVICES.match(name):
        name = f"_{name}"
    if len(name) <= limits.NAME_CHARACTERS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[: limits.NAME_CHARACTERS]
    return f"{stem[: limits.NAME_CHARACTERS - len(extension) - 1]}.{extension}"


def detect(data: bytes, declared: str) -> str:
    """Return the media type that the bytes show; `declared` counts only between kinds of text."""
    if not data:
        return "application/x-empty"
    for sign, kind in SIGNS:
        if data.startswith(sign):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    head = data[:4_096]
    if HTML.match(head):
        return "text/html"
    if not BINARY.search(head):
        return declared if declared.startswith(("text/", "message/")) else "text/plain"
    return _looked_up(data)


def _zipped(data: bytes) -> str:
    if odf := ODF.match(data):
        return odf[1].decode("ascii").removesuffix("PK")
    ends = data[:4_096] + data[-65_536:]
    for sign, kind in ZIPPED:
        if sign in ends and b"[Content_Types].xml" in ends:
            return kind
    return "application/zip"


def _looked_up(data: bytes) -> str:
    import puremagic  # imported late: it reads its tables from disk

    try:
        found = puremagic.magic_string(data)
    except (ValueError, LookupError):
        return "application/octet-stream"
    likely = [match for match in found if match.confidence >= 0.3 and match.mime_type]
    return likely[0].mime_type if likely else "application/octet-stream"
