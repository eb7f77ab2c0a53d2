"""A text in its parts: the person's own words, what they sign with, what they quote or pass on."""

from __future__ import annotations

from typing import NamedTuple

from services.intake.reading import forwarding, moments, quoting, signatures
from services.intake.reading.page import Page, page_of
from shared.domain.reading import Forwarded


class Parts(NamedTuple):
    """Each line of a text in exactly one of the three texts, and the mail passed on in it."""

    own: str
    quoted: str
    signature: str
    forwarded: Forwarded | None


def load_words() -> None:
    """Load every word list, so that the first message does not wait for them."""
    quoting.words()
    signatures.words()
    forwarding.words()
    moments.tables()


def parts_of(text: str, subject: str = "", author: tuple[str, ...] = ()) -> Parts:
    """Return the parts of a message's text. `own` is empty only if `text` is.

    `author` is the name and the address of who sent the message, as far as they are known.
    Where everything is quoted (a mail that only forwards), all of it is the person's message.
    """
    kind = forwarding.subject_kind(subject)
    page = page_of(text, continues=kind != "other", author=author)
    quoted = quoting.quoted_lines(page, is_reply=kind == "reply")
    passed_on = forwarding.found_in(page, subject)
    if all(out or not line.strip() for out, line in zip(quoted, page.raw, strict=True)):
        return Parts(text.strip("\n"), "", "", passed_on)
    signed = signed_lines(page, quoted)
    own = [not (out or sign) for out, sign in zip(quoted, signed, strict=True)]
    return Parts(_joined(page, own), _joined(page, quoted), _joined(page, signed), passed_on)


def signed_lines(page: Page, quoted: list[bool]) -> list[bool]:
    """Say for each line whether it is of a signature.

    One may stand above the history, where replies go, and one at the end; never between quotes.
    """
    signed = [False] * len(quoted)
    top = quoted.index(True) if True in quoted else len(quoted)
    start = signatures.signature_start(page.raw[:top])
    signed[start:top] = [True] * (top - start)
    if top < len(quoted):
        bottom = len(quoted) - quoted[::-1].index(True)
        below = signatures.signature_start(page.raw[bottom:], keep=not _says(page, start))
        signed[bottom + below :] = [True] * (len(quoted) - bottom - below)
    return signed


def _says(page: Page, end: int) -> bool:
    """Say whether the lines above `end` say something."""
    return any(line.strip() for line in page.raw[:end])


def _joined(page: Page, chosen: list[bool]) -> str:
    lines = (line for line, is_chosen in zip(page.raw, chosen, strict=True) if is_chosen)
    return "\n".join(lines).strip("\n")
