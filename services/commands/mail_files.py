"""Raw messages out of files, folders and mboxes."""

from __future__ import annotations

import mailbox
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from shared.errors import Refused


class MailFile(NamedTuple):
    """One message: the name to show, and its bytes. `raw` is None for a file nobody can read."""

    name: str
    raw: bytes | None


def mail_files(paths: Iterable[Path], *, missing: bool = False) -> Iterator[MailFile]:
    """Yield every message of files, folders (deeply, in order of name) and mboxes.

    A path that leads nowhere is yielded without bytes when `missing`, and else Refused.
    """
    for path in paths:
        if path.is_dir():
            yield from mail_files(
                sorted(
                    entry for entry in path.rglob("*") if entry.is_file() and _is_mail_name(entry)
                )
            )
        elif path.is_file():
            yield from _of_file(path)
        elif missing:
            yield MailFile(_name(path), None)
        else:
            raise Refused("no_such_file", f"{path} is not there. Nothing was read from it.")


def _of_file(path: Path) -> Iterator[MailFile]:
    """What is called an mbox and holds no message is one message, however odd."""
    found = False
    try:
        if path.suffix == ".mbox" or _starts_like_an_mbox(path):
            for message in _of_mbox(path):
                found = True
                yield message
        if not found:
            yield MailFile(_name(path), path.read_bytes())
    except OSError:
        yield MailFile(_name(path), None)


def _of_mbox(path: Path) -> Iterator[MailFile]:
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.keys(), start=1):
            yield MailFile(f"{_name(path)}#{number}", box.get_bytes(key))
    finally:
        box.close()


def _name(path: Path) -> str:
    """Return the path as text; a name may hold bytes that are none."""
    return os.fsencode(path).decode("utf-8", "replace")


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
