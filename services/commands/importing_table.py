"""`recours rules import`: a whole table takes the place of the one in force, or nothing changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console

from services.commands.table_files import TableFile, read_table_file
from services.router.checking import check
from services.router.finding import Finding
from services.router.locating.gazetteer import load_gazetteer
from shared.adapters.system_clock import SystemClock
from shared.department import Department, load_department
from shared.errors import Misconfigured, Refused
from shared.runtime.settings import Settings
from shared.tables import VERSIONS


def import_table(file: Path, settings: Settings, out: Console) -> None:
    """Check the file together with all other tables, then put it in place and keep the old one.

    Raise Misconfigured with every line to mend, Refused when the disk has no room; then nothing was
    changed.
    """
    folder = settings.department
    try:
        new = read_table_file(file)
    except Misconfigured as error:
        raise _refused([str(error)]) from None
    with _said_why(Path(tempfile.gettempdir())):
        department, warnings = checked(new, folder)
    names = {",": "commas", ";": "semicolons", "\t": "tabs"}
    separator = names[new.separator]
    out.print(
        f"{new.name}: {new.rows} rows for {new.table}, read as {new.encoding} with {separator}.",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    for each in warnings:
        out.print(new.told(str(each)), markup=False, soft_wrap=True)
    with _said_why(folder):
        old = put_in_place(new, folder, SystemClock().now())
    kept = f" The one before is kept as {old.relative_to(folder)}." if old else ""
    out.print(f"It is in place, tables {department.version}.{kept}", markup=False, soft_wrap=True)
    out.print("Restart router, notifier, desk and intake, one after the other, to use it.")


def checked(new: TableFile, folder: Path) -> tuple[Department, list[Finding]]:
    """Return the department as it would be and its warnings; raise Misconfigured for errors."""
    with tempfile.TemporaryDirectory(prefix="recours-") as place:
        draft = Path(place) / "department"
        shutil.copytree(folder, draft, ignore=shutil.ignore_patterns(VERSIONS))
        (draft / new.table).write_text(new.text, encoding="utf-8", newline="")
        try:
            department = load_department(draft)
            gazetteer = load_gazetteer(draft)
        except Misconfigured as error:
            raise _refused([new.told(str(error))]) from None
    findings = check(department, gazetteer)
    errors = [f"{one.file} line {one.line}: {one.message}" for one in findings if _is_error(one)]
    if errors:
        raise _refused(map(new.told, errors))
    return department, findings


def put_in_place(new: TableFile, folder: Path, at: datetime) -> Path | None:
    """Put the table in place in one step; return where the one before is, None if there was none.

    Whoever reads meanwhile finds the one or the other, whole.
    """
    place = folder / new.table
    old = _kept(place, folder, at) if place.exists() else None
    draft = place.with_name(f".{new.table}.{os.getpid()}")
    _write_whole(draft, new.text.encode("utf-8"))
    draft.replace(place)
    _remember_names(folder)
    return old


def _remember_names(folder: Path) -> None:
    """Make the new name durable: a folder is written through like a file."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _kept(place: Path, folder: Path, at: datetime) -> Path:
    body = place.read_bytes()
    (folder / VERSIONS).mkdir(exist_ok=True)
    mark = hashlib.sha256(body).hexdigest()[:12]
    kept = folder / VERSIONS / f"{place.stem}-{at:%Y%m%d-%H%M%S}-{mark}.csv"
    _write_whole(kept, body)
    return kept


def _write_whole(file: Path, body: bytes) -> None:
    """Write a file through to the disk; nothing of it stays when there is no room."""
    try:
        with file.open("wb") as opened:
            opened.write(body)
            opened.flush()
            os.fsync(opened.fileno())
    except OSError:
        file.unlink(missing_ok=True)
        raise


@contextmanager
def _said_why(where: Path) -> Iterator[None]:
    """Say in words that a file could not be written, as on a full disk."""
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else "not every file could be written"
        message = f"{where}: {why}. Nothing was changed: the table before stays."
        raise Refused("not_written", message) from None


def _is_error(finding: Finding) -> bool:
    return finding.severity == "error"


def _refused(errors: Iterable[str]) -> Misconfigured:
    lines = "\n".join(errors)
    return Misconfigured("department", f"{lines}\nNothing was changed: the table before stays.")
