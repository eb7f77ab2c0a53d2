"""TNEF, the winmail.dat of Outlook: the text and the files in it ([MS-OXTNEF]).

Everything is told as offsets into the bytes given: nothing is copied, and one pass finds it
all, whatever counts and lengths the bytes claim.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from services.intake.reading.charsets import codec_for

SIGNATURE = b"\x78\x9f\x3e\x22"
#: Level, name, type, length before an attribute ([MS-OXTNEF] 2.1.3), a checksum behind it.
ATTRIBUTE = struct.Struct("<BHHI")
CHECKSUM_BYTES = 2
HEAD_BYTES = 6
#: Real ones hold some dozens of attributes and some hundreds of properties.
MOST_ATTRIBUTES = 20_000
MOST_PROPERTIES = 20_000

SUBJECT, BODY, FILE_DATA, FILE_TITLE = 0x8004, 0x800C, 0x800F, 0x8010
FILE_BEGINS, PROPERTIES, FILE_PROPERTIES, CODEPAGE = 0x9002, 0x9003, 0x9005, 0x9007
TEXT_PROPERTY, RTF_PROPERTY, HTML_PROPERTY, SUBJECT_PROPERTY = 0x1000, 0x1009, 0x1013, 0x0037
DATA_PROPERTY, SHORT_NAME, LONG_NAME, MEDIA_TYPE = 0x3701, 0x3704, 0x3707, 0x370E
NAMED = 0x8000
MANY_VALUES = 0x1000
STRING_8, STRING_16, OBJECT, BINARY = 0x1E, 0x1F, 0x0D, 0x102
#: Bytes that a value takes, padded to four ([MS-OXTNEF] 2.1.3.4).
FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
#: IID_IMessage: the object that follows is a message, in TNEF again.
MESSAGE_ID = bytes.fromhex("0703020000000000c000000000000046")


class Span(NamedTuple):
    """A value: where it stands, and the type of its property (`BINARY` for none)."""

    start: int
    end: int
    kind: int = BINARY


NOTHING = Span(0, 0)


class Property(NamedTuple):
    name: int
    value: Span


@dataclass(slots=True)
class File:
    """One attached file; `is_message` says that its bytes are TNEF again."""

    name: str = ""
    media_type: str = ""
    data: Span = NOTHING
    is_message: bool = False


@dataclass(slots=True)
class Contents:
    """What a TNEF stream holds. Of the three bodies, usually one or two are there."""

    codepage: str = "cp1252"
    subject: str = ""
    text: Span | None = None
    html: Span | None = None
    rtf: Span | None = None
    files: list[File] = field(default_factory=list)
    broken: bool = False


def contents(data: bytes, start: int, end: int) -> Contents:
    """Return what the TNEF stream between the offsets holds; `broken` when it is cut short.

    Raises ValueError when the signature is missing.
    """
    if not data.startswith(SIGNATURE, start, end):
        raise ValueError("not TNEF")
    found = Contents()
    reader = Reader(data, found)
    try:
        for name, value in islice(attributes(data, start + HEAD_BYTES, end), MOST_ATTRIBUTES):
            reader.take(name, value)
    except struct.error:
        found.broken = True
    return found


def attributes(data: bytes, at: int, end: int) -> Iterator[tuple[int, Span]]:
    """Yield (name, value) of each attribute."""
    while at + ATTRIBUTE.size <= end:
        _, name, _, size = ATTRIBUTE.unpack_from(data, at)
        at += ATTRIBUTE.size
        if at + size > end:
            yield name, Span(at, end)
            raise struct.error
        yield name, Span(at, at + size)
        at += size + CHECKSUM_BYTES


def properties(data: bytes, block: Span) -> Iterator[Property]:
    """Yield the MAPI properties of a block. Raises struct.error where it breaks off."""
    at, end = block.start, block.end
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    for _ in range(min(count, MOST_PROPERTIES)):
        kind, name = struct.unpack_from("<HH", data, at)
        at = past_name(data, at + 4) if name >= NAMED else at + 4
        kind, several = kind & ~MANY_VALUES, bool(kind & MANY_VALUES)
        values = 1
        if several or kind not in FIXED:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        if kind in FIXED:
            at += FIXED[kind] * values
            continue
        for _ in range(values):
            (size,) = struct.unpack_from("<I", data, at)
            at += 4
            if at + size > end:
                raise struct.error
            yield Property(name, Span(at, at + size, kind))
            at += size + -size % 4


def past_name(data: bytes, at: int) -> int:
    """Return where a named property goes on: behind its GUID and its number or name."""
    is_text, size = struct.unpack_from("<II", data, at + 16)
    at += 24
    return at + size + -size % 4 if is_text else at


class Reader:
    """Sorts attributes and properties into `Contents`."""

    def __init__(self, data: bytes, found: Contents) -> None:
        self.data = data
        self.found = found

    def take(self, name: int, value: Span) -> None:
        """Note one attribute; what nobody asks for is passed over."""
        found = self.found
        if name == CODEPAGE and value.end - value.start >= 4:
            number = int.from_bytes(self.data[value.start : value.start + 4], "little")
            found.codepage = codec_for(f"cp{number}") or found.codepage
        elif name == SUBJECT:
            found.subject = self.text(value)
        elif name == BODY:
            found.text = value
        elif name == PROPERTIES:
            for each in properties(self.data, value):
                self.take_property(each)
        else:
            self.take_of_file(name, value)

    def take_property(self, found: Property) -> None:
        """Note a property of the message."""
        if found.name == TEXT_PROPERTY:
            self.found.text = found.value
        elif found.name == HTML_PROPERTY:
            self.found.html = found.value
        elif found.name == RTF_PROPERTY:
            self.found.rtf = found.value
        elif found.name == SUBJECT_PROPERTY:
            self.found.subject = self.text(found.value)

    def take_of_file(self, name: int, value: Span) -> None:
        """Note what belongs to the file that was begun last."""
        files = self.found.files
        if name == FILE_BEGINS:
            files.append(File())
        elif not files:
            return
        elif name == FILE_DATA:
            files[-1].data = value
        elif name == FILE_TITLE:
            files[-1].name = files[-1].name or self.text(value)
        elif name == FILE_PROPERTIES:
            for each in properties(self.data, value):
                self.take_file_property(files[-1], each)

    def take_file_property(self, file: File, found: Property) -> None:
        value = found.value
        if found.name == LONG_NAME or (found.name == SHORT_NAME and not file.name):
            file.name = self.text(value)
        elif found.name == MEDIA_TYPE:
            file.media_type = self.text(value).lower()
        elif found.name == DATA_PROPERTY and value.kind == OBJECT:
            behind = Span(value.start + len(MESSAGE_ID), value.end)
            file.is_message = self.data.startswith(MESSAGE_ID, value.start, value.end)
            file.data = behind
        elif found.name == DATA_PROPERTY:
            file.data = value

    def text(self, value: Span) -> str:
        """Return the characters of a short string."""
        return text_of(self.data, value, self.found.codepage)[:1_000]


def text_of(data: bytes, value: Span, codepage: str) -> str:
    """Return a string property or attribute as text, without the NUL that ends it."""
    codec = "utf-16-le" if value.kind == STRING_16 else codepage
    return data[value.start : value.end].decode(codec, "replace").rstrip("\0")
