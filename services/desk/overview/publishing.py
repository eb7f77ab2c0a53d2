"""The figures of a whole fiscal year as they may be given to anybody: small counts hidden. Pure.

Only whole years that are over, as they stood on their last day: two files about days that overlap,
or about one year on two days, could be subtracted from each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from services.desk.overview.figures import Figures, Times
from services.desk.overview.periods import Period
from services.desk.overview.suppression import SMALL, Cell, Network

#: A key of the data that says "none".
NONE = "-"


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
    total = figures.total.received
    if 0 < total < SMALL:
        return [Entry("total", NONE, "received", None)]
    found = [Entry("total", NONE, "received", total)]
    for network in _networks(figures):
        hidden = network.hidden()
        found += [
            _entry(name, None if name in hidden else cell.number)
            for name, cell in network.cells.items()
        ]
    return found


def _networks(figures: Figures) -> list[Network]:
    """Return the tables. What two of them share stands in one network."""
    linked = {"linked": figures.linked, "not_linked": figures.total.received - figures.linked}
    return [
        _units(figures),
        _ends(figures),
        _partition("channel", figures.by_channel),
        _partition("language", figures.by_language),
        _partition("region", figures.by_region),
        _partition("month", figures.by_month),
        _partition("satisfaction", figures.by_satisfaction),
        _partition("event", linked),
        _second(figures),
    ]


def _partition(table: str, counts: Mapping[str, int] | Mapping[str | None, int]) -> Network:
    """Return parts of the complaints received, whose number everybody knows."""
    return Network(
        {_name(table, key, "received"): Cell(count, plus="all") for key, count in counts.items()}
    )


def _units(figures: Figures) -> Network:
    """Return units by whether answers kept their day, with the totals of lines and columns."""
    cells: dict[str, Cell] = {}
    for measure, count in _measures(figures.total.times).items():
        cells[_name("total", None, measure)] = Cell(count, plus=measure, minus="all times")
    for unit, line in figures.by_unit.items():
        of_unit = f"unit {unit}"
        cells[_name("unit", unit, "received")] = Cell(line.received, plus="all", minus=of_unit)
        for measure, count in _measures(line.times).items():
            cells[_name("unit", unit, measure)] = Cell(count, plus=of_unit, minus=measure)
    return Network(cells)


def _ends(figures: Figures) -> Network:
    """Return outcomes and motives; "not closed" stands in both, and is told once."""
    cells = {
        _name("outcome", key, "received"): Cell(count, plus="outcomes")
        for key, count in figures.by_outcome.items()
        if key
    }
    cells |= {
        _name("motive", key, "received"): Cell(count, minus="motives")
        for key, count in figures.by_motive.items()
        if key
    }
    still = Cell(figures.total.open, plus="outcomes", minus="motives")
    return Network({_name("total", None, "open"): still, **cells})


def _second(figures: Figures) -> Network:
    line = figures.second
    cells = {_name("second", None, "received"): Cell(line.received, minus="second")}
    for measure, count in _measures(line.times).items():
        cells[_name("second", None, measure)] = Cell(count, plus="second")
    return Network(cells)


def _measures(times: Times) -> dict[str, int]:
    return times._asdict()


def _entry(name: str, number: int | None) -> Entry:
    table, key, measure = name.split("/")
    return Entry(table, key, measure, number)


def _name(table: str, key: str | None, measure: str) -> str:
    return f"{table}/{(key or NONE).replace('/', '_')}/{measure}"
