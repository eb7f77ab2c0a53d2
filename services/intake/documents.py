"""What a document is, by its bytes and not by its name, and which ones the form takes."""

from __future__ import annotations

import io
import zipfile
from typing import NamedTuple

#: Heads that name a kind by themselves: (offset, bytes, kind).
_HEADS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "pdf"),
    (0, b"{\\rtf", "rtf"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"II*\x00", "tiff"),
    (0, b"MM\x00*", "tiff"),
    (8, b"WEBP", "webp"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"MZ", "program"),
    (0, b"\x7fELF", "program"),
    (0, b"ID3", "sound"),
    (0, b"OggS", "sound"),
    (8, b"WAVE", "sound"),
    (8, b"AVI ", "video"),
    (0, b"\x1aE\xdf\xa3", "video"),
    (0, b"Rar!\x1a\x07", "archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "archive"),
    (0, b"\x1f\x8b", "archive"),
    (257, b"ustar", "archive"),
)
#: The head of each line in a zip file's list of entries, and the lines that are read at most: a
#: list of a million takes seconds.
_ZIP_ENTRY = b"PK\x01\x02"
_MOST_ENTRIES = 10_000
#: Brands of ISO 14496-12 files that are a still picture (HEIF, ISO 23008-12); others are films.
_STILL = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")

#: What the form takes, and the media type that goes into the message.
MEDIA_TYPES: dict[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "heic": "image/heic",
    "eml": "message/rfc822",
    "msg": "application/vnd.ms-outlook",
}
ACCEPTED_NAMES = (
    ".pdf,.docx,.odt,.rtf,.txt,.jpg,.jpeg,.png,.gif,.tif,.tiff,.webp,.heic,.heif,.eml,.msg"
)

_MAIL_HEADERS = (b"from:", b"received:", b"return-path:", b"date:", b"subject:", b"message-id:")


class Posted(NamedTuple):
    """A document that a person chose. `kind` is a key of MEDIA_TYPES, or a word for what it is.

    `trouble` says why its bytes were not kept: too_large, too_much, too_many or busy.
    """

    name: str
    data: bytes
    kind: str
    trouble: str = ""

    @property
    def size(self) -> int:
        return len(self.data)


def document_kind(name: str, data: bytes) -> str:
    """Return the kind of a document: a key of MEDIA_TYPES when the form takes it.

    Otherwise: program, sound, video, archive, sheet, old_word, empty or unknown.
    """
    if not data:
        return "empty"
    if data[4:8] == b"ftyp":
        return "heic" if data[8:12] in _STILL else "video"
    for offset, head, kind in _HEADS:
        if data.startswith(head, offset):
            return _inside(kind, name, data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return _text_kind(name, data)


def _inside(kind: str, name: str, data: bytes) -> str:
    if kind == "zip":
        return _zip_kind(data)
    if kind == "ole":
        return _ole_kind(name, data)
    return kind


def _zip_kind(data: bytes) -> str:
    if data.count(_ZIP_ENTRY) > _MOST_ENTRIES:
        return "archive"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "unknown"
    # The first entry of an OpenDocument file is `mimetype`, stored bare (ODF 1.2 part 3, 3.3).
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in data[:128]:
        return "odt"
    if b"mimetypeapplication/vnd.oasis.opendocument." in data[:128]:
        return "sheet"
    if "[Content_Types].xml" not in names:
        return "archive"
    if any(entry.startswith("word/") for entry in names):
        return "docx"
    return "sheet"


def _ole_kind(name: str, data: bytes) -> str:
    # Streams of an Outlook message are named __substg1.0_… or __properties_version1.0 (MS-OXMSG).
    marks = ("__substg1.0_", "__properties_version1.0")
    if any(mark.encode("utf-16-le") in data for mark in marks):
        return "msg"
    return "old_word" if name.lower().endswith((".doc", ".dot")) else "sheet"


def _text_kind(name: str, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "txt"
    head = data[:65536]
    controls = sum(1 for byte in head if byte < 32 and byte not in (9, 10, 12, 13, 27))
    if b"\x00" in head or controls * 50 > len(head):
        return "unknown"
    lines = head[:4096].lower().splitlines()
    if name.lower().endswith(".eml") and any(line.startswith(_MAIL_HEADERS) for line in lines):
        return "eml"
    return "txt"


def plain_name(name: str) -> str:
    """Return a document's name without folders, control characters or excess length."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if letter.isprintable()).strip().strip(".")
    stem, dot, ending = name.rpartition(".")
    if len(name) <= 120:
        return name or "document"
    return f"{stem[:100]}{dot}{ending[:15]}" if dot else name[:120]
