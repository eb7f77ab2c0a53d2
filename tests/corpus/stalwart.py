"""stalwart/: X.json is the tree that another parser makes of X.eml, by RFC 8621 §4.1.4."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from services.intake.reading.markup import text_of
from shared.domain.reading import Reading
from tests.corpus.figures import Figure
from tests.corpus.likeness import are_alike, plain, short
from tests.corpus.reading import Reader

AT_LEAST = 51 / 53
CORRECTIONS = Path(__file__).with_name("stalwart.toml")


def measure(folder: Path, reader: Reader) -> list[Figure]:
    """Count the mails whose subject, sender, attachments and text are all as expected.

    The bar is on the trees with the corrections of `stalwart.toml`, each with its reason; the
    second figure is about the trees as they are, and only informs.
    """
    figure = Figure("subject, from, attachments, text", AT_LEAST)
    as_it_is = Figure("the same, trees not corrected", None)
    corrections = tomllib.loads(CORRECTIONS.read_text("utf-8"))
    for expected in sorted(folder.rglob("*.json")):
        mail = expected.with_suffix(".eml")
        if mail.exists():
            name = str(mail.relative_to(folder))
            reading = reader.read(name, mail.read_bytes())
            wanted = _wanted(json.loads(expected.read_text("utf-8")))
            as_it_is.count(name, "; ".join(differences(wanted, reading)))
            corrected = wanted._replace(**corrections.get(name, {}).get("expect", {}))
            figure.count(name, "; ".join(differences(corrected, reading)))
    return [figure, as_it_is]


class Wanted(NamedTuple):
    """What is compared; white space in the text counts for nothing."""

    subject: str
    author: str
    attachments: int
    text: str


def _wanted(tree: dict[str, Any]) -> Wanted:
    head = tree["parts"][0]["headers"]
    return Wanted(
        subject=plain(_last(head, "subject").get("Text") or ""),
        author=_address(_last(head, "from")),
        attachments=len(tree["attachments"]),
        text=_text(tree),
    )


def differences(wanted: Wanted, reading: Reading) -> Iterator[str]:
    """Yield what in a reading is not as wanted."""
    if wanted.subject != plain(reading.subject):
        yield f"subject {short(reading.subject)!r}, not {short(wanted.subject)!r}"
    if wanted.author.lower() != reading.from_address.lower():
        yield f"from {reading.from_address!r}, not {wanted.author!r}"
    if wanted.attachments != len(reading.attachments):
        yield f"{len(reading.attachments)} attachments, not {wanted.attachments}"
    if not are_alike(wanted.text, reading.text):
        yield f"text {short(reading.text)!r}, not {short(wanted.text)!r}"


def _last(head: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return the value of the last field of that name, {} for none or an empty one."""
    values = [field["value"] for field in head if field["name"] == name]
    return values[-1] if values and isinstance(values[-1], dict) else {}


def _address(value: dict[str, Any]) -> str:
    """Return the first address of a From field: a list, or groups of lists."""
    listed = value.get("Address") or {}
    groups = listed.get("Group") or [{"addresses": listed.get("List") or []}]
    found = (each["address"] for group in groups for each in group["addresses"])
    return next((address for address in found if address), "")


def _text(tree: dict[str, Any]) -> str:
    """Return the words of the text parts; HTML only where nothing else is."""
    pieces = []
    for number in tree["text_body"]:
        body = tree["parts"][number]["body"]
        if isinstance(body, dict) and "Text" in body:
            pieces.append(body["Text"])
        elif isinstance(body, dict) and "Html" in body:
            pieces.append(text_of(body["Html"]))
    return "\n".join(pieces)
