"""enmime/: odd mails without expectations in files; low-quality/ and dsn/ say by their folder."""

from __future__ import annotations

from pathlib import Path

from shared.domain.reading import Reading
from tests.corpus.figures import Figure
from tests.corpus.reading import Reader

DELAYED = "delayed"


def measure(folder: Path, reader: Reader) -> list[Figure]:
    """Measure that broken mails give text and a defect, and reports the failed recipient."""
    broken = Figure("low quality: words found, defect named", 1.0)
    reports = Figure("reports: automatic, recipient found", 1.0)
    for mail in sorted(folder.rglob("*.raw")):
        name = str(mail.relative_to(folder))
        reading = reader.read(name, mail.read_bytes())
        if mail.parent.name == "low-quality":
            said = bool(reading.text.strip() or reading.attachments) and bool(reading.defects)
            broken.count(name, "" if said else f"text {reading.text[:20]!r}, {reading.defects}")
        elif mail.parent.name == "dsn":
            reports.count(name, _report(reading, for_now=DELAYED in mail.name))
    return [broken, reports]


def _report(reading: Reading, *, for_now: bool) -> str:
    if not reading.automatic or reading.bounce is None or not reading.bounce.failed:
        return "not taken for a report that names somebody"
    return "a delay is taken for good" if for_now and reading.bounce.permanent else ""
