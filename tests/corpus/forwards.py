"""email-forward-parser/: bodies that pass on a mail, the same one in 12 programs and 24 languages.

expected.csv says of each whether it is a forward; expected.json holds the mail passed on.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from shared.domain.reading import Forwarded
from tests.corpus.figures import Figure
from tests.corpus.likeness import are_alike, short
from tests.corpus.reading import Reader

#: The groups whose body is the known one; the others vary it, and only their sender is known.
WHOLE = frozenset({"common", "variant1", "variant2", "variant3", "variant5"})
HEAD = "From: personne@exemple.example\r\nContent-Type: text/plain; charset=utf-8\r\n"


def measure(folder: Path, reader: Reader) -> list[Figure]:
    """Measure whose mail was passed on, and what it said."""
    both = Figure("original sender and text", 0.95)
    others = Figure("what is no forward is taken for none", 1.0)
    original = json.loads((folder / "expected.json").read_text("utf-8"))["original"]
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        body = (folder / row["file"]).read_text("utf-8")
        subject = _subject(folder, row["subject_file"])
        reader.read(row["file"], f"{HEAD}Subject: {subject}\r\n\r\n{body}".encode())
        found = _found(body, subject)
        if row["forwarded"] == "1":
            both.count(row["file"], _difference(found, original, row["group"] in WHOLE))
        else:
            others.count(row["file"], f"from {found.from_address!r}" if found else "")
    return [both, others]


def _subject(folder: Path, file: str) -> str:
    return " ".join((folder / file).read_text("utf-8").split()) if file else ""


def _found(body: str, subject: str) -> Forwarded | None:
    from services.intake.reading.forwarding import forwarded

    return forwarded(body, subject)


def _difference(found: Forwarded | None, original: dict[str, Any], whole: bool) -> str:
    """Return why a forward is not the original; "" when it is.

    Some programs write no address, others wrap it: then the name must be there.
    """
    if found is None:
        return "not taken for a forward"
    name, address = original["from"]
    if address not in found.from_address and name not in found.from_name:
        return f"from {found.from_name!r} {found.from_address!r}"
    if whole and not are_alike(found.text, original["body"]):
        return f"text {short(found.text)!r}"
    return "" if found.text.strip() else "no text"
