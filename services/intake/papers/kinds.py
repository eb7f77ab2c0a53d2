"""What an attached document is. The bytes decide; the form asks the same table."""

from __future__ import annotations

import re

from services.intake.documents import MEDIA_TYPES, document_kind
from services.intake.reading.attachments import HTML, detect

#: MS-OFFCRYPTO section 2.3.2: an encrypted office document is a stream of this name in an OLE file.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: Web pages saved in one file (RFC 2557) and mail saved without its ending begin like a mail.
_MAIL_HEAD = re.compile(
    rb"\s{0,20}(?:return-path|received|mime-version|message-id|date|from|to|subject|"
    rb"delivered-to|x-[a-z0-9-]{1,60}):[^\n]{0,4000}\n(?:[ \t][^\n]{0,4000}\n){0,50}"
    rb"[a-z][a-z0-9-]{1,60}:[ \t]",
    re.IGNORECASE,
)
_MAIL_NAMES = (".eml", ".mht", ".mhtml")


def kind_of(data: bytes, *, name: str, declared: str) -> str:
    """Return the kind: a key of MEDIA_TYPES, "html", "encrypted", or a word for what it is."""
    kind = document_kind(name, data)
    if kind in {"sheet", "old_word"} and _ENCRYPTED in data:
        return "encrypted"
    if kind != "txt":
        return kind
    if declared == "message/rfc822" or _is_mail(name, data):
        return "eml"
    return "html" if HTML.match(data[:4_096]) else "txt"


def _is_mail(name: str, data: bytes) -> bool:
    return name.lower().endswith(_MAIL_NAMES) and bool(_MAIL_HEAD.match(data[:65_536]))


def media_type_of(kind: str, data: bytes, declared: str) -> str:
    """Return the media type to show for a document of this kind."""
    if kind != "txt":
        return MEDIA_TYPES.get(kind) or detect(data, declared)
    found = detect(data, declared)  # text/csv and the like are plain text too
    return found if found.startswith("text/") else MEDIA_TYPES[kind]
