"""spamassassin/: three thousand mails of 2002 in two archives; wanted ("ham") and unwanted."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from services.intake.reading import headers
from tests.corpus.figures import Figure
from tests.corpus.reading import Reader

#: What list software and bulk mailers add (RFC 2369, RFC 2919, and what came before them).
LIST_FIELD = re.compile(
    rb"^(?:list-[a-z-]+|precedence|mailing-list|x-mailing-list|x-mailman-version|x-beenthere)"
    rb"[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)
SIGN_OF_LIST = re.compile(
    rb"^(?:list-[a-z-]+|mailing-list|x-mailing-list|x-mailman-version|x-beenthere"
    rb"|precedence[ \t]*:[ \t]*(?:bulk|list|junk))\b",
    re.IGNORECASE | re.MULTILINE,
)
MOST_FLAGGED = 0.003


def measure(folder: Path, reader: Reader) -> list[Figure]:
    """Measure how many mails of people are taken for automatic ones."""
    personal = Figure("people's mail not flagged", 1 - MOST_FLAGGED)
    listed = Figure("list mail, list headers taken out, not flagged", 1 - MOST_FLAGGED)
    for archive in sorted(folder.glob("*.tar.xz")):
        for name, raw in mails_in(archive):
            if "ham" not in archive.name:
                reader.read(name, raw)
                continue
            head, body = parted(raw)
            is_listed = SIGN_OF_LIST.search(head) is not None
            mail = LIST_FIELD.sub(b"", head) + body if is_listed else raw
            reading = reader.read(name, mail)
            figure = listed if is_listed else personal
            figure.count(name, ", ".join(reading.automatic_reasons))
            if is_listed:
                reader.read(name, raw)
    return [personal, listed]


def mails_in(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each mail in an archive."""
    with tarfile.open(archive) as packed:
        for member in packed:
            file = packed.extractfile(member)
            if file is not None and not member.name.endswith("/cmds"):
                yield member.name, file.read()


def parted(raw: bytes) -> tuple[bytes, bytes]:
    """Return the header block of a mail and the rest."""
    _, body = headers.split(raw, headers.start_of(raw), len(raw), set())
    return raw[:body], raw[body:]
