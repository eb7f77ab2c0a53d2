"""Bytes and a declared charset (often wrong, often missing) to text that can be stored."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

#: What senders write, and the superset that they mean.
ALIASES = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "646": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "windows-1252": "cp1252",
    "cp-1252": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf7": "utf-7",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "koi8r": "koi8-r",
    "cp-850": "cp850",
    "iso-2022-jp": "iso2022_jp_ext",
}

#: Charsets in which bytes below 0x80 are not simply ASCII.
SEVEN_BIT = re.compile(r"utf[-_]?7|utf[-_]?16|utf[-_]?32|iso2022|hz|cp037|cp500|cp1026|ebcdic")

#: Codecs of Python that are not charsets, or can grow or run what they decode.
NOT_CHARSETS = re.compile(
    r"base64|hex|zip|bz2|zlib|quopri|uu|rot|punycode|idna|escape|undefined|mbcs|oem|raw"
)

#: What French and English texts hold beyond ASCII, in windows-1252: « » “ ” ‘ ’ – — … € œ é è …
WESTERN = frozenset(
    "€‚„…‘’“”•–—™œŒŸ\u00a0¢£©«»®°±²³·¼½¾¿ÀÂÄÇÈÉÊËÎÏÔÖÙÛÜàâäçèéêëîïôöùûüÿñÑáíóúß".encode("cp1252")
)

UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
NOT_IN_HEADERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@lru_cache(maxsize=256)
def codec_for(charset: str) -> str:
    """Return the name of the Python codec for a declared charset, "" when there is none."""
    name = charset.strip(" \t\r\n\"'").lower()
    name = ALIASES.get(name, name)
    if name in ALIASES.values():
        return name
    if not name.isascii() or "\0" in name:
        return ""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return codec_for(name[2:]) if name.startswith("x-") else ""
    return "" if NOT_CHARSETS.search(found) else ALIASES.get(found, found)


def decode(data: bytes, charset: str, defects: set[str]) -> str:
    """Return the text of `data`: as declared if that is possible, else as it most likely is.

    Never fails. Adds "unknown_charset" or "wrong_charset" to `defects`. The text may still hold
    controls: see `storable`.
    """
    codec = codec_for(charset) if charset else "cp1252"
    if not codec:
        defects.add("unknown_charset")
        codec = "cp1252"
    seven_bit = SEVEN_BIT.search(codec)
    if not seven_bit and data.isascii():
        return data.decode("ascii")
    if codec == "cp1252" and (text := _strictly(data, "utf-8")) is not None:
        # Latin-1 that happens to be valid UTF-8 does not occur in sentences of people
        if charset and codec_for(charset) == "cp1252":
            defects.add("wrong_charset")
        return text
    return _declared_or_guessed(data, codec, declared=bool(charset), defects=defects)


def _declared_or_guessed(data: bytes, codec: str, *, declared: bool, defects: set[str]) -> str:
    if declared or all_western(data):
        text = _strictly(data, codec)
        if text is not None:
            return text
    if declared:
        defects.add("wrong_charset")
    if codec == "utf-8" and _mostly_utf8(data):
        return data.decode("utf-8", "replace")
    return guess(data)


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _mostly_utf8(data: bytes) -> bool:
    """Say whether a few broken characters stand among many good ones (a cut, a bad splice)."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(1 for c in text if c > "\x7f") - broken
    return good > broken


def guess(data: bytes) -> str:
    """Return the text of bytes nobody described: UTF-8, what Western texts hold, or a guess."""
    text = _strictly(data, "utf-8")
    if text is not None:
        return text
    if all_western(data):
        return data.decode("cp1252", "replace")
    # imported late: most mail says truly what it is
    from charset_normalizer import from_bytes

    best = from_bytes(data[:32_768]).best()
    codec = codec_for(best.encoding) if best else ""
    return data.decode(codec or "cp1252", "replace")


def all_western(data: bytes) -> bool:
    """Say whether every byte beyond ASCII is one that French or English text would hold."""
    return WESTERN.issuperset(byte for byte in set(data) if byte > 0x7F)


def storable(text: str) -> str:
    """Return body text with LF line ends and without NUL, controls and lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if UNSTORABLE.search(text):
        text = UNSTORABLE.sub(_replace, text)
    return text


def _replace(match: re.Match[str]) -> str:
    return "\ufffd" if match[0] > "\x7f" else ""


def one_line(text: str) -> str:
    """Return header text on one line, white space folded, without controls and surrogates."""
    return " ".join(NOT_IN_HEADERS.sub(" ", text).split())
