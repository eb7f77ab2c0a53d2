"""Small counts of the public file cannot be worked out from what it shows.

The check is independent of the code: it looks for another table, by plain search, that shows the
same numbers and has another count in the hidden place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.desk.overview.figures import Times
from services.desk.overview.periods import fiscal_year, month, quarter
from services.desk.overview.publishing import (
    Groups,
    lines_of,
    may_be_published,
    published,
    together,
)
from services.desk.overview.suppression import SMALL, Cell, Network
from services.desk.overview.tallying import figures_of
from tests.many_cases import drawn_cases, fact_of
from tests.pages_samples import department

COUNTS = st.integers(0, 14)


def line(counts: Sequence[int]) -> Network:
    return Network({str(n): Cell(count, plus="all") for n, count in enumerate(counts)})


def grid(rows: Sequence[Sequence[int]]) -> Network:
    """A table with totals of lines and columns, whose grand total is told elsewhere."""
    cells: dict[str, Cell] = {}
    for i, row in enumerate(rows):
        cells[f"row {i}"] = Cell(sum(row), plus="all", minus=f"r{i}")
        for j, count in enumerate(row):
            cells[f"{i},{j}"] = Cell(count, plus=f"r{i}", minus=f"c{j}")
    for j in range(len(rows[0])):
        cells[f"column {j}"] = Cell(sum(row[j] for row in rows), plus=f"c{j}", minus="every")
    return Network(cells)


@given(st.lists(COUNTS, min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_hidden_parts_of_a_known_total_stay_open(counts: list[int]) -> None:
    hidden = line(counts).hidden()
    small = [n for n, count in enumerate(counts) if 0 < count < SMALL]
    assert {str(n) for n in small} <= hidden
    if not hidden or len(hidden) == len(counts):
        return  # nothing hidden, or nothing shown
    among = [counts[int(name)] for name in hidden]
    # Each may be anything from one up to what the others leave
    assert sum(among) - len(among) >= SMALL - 1


def fills(
    rows: int, columns: int, shown: Mapping[str, int], total: int, most: int
) -> Iterator[dict[str, int]]:
    """Yield the tables, of counts up to `most` in hidden places, that show these numbers."""
    names = [f"{i},{j}" for i, j in product(range(rows), range(columns))]
    lists = [(shown[name],) if name in shown else range(1, most + 1) for name in names]

    def of_row(i: int) -> Iterator[tuple[int, ...]]:
        for row in product(*lists[i * columns : (i + 1) * columns]):
            if f"row {i}" not in shown or sum(row) == shown[f"row {i}"]:
                yield row

    for table in product(*(list(of_row(i)) for i in range(rows))):
        sums = [sum(row[j] for row in table) for j in range(columns)]
        kept = all(sums[j] == shown.get(f"column {j}", sums[j]) for j in range(columns))
        if kept and sum(sums) == total:
            yield {f"{i},{j}": table[i][j] for i in range(rows) for j in range(columns)}


@given(
    st.lists(
        st.tuples(st.integers(0, 12) | st.sampled_from((0, 1, 2, 11)), st.integers(0, 12)),
        min_size=2,
        max_size=2,
    )
)
@settings(max_examples=25, deadline=None)
def test_hidden_counts_of_a_table_stay_open_over_lines_and_columns(
    rows: list[tuple[int, int]],
) -> None:
    network = grid(rows)
    hidden = network.hidden()
    if len(hidden) == len(network.cells):
        return
    shown = {name: cell.number for name, cell in network.cells.items() if name not in hidden}
    total = sum(map(sum, rows))
    small = [n for n in hidden if "," in n and network.cells[n].number < SMALL]
    found: dict[str, set[int]] = {name: set() for name in small}
    for table in fills(len(rows), 2, shown, total, most=25):
        for name in small:
            found[name].add(table[name])
        if all(len(values) >= SMALL for values in found.values()):
            break
    assert all(len(values) >= SMALL for values in found.values()), (rows, shown, found)


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.sampled_from((0, 1, 2, 11, 30))), min_size=2, max_size=2
    )
)
@settings(max_examples=25, deadline=None)
def test_counts_stay_open_when_the_totals_of_the_columns_are_known(
    rows: list[tuple[int, int]],
) -> None:
    """As in the public file, where all tables share these totals."""
    cells = {name: cell for name, cell in grid(rows).cells.items() if "column" not in name}
    hidden = Network(cells).hidden()
    if len(hidden) == len(cells):
        return
    shown = {name: cell.number for name, cell in cells.items() if name not in hidden}
    shown |= {f"column {j}": sum(row[j] for row in rows) for j in (0, 1)}
    small = [n for n in hidden if "," in n and cells[n].number < SMALL]
    found: dict[str, set[int]] = {name: set() for name in small}
    for table in fills(len(rows), 2, shown, sum(map(sum, rows)), most=45):
        for name in small:
            found[name].add(table[name])
        if all(len(values) >= SMALL for values in found.values()):
            break
    assert all(len(values) >= SMALL for values in found.values()), (rows, shown, found)


def test_one_small_count_of_a_large_table_takes_three_others_with_it() -> None:
    rows = [(200 + n, 300 + n) for n in range(30)]
    network = grid([*rows, (40, 3)])
    assert network.hidden() == {"30,0", "30,1", "0,0", "0,1"}


@pytest.mark.parametrize(
    ("times", "groups"),
    [
        (Times(900, 300, 40), (("in_time",), ("late",), ("not_due",))),
        (Times(900, 300, 0), (("in_time",), ("late",), ("not_due",))),
        (Times(900, 300, 4), (("in_time",), ("late", "not_due"))),
        (Times(900, 3, 40), (("in_time",), ("late", "not_due"))),
        (Times(2, 300, 40), (("late",), ("in_time", "not_due"))),
        # 5 and 6 in one sum leave each of them ten values, none of which is zero
        (Times(5, 6, 0), (("not_due",), ("in_time", "late"))),
        (Times(4, 6, 20), ()),
        (Times(12, 0, 3), (("late",), ("in_time", "not_due"))),
    ],
)
def test_a_small_total_is_told_together_with_another(times: Times, groups: Groups) -> None:
    assert together(times) == groups


def test_how_soon_is_told_of_no_line_with_a_hidden_count_and_of_no_few_answers() -> None:
    year, tables = fiscal_year(2025), department()
    cases = drawn_cases(7, 4000, first=date(2025, 4, 1), days=360)
    figures = figures_of([fact_of(c, tables) for c in cases], year, year.last)
    told = {(one.table, one.key, one.measure): one.number for one in published(figures)}
    hidden = {(table, key) for (table, key, _), number in told.items() if number is None}
    soon = {(table, key) for table, key, measure in told if measure in ("share", "median")}
    assert hidden & soon
    for table, key in hidden & soon:
        assert told[table, key, "share"] is None
        assert told[table, key, "median"] is None
    for table, lines in lines_of(figures).items():
        for code, line in lines.items():
            if (table, code or "-") not in hidden:
                assert told[table, code or "-", "share"] == line.times.share
                assert told.get((table, code or "-", "median")) == line.median


def test_the_same_year_is_told_of_channels_languages_persons_and_regions() -> None:
    year, tables = fiscal_year(2025), department()
    cases = drawn_cases(7, 4000, first=date(2025, 4, 1), days=360)
    entries = published(figures_of([fact_of(c, tables) for c in cases], year, year.last))
    for table in ("unit", "motive", "channel", "language", "complainant", "region"):
        measures = {one.measure for one in entries if one.table == table}
        assert {"received", "in_time", "late", "not_due", "share", "median"} <= measures


def test_a_count_that_only_a_bound_gives_away_is_covered() -> None:
    """One and one hidden of a known two would both be one."""
    hidden = line([1, 1, 10, 40]).hidden()
    assert hidden == {"0", "1", "2"}


def test_nothing_is_hidden_where_all_counts_are_large() -> None:
    assert grid([(10, 20), (30, 40)]).hidden() == frozenset()


def test_zeros_are_shown_unless_everything_must_be_hidden() -> None:
    assert "1" not in line([5, 0, 12]).hidden()
    assert line([1] * 10 + [0]).hidden() == {str(n) for n in range(11)}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("number", [0, 6, 40, 900])
def test_no_small_count_is_in_the_public_file(seed: int, number: int) -> None:
    tables = department()
    cases = drawn_cases(seed, number, first=date(2025, 4, 1), days=360)
    year = fiscal_year(2025)
    figures = figures_of([fact_of(case, tables) for case in cases], year, year.last)
    entries = published(figures)
    assert all(one.number is None or one.number == 0 or one.number >= SMALL for one in entries)
    if figures.total.received >= SMALL:
        numbers = [one.number for one in entries if one[:3] == ("total", "-", "received")]
        assert numbers == [figures.total.received]
    if 0 < figures.total.received < SMALL:
        assert [one.number for one in entries] == [None]


def test_of_a_large_year_much_is_told() -> None:
    tables = department()
    cases = drawn_cases(7, 4000, first=date(2025, 4, 1), days=360)
    year = fiscal_year(2025)
    entries = published(figures_of([fact_of(c, tables) for c in cases], year, year.last))
    hidden = [one for one in entries if one.number is None]
    assert len(hidden) < len(entries) / 4


def test_only_a_year_that_is_over_may_be_published() -> None:
    assert may_be_published(fiscal_year(2025), date(2026, 4, 1))
    assert not may_be_published(fiscal_year(2025), date(2026, 3, 31))
    assert not may_be_published(quarter(2025, 1), date(2026, 4, 1))
    assert not may_be_published(month(2025, 4), date(2026, 4, 1))
