"""A table as a department has it: some encoding, some separator, read into the one form of ours.

A row stays on its line, so that what is refused later is refused with the right line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.postal_codes import HEADER, POSTAL_CODES
from shared.tables import broken

#: Columns by which each table is known.
KNOWN_BY = {
    "units.csv": frozenset({"id", "name_fr", "mailbox"}),
    "rules.csv": frozenset({"id", "scope_kind", "unit_id"}),
    "programmes.csv": frozenset({"id", "name_fr", "words"}),
    POSTAL_CODES: frozenset({"postal_code", "unit_id"}),
}
_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that was understood: which table it is, its text in our form, and how it was read.

    `lines` gives for each line of our form, from the second on, the line that it was before.
    """

    name: str
    table: str
    text: str
    lines: Sequence[int]
    rows: int
    encoding: str
    separator: str

    def told(self, message: str) -> str:
        """Return a message about our table as one about the file that came."""

        def here(found: re.Match[str]) -> str:
            number = int(found[1])
            known = 2 <= number < len(self.lines) + 2
            return f"{self.name} line {self.lines[number - 2] if known else number}"

        return re.sub(rf"\b{re.escape(self.table)} line (\d+)", here, message)


def read_table_file(file: Path) -> TableFile:
    """Return a file in our form; raise Misconfigured with its line when it is no table of ours."""
    text, encoding = _decoded(file)
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    lines = _rows(file, text, separator)
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    table = _table_of(file, header)
    for number, cells in enumerate(lines[1:], 2):
        if any(cells) and len(cells) != len(header):
            raise broken(file.name, number, f"{len(cells)} cells, not {len(header)}")
    body = list(enumerate(lines[1:], 2))
    if table == POSTAL_CODES:
        body = _in_order(header, body)
        header = HEADER.decode().split(",")
    return TableFile(
        name=file.name,
        table=table,
        text=_written([header, *(cells for _, cells in body)]),
        lines=[number for number, _ in body],
        rows=sum(any(cells) for _, cells in body),
        encoding=encoding,
        separator=separator,
    )


def _decoded(file: Path) -> tuple[str, str]:
    """Return the text and its encoding: UTF-8, else the one of Windows in Western Europe."""
    try:
        raw = file.read_bytes()
    except OSError:
        raise broken(file.name, 0, "the file cannot be read") from None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n"), encoding.removesuffix("-sig")
    raise broken(file.name, 0, "the file is neither in UTF-8 nor in cp1252")


def _rows(file: Path, text: str, separator: str) -> list[list[str]]:
    """Return the cells of each line; a cell may not go over several, or lines would not count."""
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    found: list[list[str]] = []
    try:
        for cells in reader:
            if reader.line_num != len(found) + 1:
                raise broken(file.name, len(found) + 1, "a cell goes over several lines")
            found.append([cell.strip() for cell in cells])
    except csv.Error:
        raise broken(file.name, reader.line_num, "a quoted cell does not end") from None
    return found


def _table_of(file: Path, header: Sequence[str]) -> str:
    if len(set(header)) != len(header):
        raise broken(file.name, 1, "a column is there twice")
    for table, columns in KNOWN_BY.items():
        if columns <= set(header):
            return table
    wanted = "; ".join(f"{table}: {', '.join(sorted(known))}" for table, known in KNOWN_BY.items())
    raise broken(file.name, 1, f"no table has these columns. Needed are, {wanted}")


def _written(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for cells in rows:
        if any(cells):
            writer.writerow(cells)
        else:
            out.write("\n")
    return out.getvalue()


def _in_order(
    header: Sequence[str], body: Sequence[tuple[int, list[str]]]
) -> list[tuple[int, list[str]]]:
    """Return the rows of a table of codes sorted, each code as "H7N1A1"; the columns of days may
    be missing."""
    places = [header.index(name) if name in header else -1 for name in HEADER.decode().split(",")]
    found = []
    for number, cells in body:
        if any(cells):
            code, *rest = (cells[at] if at >= 0 else "" for at in places)
            found.append((number, [re.sub(r"[\s-]", "", code).upper(), *rest]))
    return sorted(found, key=lambda row: row[1])
