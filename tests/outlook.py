"""An Outlook message (MS-OXMSG) in the smallest compound file (MS-CFB) that can hold one."""

from __future__ import annotations

import struct

_SECTOR, _SMALL = 512, 64
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STREAM, _ROOT = 2, 5
_STRING, _BINARY = 0x001F, 0x0102
SUBJECT, BODY, HTML, RTF = 0x0037, 0x1000, 0x1013, 0x1009
SENDER, ADDRESS = 0x0C1A, 0x5D01


def msg(body: str = "", *, subject: str = "Plainte", html: bytes = b"", rtf: bytes = b"") -> bytes:
    """Return a message of Ana Modele with these bodies; a body that is empty is left out."""
    strings = {SUBJECT: subject, SENDER: "Ana Modele", ADDRESS: "ana@courriel.example", BODY: body}
    binaries = {HTML: html, RTF: rtf}
    values = [(pid, _STRING, text.encode("utf-16-le")) for pid, text in strings.items() if text]
    values += [(pid, _BINARY, data) for pid, data in binaries.items() if data]
    listed = b"".join(
        struct.pack("<HHIII", kind, pid, 6, len(data) + (2 if kind == _STRING else 0), 0)
        for pid, kind, data in values
    )
    streams = {f"__substg1.0_{pid:04X}{kind:04X}": data for pid, kind, data in values}
    return _compound({"__properties_version1.0": bytes(32) + listed, **streams})


def _compound(streams: dict[str, bytes]) -> bytes:
    """Return a file with these streams, each shorter than 4,096 bytes, in its root."""
    small = b""
    chains: list[int] = []
    starts: list[int] = []
    for data in streams.values():
        count = -(-len(data) // _SMALL)
        starts.append(len(chains))
        chains += [len(chains) + at + 1 for at in range(count - 1)] + [_END]
        small += data.ljust(count * _SMALL, b"\0")
    mini_fat = _filled(b"".join(struct.pack("<I", link) for link in chains), _FREE)
    small = _padded(small)
    names = list(streams)
    entries = [_entry("Root Entry", _ROOT, child=1, start=0, size=len(small))]
    for number, (name, start) in enumerate(zip(names, starts, strict=True), start=1):
        right = number + 1 if number < len(names) else _FREE
        entries.append(_entry(name, _STREAM, right=right, start=start, size=len(streams[name])))
    directory = _padded(b"".join(entries))
    # In this order: small streams, their table, the directory, the table of all
    places: list[int] = []
    table: list[int] = []
    for part in (small, mini_fat, directory):
        places.append(len(table))
        count = len(part) // _SECTOR
        table += [len(table) + at + 1 for at in range(count - 1)] + [_END]
    places.append(len(table))
    fat = _filled(b"".join(struct.pack("<I", link) for link in [*table, _FAT]), _FREE)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack(
        "<HHHHH6xIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, places[2], 0, 4096, places[1]
    )
    head += struct.pack("<III", len(mini_fat) // _SECTOR, _END, 0)
    head += struct.pack("<I", places[3]) + struct.pack("<I", _FREE) * 108
    return head + small + mini_fat + directory + fat


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int, size: int
) -> bytes:
    spelled = name.encode("utf-16-le")
    return (
        spelled.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(spelled) + 2, kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _padded(data: bytes) -> bytes:
    return data.ljust(-(-len(data) // _SECTOR) * _SECTOR, b"\0")


def _filled(data: bytes, link: int) -> bytes:
    return data + struct.pack("<I", link) * ((-len(data) % _SECTOR) // 4)
