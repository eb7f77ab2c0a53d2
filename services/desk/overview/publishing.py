"""The figures of a whole fiscal year as they may be given to anybody: small counts hidden. Pure.

Only whole years that are over, as they stood on their last day: two files about days that overlap,
or about one year on two days, could be subtracted from each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, NamedTuple

from services.desk.overview.figures import Figures, Line, Times
from services.desk.overview.periods import Period
from services.desk.overview.suppression import SMALL, Cell, Network

#: A key of the data that says "none".
NONE = "-"
#: Measures of `Times`; those of one group are told as one number.
Groups = tuple[tuple[str, ...], ...]


class Entry(NamedTuple):
    """One count of one table; None is a count that is hidden."""

    table: str
    key: str
    measure: str
    number: int | None


def may_be_published(period: Period, today: date) -> bool:
    """Tell whether a public file of a period may be made."""
    return period.kind == "year" and period.over_by(today)


def published(figures: Figures) -> list[Entry]:
    """Return the lines of the public file; `number` is None where a count is hidden.

    The number of complaints received stands in all tables, so when it is small itself nothing is
    told at all.
    """
    total = figures.total
    if 0 < total.received < SMALL:
        return [Entry("total", NONE, "received", None)]
    groups = together(total.times)
    found = [Entry("total", NONE, "received", total.received)]
    found += [Entry("total", NONE, _measure(one), _size(total.times, one)) for one in groups]
    found += _soon("total", None, total, groups, frozenset())
    for table, lines in lines_of(figures).items():
        cells = _alike(table, lines, groups)
        if table == "motive":
            cells = _with_ends(cells, figures)
        hidden = Network(cells).hidden()
        found += _entries(cells, hidden)
        for key, line in lines.items():
            found += _soon(table, key, line, groups, hidden)
    for network in _partitions(figures):
        found += _entries(network.cells, network.hidden())
    return found


def lines_of(figures: Figures) -> dict[str, dict[str | None, Line]]:
    """Return the tables that tell of each part how soon it was answered."""
    tables: dict[str, Mapping[Any, Line]] = {
        "unit": figures.by_unit,
        "motive": figures.by_motive,
        "channel": figures.by_channel,
        "language": figures.by_language,
        "complainant": figures.by_complainant,
        "region": figures.by_region,
    }
    return {table: dict(lines) for table, lines in tables.items()}


def together(times: Times) -> Groups:
    """Return the measures that all tables tell of, some of them as one number.

    Their totals are in every table, and must be such that anybody may know them: a small one is
    told together with the smallest of the others. When that takes all of them, none is told.
    """
    groups: Groups = tuple((measure,) for measure in Times._fields)
    while small := [one for one in groups if _size(times, one) and not _is_open(times, one)]:
        least = min(small, key=lambda one: _size(times, one))
        others = [one for one in groups if one != least and _size(times, one)]
        if not others:
            return ()
        joined = (*least, *min(others, key=lambda one: _size(times, one)))
        ordered = tuple(measure for measure in Times._fields if measure in joined)
        groups = (*(one for one in groups if not set(one) & set(joined)), ordered)
    return groups if len(groups) > 1 else ()


def _is_open(times: Times, group: tuple[str, ...]) -> bool:
    """Tell whether each part of a sum could still be any of SMALL values, none of them zero."""
    parts = [_size(times, (measure,)) for measure in group]
    return sum(parts) - sum(1 for one in parts if one) >= SMALL - 1


def _size(times: Times, group: tuple[str, ...]) -> int:
    numbers = times._asdict()
    return sum(numbers[measure] for measure in group)


def _measure(group: tuple[str, ...]) -> str:
    return "_".join(group)


def _alike(table: str, lines: Mapping[str | None, Line], groups: Groups) -> dict[str, Cell]:
    """Return parts by whether answers kept their day. What the columns come to is known, and so is
    what all lines come to; with nothing told of times, only the latter."""
    cells: dict[str, Cell] = {}
    for key, line in lines.items():
        row = f"{table} {key}" if groups else table
        cells[_name(table, key, "received")] = Cell(line.received, plus="all", minus=row)
        for group in groups:
            measure = _measure(group)
            number = _size(line.times, group)
            cells[_name(table, key, measure)] = Cell(number, plus=row, minus=measure)
    return cells


def _with_ends(motives: Mapping[str, Cell], figures: Figures) -> dict[str, Cell]:
    """Return motives and outcomes: "not closed" is a part of both, and told with the motives. What
    is closed comes to the same in both."""
    cells = dict(motives)
    still = _name("motive", None, "received")
    if still in cells:
        cells[still] = cells[still]._replace(plus="outcomes")
    for key, count in figures.by_outcome.items():
        if key:
            cells[_name("outcome", key, "received")] = Cell(count, plus="outcomes", minus="all")
    return cells


def _soon(
    table: str, key: str | None, line: Line, groups: Groups, hidden: AbstractSet[str]
) -> list[Entry]:
    """Return how soon a part was answered: nothing when nobody was, hidden with any of its counts.

    A median of a few would be one of them.
    """
    measures = ("received", *map(_measure, groups))
    open_to_all = not any(_name(table, key, measure) in hidden for measure in measures)
    share = line.times.share if open_to_all else None
    median = line.median if open_to_all and line.answered >= SMALL else None
    code, found = (key or NONE), []
    if {("in_time",), ("late",)} <= set(groups) and (share is not None or not open_to_all):
        found.append(Entry(table, code, "share", share))
    if groups and (line.answered or not open_to_all):
        found.append(Entry(table, code, "median", median))
    return found


def _partitions(figures: Figures) -> list[Network]:
    """Return the tables that say no more than how many there were."""
    linked = {"linked": figures.linked, "not_linked": figures.total.received - figures.linked}
    return [
        _partition("month", figures.by_month),
        _partition("satisfaction", figures.by_satisfaction),
        _partition("event", linked),
        _second(figures),
    ]


def _partition(table: str, counts: Mapping[str, int]) -> Network:
    """Return parts of the complaints received, whose number everybody knows."""
    return Network(
        {_name(table, key, "received"): Cell(count, plus="all") for key, count in counts.items()}
    )


def _second(figures: Figures) -> Network:
    line = figures.second
    cells = {_name("second", None, "received"): Cell(line.received, minus="second")}
    for measure, count in line.times._asdict().items():
        cells[_name("second", None, measure)] = Cell(count, plus="second")
    return Network(cells)


def _entries(cells: Mapping[str, Cell], hidden: AbstractSet[str]) -> list[Entry]:
    return [_entry(name, None if name in hidden else cell.number) for name, cell in cells.items()]


def _entry(name: str, number: int | None) -> Entry:
    table, key, measure = name.split("/")
    return Entry(table, key, measure, number)


def _name(table: str, key: str | None, measure: str) -> str:
    return f"{table}/{(key or NONE).replace('/', '_')}/{measure}"
