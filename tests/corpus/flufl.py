"""flufl-bounce/: expected.csv names the addresses that each report says have failed."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.corpus.answering import is_acknowledged
from tests.corpus.figures import Figure
from tests.corpus.reading import Reader

#: Not a bounce, says the set's own note: a person's mail with a report in its words.
NO_BOUNCE = frozenset({"groupwise_03.txt"})


def measure(folder: Path, reader: Reader) -> list[Figure]:
    """Measure what is automatic, what is answered, and whether exactly those failed."""
    automatic = Figure("flagged automatic", 0.99)
    silent = Figure("never acknowledged", 1.0)
    exact = Figure("exactly the failed recipients", 112 / 116)
    lasting = Figure("of those, permanent or temporary as said", None)
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as lines:
        expected = {row["file"]: row for row in csv.DictReader(lines)}
    for mail in sorted(folder.glob("*.txt")):
        if mail.name == "SOURCE.txt":
            continue
        raw = mail.read_bytes()
        reading = reader.read(mail.name, raw)
        if mail.name not in NO_BOUNCE:
            automatic.count(mail.name, "" if reading.automatic else "no rule says so")
            answered = is_acknowledged(raw, reading)
            silent.count(mail.name, "would be answered" if answered else "")
        if mail.name not in expected:
            continue
        row = expected[mail.name]
        for_good, for_now = _set(row["failed_permanent"]), _set(row["failed_temporary"])
        failed = _set(" ".join(reading.bounce.failed)) if reading.bounce else set()
        is_exact = failed == for_good | for_now
        exact.count(mail.name, "" if is_exact else f"{_listed(failed)}, not {_listed(for_good)}")
        if is_exact and failed and reading.bounce:
            right = reading.bounce.permanent == bool(for_good)
            lasting.count(mail.name, "" if right else f"permanent={reading.bounce.permanent}")
    return [automatic, silent, exact, lasting]


def _set(addresses: str) -> set[str]:
    """Return addresses for comparison: only the case of the domain means nothing."""
    parted = (each.rpartition("@") for each in addresses.split())
    return {f"{local}{at}{domain.lower()}" for local, at, domain in parted}


def _listed(addresses: set[str]) -> str:
    return " ".join(sorted(addresses)) or "nobody"
