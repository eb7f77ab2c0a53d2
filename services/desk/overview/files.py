"""The two files of figures: the one for the department, and the one that may be given to anybody.

One line a count: whose days, when it was drawn up, table, code, name, what is counted, how many.
Nothing of a person is in either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from starlette.responses import Response

from services.desk.overview.figures import Figures, Line
from services.desk.overview.naming import Naming
from services.desk.overview.publishing import NONE, Entry, lines_of, published
from services.desk.sheets import download, sheet

COLUMNS = ("from", "to", "as_of", "table", "code", "name", "measure", "number")


def inner_file(figures: Figures, names: Naming) -> Response:
    """Return every count, hidden from nobody who may see it: not to be passed on."""
    return download(
        f"{_stem(figures, names)}-{names.texts('overview.file_inner')}.csv",
        _file(figures, names, _entries(figures)),
    )


def public_file(figures: Figures, names: Naming) -> Response:
    """Return the counts that may be published."""
    return download(
        f"{_stem(figures, names)}-public.csv", _file(figures, names, published(figures))
    )


def _stem(figures: Figures, names: Naming) -> str:
    period = figures.period
    return f"{names.texts('overview.file')}-{period.first}-{period.last}"


def _file(figures: Figures, names: Naming, entries: Iterable[Entry]) -> bytes:
    texts, period = names.texts, figures.period
    days = (period.first.isoformat(), period.last.isoformat(), figures.as_of.isoformat())
    hidden = str(texts("overview.hidden"))
    rows = (
        (
            *days,
            str(texts(f"overview.table_{entry.table}")),
            entry.key,
            _name(entry, names),
            str(texts(f"overview.measure_{entry.measure}")),
            hidden if entry.number is None else entry.number,
        )
        for entry in entries
    )
    header = [str(texts(f"overview.column_{name}")) for name in COLUMNS]
    return sheet(names.language, header, rows)


def _name(entry: Entry, names: Naming) -> str:
    key = None if entry.key == NONE else entry.key
    match entry.table:
        case "unit":
            return names.unit(key)
        case "region":
            return names.region(key)
        case "outcome" | "motive":
            return names.ended(entry.table, key or "")
        case "channel" | "language" | "complainant" | "satisfaction":
            return names.word(entry.table, key or "")
        case "event":
            return str(names.texts.get(f"overview.event_{key or 'not_linked'}", key or ""))
    return key or ""


def _entries(figures: Figures) -> Iterator[Entry]:
    for measure, number in figures.balance._asdict().items():
        yield Entry("balance", NONE, measure, number)
    yield from _of_line("total", None, figures.total)
    for table, lines in lines_of(figures).items():
        for key, each in lines.items():
            yield from _of_line(table, key, each)
    yield from _parts("outcome", figures.by_outcome)
    yield from _parts("month", figures.by_month)
    yield from _parts("satisfaction", figures.by_satisfaction)
    yield from _parts("event", figures.by_event)
    yield from _of_line("second", None, figures.second)


def _of_line(table: str, key: str | None, line: Line) -> Iterator[Entry]:
    numbers = {"received": line.received, "closed": line.closed, "open": line.open}
    soon = {"share": line.times.share, "median": line.median}
    for measure, number in {**numbers, **line.times._asdict(), **soon}.items():
        if number is not None:
            yield Entry(table, key or NONE, measure, number)


def _parts(table: str, counts: Mapping[str, int] | Mapping[str | None, int]) -> Iterator[Entry]:
    return (Entry(table, key or NONE, "received", number) for key, number in counts.items())
