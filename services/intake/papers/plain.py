"""Documents that are text, more or less: plain text, HTML, RTF."""

from __future__ import annotations

import codecs

from services.intake.papers import limits
from services.intake.papers.found import Found
from services.intake.reading import markup
from services.intake.reading.bodies import META_CHARSET
from services.intake.reading.charsets import decode, storable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: UTF-16 takes two bytes a letter, and markup takes room of its own.
_MOST_BYTES = 8 * limits.TEXT_BYTES


def read_text(data: bytes) -> Found:
    """Return the text of a plain text file; its charset is told by a mark or guessed."""
    return Found(_decoded(data[:_MOST_BYTES], ""), cut=len(data) > _MOST_BYTES)


def read_html(data: bytes) -> Found:
    """Return what a browser would show of a page."""
    meta = META_CHARSET.search(data, 0, 4_096)
    text = _decoded(data[:_MOST_BYTES], meta[1].decode("ascii") if meta else "")
    return Found(markup.text_of(storable(text)), cut=len(data) > _MOST_BYTES)


def read_rtf(data: bytes) -> Found:
    """Return the text of a Rich Text document; pictures in it are left out."""
    from striprtf.striprtf import rtf_to_text  # imported late: few mails bring RTF

    source = data.decode("cp1252", "replace")
    text = rtf_to_text(source, encoding="cp1252", errors="replace")  # type: ignore[no-untyped-call]
    return Found(str(text))


def _decoded(data: bytes, charset: str) -> str:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data.decode(codec, "replace").removeprefix("\ufeff")
    return decode(data, charset, set())
