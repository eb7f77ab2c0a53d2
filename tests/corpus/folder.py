"""Any folder of mail: nothing is known of it, so only what may never happen is looked for."""

from __future__ import annotations

from pathlib import Path

from tests.corpus.figures import Figure
from tests.corpus.reading import Reader

#: Files that stand beside mail and are none.
NOT_MAIL = frozenset({".json", ".csv", ".md", ".xml", ".toml", ".py"})
NAMES_NOT_MAIL = frozenset({"LICENSE", "NOTICE", "COPYING", "SOURCE.txt"})


def measure(folder: Path, reader: Reader) -> list[Figure]:
    """Read every file; what was read is told by the reader's own figure."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and is_mail(file):
            reader.read(str(file.relative_to(folder)), file.read_bytes())
    return []


def is_mail(file: Path) -> bool:
    """Say whether a file may be a mail, by its name; whatever is not surely something else is."""
    beside = file.suffix.lower() in NOT_MAIL or file.name in NAMES_NOT_MAIL
    return not beside and not file.name.startswith(".")
