"""The sets that are known, by the name of their folder, and how each is measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.corpus import (
    enmime,
    flufl,
    folder,
    forwards,
    mime4j,
    replies,
    sisimai,
    spamassassin,
    stalwart,
)
from tests.corpus.figures import Figure, Measured
from tests.corpus.reading import Reader

Measure = Callable[[Path, Reader], list[Figure]]

SETS: dict[str, Measure] = {
    "stalwart": stalwart.measure,
    "mime4j": mime4j.measure,
    "enmime": enmime.measure,
    "sisimai": sisimai.measure,
    "flufl-bounce": flufl.measure,
    "spamassassin": spamassassin.measure,
    "email-reply-trimmer": replies.measure,
    "email-forward-parser": forwards.measure,
}


def measure(mail: Path, only: frozenset[str] = frozenset()) -> list[Measured]:
    """Measure the known sets in the folder `mail`; without any, every file in it is read.

    `only` names the sets to measure, all when it is empty.
    """
    present = [name for name in SETS if (mail / name).is_dir()]
    if not present:
        return [_measured(mail.name or str(mail), mail, folder.measure)]
    wanted = [name for name in present if not only or name in only]
    return [_measured(name, mail / name, SETS[name]) for name in wanted]


def _measured(name: str, path: Path, of_set: Measure) -> Measured:
    reader = Reader()
    figures = of_set(path, reader)
    return Measured(name, [reader.figure(), *figures])
