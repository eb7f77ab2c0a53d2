"""One attachment out of the raw message, for a download: the raw bytes are its only copy."""

from __future__ import annotations

from services.intake.reading.attachments import detect, name_of
from services.intake.reading.structure import Parser
from services.intake.reading.transfer import content
from shared.errors import Refused


def extract(raw: bytes, part: str) -> tuple[str, str, bytes]:
    """Return (safe name, detected type, decoded bytes) of the part at path `part` ("2.1").

    Raises Refused("no_such_part") and, for a message over the limits, Poison.
    """
    defects: set[str] = set()
    for leaf in Parser(raw, defects).parse().leaves():
        if leaf.path == part:
            data = content(leaf, defects)
            return name_of(leaf, data), detect(data, leaf.content_type), data
    raise Refused("no_such_part", "This message has no such attachment.")
