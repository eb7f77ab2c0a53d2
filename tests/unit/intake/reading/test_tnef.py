"""What is in a winmail.dat, and what hostile bytes in its place can do: nothing."""

from __future__ import annotations

import struct

import pytest

from services.intake.reading import compressed_rtf, read, tnef
from services.intake.reading.parts import extract

HEAD = b"\x78\x9f\x3e\x22\x01\x00"
MAIL = b"From: a@x.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\n"
FILE_BEGINS = (2, 0x9002, b"")


def attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + b"\0\0"


def string_property(name: int, text: str) -> bytes:
    data = text.encode("utf-16-le")
    padding = b"\0" * (-len(data) % 4)
    return struct.pack("<HHII", 0x1F, name, 1, len(data)) + data + padding


def stream(*attributes: tuple[int, int, bytes]) -> bytes:
    return HEAD + b"".join(attribute(*each) for each in attributes)


def contents(data: bytes) -> tnef.Contents:
    return tnef.contents(data, 0, len(data))


def test_a_file_has_its_long_name_and_its_bytes() -> None:
    properties = struct.pack("<I", 1) + string_property(0x3707, "Reçu de février.txt")
    data = stream(
        FILE_BEGINS, (2, 0x8010, b"RECUDE~1.TXT\0"), (2, 0x800F, b"100 $"), (2, 0x9005, properties)
    )
    (file,) = contents(data).files
    assert file.name == "Reçu de février.txt"
    assert data[file.data.start : file.data.end] == b"100 $"


def test_a_text_is_in_the_codepage_that_is_named() -> None:
    data = stream((1, 0x9007, struct.pack("<II", 850, 0)), (1, 0x800C, "Été".encode("cp850")))
    found = contents(data)
    assert found.text is not None
    assert tnef.text_of(data, found.text, found.codepage) == "Été"


def test_properties_of_every_width_are_passed_over() -> None:
    several = struct.pack("<HHI", 0x1003, 0x0001, 2) + b"\1\0\0\0" * 2
    named = (
        struct.pack("<HH16sII", 0x000B, 0x8001, b"g" * 16, 1, 6) + b"n\0\0\0\0\0\0\0" + b"\1\0\0\0"
    )
    time = struct.pack("<HHQ", 0x40, 0x0039, 1)
    block = struct.pack("<I", 4) + several + named + time + string_property(0x1000, "Bonjour")
    data = stream((1, 0x9003, block))
    found = contents(data)
    assert found.text is not None
    assert tnef.text_of(data, found.text, "cp1252") == "Bonjour"


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"\x02\x0f\x80",
        stream(FILE_BEGINS, (2, 0x800F, b"all"))[:-4],
        stream((1, 0x9003, b"\xff\xff\xff\xff")),
        stream((1, 0x9003, struct.pack("<IHHI", 1, 0x1E, 0x1000, 0xFFFFFFFF))),
        stream((1, 0x9003, struct.pack("<IHHII", 1, 0x1E, 0x1000, 1, 0xFFFFFFFF))),
    ],
)
def test_what_breaks_off_gives_what_came_before(data: bytes) -> None:
    found = contents(data)
    assert found.broken or not found.files
    assert read(MAIL + data).state == "read"


def test_an_opened_file_is_extracted_by_its_path() -> None:
    raw = MAIL + stream(FILE_BEGINS, (2, 0x8010, b"a.txt\0"), (2, 0x800F, b"Bonjour"))
    (attachment,) = read(raw).attachments
    assert attachment.part == "1.1"
    assert extract(raw, attachment.part) == ("a.txt", "text/plain", b"Bonjour")


def test_more_files_than_a_mail_may_have_parts_stop_the_reading() -> None:
    assert read(MAIL + stream(*[FILE_BEGINS] * 1_100)).failed_because == "too_many_parts"


def nested(depth: int) -> bytes:
    data = stream((1, 0x800C, b"au fond"))
    for _ in range(depth):
        message = bytes.fromhex("0703020000000000c000000000000046") + data
        padding = b"\0" * (-len(message) % 4)
        block = struct.pack("<IHHII", 1, 0x0D, 0x3701, 1, len(message)) + message + padding
        data = stream(FILE_BEGINS, (2, 0x9005, block))
    return data


def test_messages_in_messages_are_opened_so_deep_and_no_deeper() -> None:
    (attachment,) = read(MAIL + nested(5)).attachments
    assert extract(MAIL + nested(5), attachment.part)[2] == b"au fond"
    (closed,) = read(MAIL + nested(100)).attachments
    assert closed.content_type == "application/ms-tnef"


def test_packed_rtf_is_unpacked() -> None:
    # eight literals, then a reference to the preloaded "{\rtf1" (offset 0, six bytes), then the end
    size = len(compressed_rtf.PRELOADED)
    end = ((size + 14) << 4).to_bytes(2, "big")
    packed = b"\x00" + b"Bonjour " + b"\x02" + b"!" + b"\x00\x04" + b"abcdef" + b"\x01" + end
    data = struct.pack("<IIII", len(packed), 21, compressed_rtf.PACKED, 0) + packed
    assert compressed_rtf.unpacked(data, 1_000) == b"Bonjour !{\\rtf1abcdef"


def test_packed_rtf_never_grows_beyond_what_is_asked() -> None:
    packed = b"\xff" + b"\x00\x0f" * 8
    data = struct.pack("<IIII", 0, 0xFFFFFFFF, compressed_rtf.PACKED, 0) + packed * 10_000
    assert len(compressed_rtf.unpacked(data, 5_000)) <= 5_000


def test_rtf_that_is_not_packed_is_taken_as_it_is() -> None:
    data = struct.pack("<IIII", 0, 5, compressed_rtf.PLAIN, 0) + b"{\\rtf}"
    assert compressed_rtf.unpacked(data, 1_000) == b"{\\rtf"
    assert compressed_rtf.unpacked(b"short", 1_000) == b""
