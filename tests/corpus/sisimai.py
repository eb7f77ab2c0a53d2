"""sisimai/: bounces of sixty mail systems, abuse reports, vacation replies; and two that are none.

expected.csv has one line for each failed recipient: file, dsn, reason, hardbounce.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from shared.domain.reading import Reading
from tests.corpus.answering import is_acknowledged
from tests.corpus.figures import Figure
from tests.corpus.reading import Reader

#: Reasons of lines that are no failure of an address: nobody failed, or nobody is to be found.
NO_FAILURE = frozenset({"feedback", "vacation", "delivered"})
ORDINARY = "is-not-bounce"


def measure(folder: Path, reader: Reader) -> list[Figure]:
    """Measure what is automatic, what is answered, who failed and whether for good."""
    automatic = Figure("flagged automatic", 0.99)
    silent = Figure("never acknowledged", 1.0)
    people = Figure("people's mail not flagged", 1.0)
    found = Figure("failed recipient found", 0.90)
    lasting = Figure("of those, permanent or temporary right", 0.95)
    full = Figure("of those, a full mailbox told from a dead address", 0.95)
    expected, reasons = _expected(folder), _reasons(folder)
    for mail in sorted(folder.rglob("*.eml")):
        name = str(mail.relative_to(folder))
        raw = mail.read_bytes()
        reading = reader.read(name, raw)
        if mail.name.startswith(ORDINARY):
            people.count(name, ", ".join(reading.automatic_reasons))
            continue
        automatic.count(name, "" if reading.automatic else "no rule says so")
        silent.count(name, "would be answered" if is_acknowledged(raw, reading) else "")
        if name in expected:
            _count_failures(name, reading, expected[name], found, lasting)
            _count_full(name, reading, reasons[name], full)
    return [automatic, silent, people, found, lasting, full]


def _expected(folder: Path) -> dict[str, set[bool]]:
    """Return for each file that reports a failure whether its recipients failed for good."""
    hard: dict[str, set[bool]] = defaultdict(set)
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["reason"] not in NO_FAILURE:
                hard[row["file"]].add(row["hardbounce"] == "1")
    return hard


def _reasons(folder: Path) -> dict[str, set[str]]:
    reasons: dict[str, set[str]] = defaultdict(set)
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            reasons[row["file"]].add(row["reason"])
    return reasons


def _count_full(name: str, reading: Reading, reasons: set[str], full: Figure) -> None:
    """Count reports about one kind of failure, a full mailbox or an unknown address."""
    if reading.bounce is None or reasons not in ({"mailboxfull"}, {"userunknown"}):
        return
    right = (reading.bounce.says == "full") == (reasons == {"mailboxfull"})
    full.count(name, "" if right else f"says {reading.bounce.says}")


def _count_failures(
    name: str, reading: Reading, hard: set[bool], found: Figure, lasting: Figure
) -> None:
    bounce = reading.bounce
    if bounce is None or not bounce.failed:
        found.count(name, "nobody named" if bounce else "not taken for a bounce")
        return
    found.count(name, "")
    right = bounce.permanent in hard
    lasting.count(name, "" if right else f"permanent={bounce.permanent}")
