"""What a reader of one kind of document hands back, and text made fit to keep."""

from __future__ import annotations

import re
from typing import NamedTuple

from services.intake.reading.charsets import storable
from shared.domain.reading import DocumentState

#: A word divided at the end of a line, as PDFium marks it, and noncharacters.
_NOTHING = re.compile("[\x02\ufffe\uffff\u00ad]")
#: Looked for from the first blank of a run only, or a run costs the square of its length.
_BLANKS = re.compile(r"(?<![ \t\u00a0])[ \t\u00a0]+\n")
_EMPTY_LINES = re.compile(r"\n{3,}")


class Found(NamedTuple):
    """The text of a document; `because` is a code when there is more to say than the state does."""

    text: str = ""
    pages: int | None = None
    state: DocumentState = "read"
    because: str = ""
    entries: tuple[str, ...] = ()
    cut: bool = False


def kept_text(text: str, most: int) -> tuple[str, bool]:
    """Return text that can be stored, of at most `most` bytes in UTF-8, and whether it was cut."""
    some = text[: 4 * most]  # what is mostly blanks may lose its end; it says that it is cut
    clean = storable(_NOTHING.sub("", some))
    clean = _EMPTY_LINES.sub("\n\n", _BLANKS.sub("\n", clean)).strip()
    kept, cut = shortened(clean, most)
    return kept, cut or len(some) < len(text)


def shortened(text: str, most: int) -> tuple[str, bool]:
    """Return at most `most` bytes of UTF-8, and whether something was cut."""
    data = text.encode()
    if len(data) <= most:
        return text, False
    return data[:most].decode("utf-8", "ignore"), True
