"""Tables on disk: CSV rows and TOML values that know their file and line, for errors that help."""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Misconfigured


def broken(file: str, line: int, what: str) -> Misconfigured:
    """Return the error "FILE line N: WHAT"; line 0 means the file as a whole."""
    place = f"{file} line {line}" if line else file
    return Misconfigured("department", f"{place}: {what}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file; cells are stripped."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def parts(self, column: str) -> list[str]:
        """Return the pieces of a cell that holds several, separated by semicolons."""
        return [part.strip() for part in self.cells[column].split(";") if part.strip()]

    def fault(self, what: str) -> Misconfigured:
        return broken(self.file, self.line, what)


def read_csv(file: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a UTF-8 CSV file that has at least `columns`, in any order."""
    lines = csv.reader(_text(file).splitlines(keepends=True))
    header = next(lines, [])
    missing = [column for column in columns if column not in header]
    if missing:
        raise broken(file.name, 1, f"column {missing[0]} is missing")
    for cells in lines:
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise broken(file.name, lines.line_num, f"{len(cells)} cells, not {len(header)}")
        stripped = (cell.strip() for cell in cells)
        yield Row(file.name, lines.line_num, dict(zip(header, stripped, strict=True)))


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a TOML file. `source` is the text from its first line on, `line` that line."""

    file: str
    line: int
    source: str
    values: Mapping[str, object]

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if not isinstance(value, str) or not value:
            raise self.fault(key, f"{key} is missing or is not text")
        return value

    def number(self, key: str) -> int:
        value = self.values.get(key)
        if not isinstance(value, int):
            raise self.fault(key, f"{key} is missing or is not a whole number")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(key, f"{key} is missing or is not a list of texts")
        return tuple(value)

    def table(self, key: str) -> Table:
        value = self.values.get(key)
        if not isinstance(value, dict):
            raise self.fault(key, f"[{key}] is missing")
        return Table(self.file, *self._place(rf"\[{key}\]"), value)

    def tables(self, key: str) -> list[Table]:
        """Return the entries written as [[key]], each with its own line; none is an error."""
        value = self.values.get(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fault(key, f"[[{key}]] is missing")
        places = _places(self.source, self.line, rf"\[\[{key}\]\]")
        return [
            Table(self.file, line, source.partition("\n[")[0], entry)
            for (line, source), entry in zip(places, value, strict=False)
        ]

    def fault(self, key: str, what: str | None = None) -> Misconfigured:
        """Return the error at the line of `key`; with one argument, it is the text."""
        line, _ = self._place(rf"{re.escape(key.partition(':')[0])}\s*=")
        return broken(self.file, line, key if what is None else what)

    def _place(self, pattern: str) -> tuple[int, str]:
        return next(iter(_places(self.source, self.line, pattern)), (self.line, self.source))


def _places(source: str, line: int, pattern: str) -> list[tuple[int, str]]:
    """Return (line, text from there on) for each line that begins with `pattern`."""
    found = re.finditer(rf"^\s*{pattern}", source, re.MULTILINE)
    starts = [match.start() + len(match[0]) - len(match[0].lstrip()) for match in found]
    return [(line + source.count("\n", 0, start), source[start:]) for start in starts]


def read_toml(file: Path) -> Table:
    """Return the whole of a TOML file; raise Misconfigured with the line of a syntax error."""
    source = _text(file)
    try:
        return Table(file.name, 1, source, tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line (\d+)", str(error))
        line = int(where[1]) if where else source.count("\n") + 1
        raise broken(file.name, line, "this is not valid TOML") from None


#: Tables that were in force before; they are kept, and never read as tables.
VERSIONS = "versions"


def fingerprint(folder: Path, *, instead: Mapping[str, Path] | None = None) -> str:
    """Return 12 hexadecimal characters that change when any table of the folder does.

    `instead` names files to read in the place of tables: what the folder would be with them.
    """
    others = instead or {}
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.suffix in {".csv", ".toml"} and not name.startswith(f"{VERSIONS}/"):
            body = others.get(name, file).read_bytes()
            digest.update(f"{name}\n{len(body)}\n".encode() + body)
    return digest.hexdigest()[:12]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise broken(file.name, 0, "the file is missing") from None
    except UnicodeDecodeError:
        raise broken(file.name, 0, "the file is not in UTF-8") from None
