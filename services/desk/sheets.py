"""Tables as CSV, for people who open them with a spreadsheet. Pure.

RFC 4180 quoting and line ends. UTF-8 with a byte order mark, as Excel takes a file without one for
Windows-1252. A semicolon between the columns of a French file and a comma in an English one: that
is what Excel expects where the settings of the machine are fr-CA and en-CA.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

from shared.domain.envelope import Language

SEPARATORS: dict[Language, str] = {"fr": ";", "en": ","}
#: A cell that begins so would be run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def sheet(language: Language, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return a CSV file; texts that a spreadsheet would run are made plain."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=SEPARATORS[language], lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str | int) -> str | int:
    """Return a cell that no spreadsheet runs: an apostrophe before what looks like a formula."""
    if isinstance(cell, int):
        return cell
    plain = cell.replace("\x00", "")
    # A lone dash is what stands for nothing
    looks = plain.lstrip(" \u00a0").startswith(_FORMULA) and plain != "-"
    return f"'{plain}" if looks else plain


def download(name: str, content: bytes) -> Response:
    """Return a file to be saved under `name`, which is ASCII."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, 200, headers, "text/csv; charset=utf-8")
