"""The documents of a message as bytes, out of the one copy that is kept of them."""

from __future__ import annotations

from collections.abc import Iterable

from services.intake.reading.parts import extract
from shared.errors import Refused


def parts_of(raw: bytes, paths: Iterable[str]) -> list[bytes]:
    """Return the decoded parts at `paths` of a message, in order; one that is not there is empty.

    Raise Poison when the message is over the reader's limits.
    """
    return [_part(raw, path) for path in paths]


def _part(raw: bytes, path: str) -> bytes:
    try:
        return extract(raw, path)[2]
    except Refused:
        return b""
