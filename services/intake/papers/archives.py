"""Zip files looked at before they are opened, and archives listed without opening what is in them.

A zip file says at its end what it holds (PKWARE APPNOTE 4.3.12); Python's reader hands out no
byte more than is said there, so that what is said can be held against the limits.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from services.intake.papers import limits
from services.intake.papers.found import Found
from services.intake.reading.charsets import one_line
from shared.errors import Poison

#: General purpose bit 0 (APPNOTE 4.4.4).
_ENCRYPTED = 0x1
_TAR = slice(257, 262)
#: Office documents have no document type of their own (ECMA-376 part 2, 8.1.4); one that declares
#: entities means to grow.
_ENTITY = b"<!ENTITY"
_XML = (".xml", ".rels", ".rdf")
_LONGEST_NAME = 200
#: What Python's reader raises for a file that is cut, spoiled, or packed in a way it does not know.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Return a zipped document whose size, entries and XML are within bounds.

    Raise Poison: "too_many_entries", "decodes_too_large", "compressed_too_much", "encrypted",
    "xml_entities", "broken_zip".
    """
    archive = _opened(data)
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Poison("encrypted")
    if sum(entry.file_size for entry in entries) > limits.DECODED_BYTES:
        raise Poison("decodes_too_large")
    if any(_grows(entry) for entry in entries):
        raise Poison("compressed_too_much")
    try:
        for entry in entries:
            if entry.filename.lower().endswith(_XML) and _declares_entities(archive, entry):
                raise Poison("xml_entities")
    except _BROKEN:
        raise Poison("broken_zip") from None
    return archive


def _opened(data: bytes) -> zipfile.ZipFile:
    # Counted before the list is parsed: a list of a million entries takes seconds and 500 MB.
    if data.count(zipfile.stringCentralDir) > limits.ENTRIES:  # type: ignore[attr-defined]
        raise Poison("too_many_entries")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN:
        raise Poison("broken_zip") from None


def _grows(entry: zipfile.ZipInfo) -> bool:
    large = entry.file_size > limits.SMALL_ENTRY
    return large and entry.file_size > limits.RATIO * max(entry.compress_size, 1)


def _declares_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    # Without NUL, so that UTF-16 is seen too
    return _ENTITY in archive.read(entry).translate(None, b"\x00")


def read(data: bytes) -> Found:
    """Return the names of what an archive holds; "encrypted" when they cannot be got out."""
    if data.startswith(b"PK"):
        return _listed_zip(data)
    if data[_TAR] == b"ustar":
        return Found(state="archive", entries=tuple(_tar_names(data)))
    return Found(state="archive", because="not_listed")


def _listed_zip(data: bytes) -> Found:
    entries = _opened(data).infolist()
    names = tuple(_name(entry.filename) for entry in entries)
    locked = any(entry.flag_bits & _ENCRYPTED for entry in entries)
    if locked:
        return Found(state="encrypted", because="encrypted", entries=names)
    large = sum(entry.file_size for entry in entries) > limits.DECODED_BYTES
    because = "compressed_too_much" if any(map(_grows, entries)) else ""
    because = because or ("decodes_too_large" if large else "")
    return Found(state="too_large" if because else "archive", because=because, entries=names)


def _tar_names(data: bytes) -> list[str]:
    import tarfile  # imported late: few mails bring one

    names: list[str] = []
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        while (entry := archive.next()) is not None:
            if len(names) >= limits.ENTRIES:
                raise Poison("too_many_entries")
            names.append(_name(entry.name))
    return names


def _name(name: str) -> str:
    return one_line(name)[:_LONGEST_NAME]
