"""email-reply-trimmer/: bodies of replies, and the words in each that are the person's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.corpus.figures import Figure
from tests.corpus.likeness import are_alike, plain, short
from tests.corpus.reading import Reader

AT_LEAST = 0.90
HEAD = (
    "From: personne@exemple.example\r\nTo: plaintes@ministere.example\r\nSubject: Re: Bonjour\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
)


def measure(folder: Path, reader: Reader) -> list[Figure]:
    """Count the bodies whose own words are found."""
    figure = Figure("own words exact, or .95 alike", AT_LEAST)
    for name, body, own in _pairs(folder):
        reading = reader.read(name, HEAD.encode() + body)
        right = are_alike(own, reading.own_text)
        said, wanted = plain(reading.own_text), plain(own)
        figure.count(name, "" if right else f"{short(said)!r}, not {short(wanted)!r}")
    return [figure]


def _pairs(folder: Path) -> Iterator[tuple[str, bytes, str]]:
    """Yield name, body and own words; nothing where no file says what is the person's own.

    embedded/ and before/ hold two pieces of some of these bodies: no texts of their own.
    """
    for body in sorted((folder / "emails").glob("*.txt")):
        answer = folder / "trimmed" / body.name
        if answer.exists():
            yield body.name, body.read_bytes(), answer.read_text("utf-8")
