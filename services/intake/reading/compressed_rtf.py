"""The packed RTF that Outlook keeps a message's text in ([MS-OXRTFCP]), unpacked, bounded."""

from __future__ import annotations

import struct

HEAD = struct.Struct("<IIII")
PACKED = 0x75465A4C
PLAIN = 0x414C454D
WINDOW = 4096
#: What the window holds before the first byte ([MS-OXRTFCP] 2.1.2.1).
PRELOADED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}"
    rb"{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    rb"Times New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def unpacked(data: bytes, most: int) -> bytes:
    """Return at most `most` bytes (and a few) of the RTF in `data`, b"" when it is none."""
    if len(data) < HEAD.size:
        return b""
    _, size, kind, _ = HEAD.unpack_from(data)
    if kind == PLAIN:
        return data[HEAD.size : HEAD.size + min(size, most)]
    if kind != PACKED:
        return b""
    return _unpacked(data, min(size, most))


def _unpacked(data: bytes, size: int) -> bytes:
    """Undo the packing: a byte of flags, then eight literals or references into the window."""
    out = bytearray(PRELOADED)
    last = len(PRELOADED) + size
    at, end = HEAD.size, len(data)
    while at < end and len(out) < last:
        flags = data[at]
        at += 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += data[at : at + 1]
                at += 1
                continue
            reference = int.from_bytes(data[at : at + 2], "big")
            at += 2
            back = (len(out) - (reference >> 4)) % WINDOW
            if at > end or back == 0 or back > len(out):
                return bytes(out[len(PRELOADED) : last])
            _repeat(out, back, (reference & 15) + 2)
    return bytes(out[len(PRELOADED) : last])


def _repeat(out: bytearray, back: int, length: int) -> None:
    for _ in range(length):
        out.append(out[-back])
