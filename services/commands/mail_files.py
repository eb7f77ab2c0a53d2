"""Raw messages out of files, folders and mboxes."""

from __future__ import annotations

import mailbox
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from shared.errors import Refused


class MailFile(NamedTuple):
    """One message: the name to show, and its bytes. `raw` is None for a file nobody can read."""

    name: str
    raw: bytes | None


def mail_files(paths: Iterable[Path]) -> Iterator[MailFile]:
    """Yield every message of files, folders (deeply, in order of name) and mboxes."""
    for path in paths:
        if path.is_dir():
            yield from mail_files(
                sorted(
                    entry for entry in path.rglob("*") if entry.is_file() and _is_mail_name(entry)
                )
            )
        elif path.is_file():
            yield from _of_file(path)
        else:
            raise Refused("no_such_file", f"{path} is not there. Nothing was read from it.")


def _of_file(path: Path) -> Iterator[MailFile]:
    if path.suffix == ".mbox" or _starts_like_an_mbox(path):
        box = mailbox.mbox(path, create=False)
        try:
            for number, key in enumerate(box.keys(), start=1):
                yield MailFile(f"{path}#{number}", box.get_bytes(key))
        finally:
            box.close()
        return
    try:
        yield MailFile(str(path), path.read_bytes())
    except OSError:
        yield MailFile(str(path), None)


def _starts_like_an_mbox(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(5) == b"From "
    except OSError:
        return False


def _is_mail_name(path: Path) -> bool:
    """Notes beside mail are not mail: expectations, licences, hidden files."""
    return not path.name.startswith(".") and path.suffix.lower() not in {
        ".json", ".yml", ".yaml", ".md", ".csv", ".toml", ".xml",
    }  # fmt: skip
