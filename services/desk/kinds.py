"""What staff are told a document is: a word for each detected media type."""

from __future__ import annotations

_KINDS = {
    "application/pdf": "pdf",
    "text/plain": "text",
    "application/msword": "word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "message/rfc822": "mail",
    "application/vnd.ms-outlook": "mail",
    "application/vnd.ms-excel": "sheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "sheet",
    "application/zip": "archive",
}


def kind_of(detected_type: str) -> str:
    """Return the key of the word for a type: pdf, photo, text, word … or other."""
    if detected_type.startswith("image/") and not detected_type.startswith("image/svg"):
        return "photo"
    return _KINDS.get(detected_type, "other")
