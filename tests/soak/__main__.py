"""`make soak`: each part dies again and again under a stream of mail; nothing may be lost.

    make soak                                           the whole matrix, some ten minutes
    make soak ARGS="--mails 500 --parts router,mongod"

Exits 1 when a case or a person is missing, or more mails are doubled than the known window counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.bench.run import shapes_in
from tests.bench.shapes import SHAPES, Shape, run_to_the_end
from tests.bench.table import WIDTH
from tests.soak.killing import PARTS, Row, soaked

COLUMNS = (
    "shape", "part killed", "times", "mails", "cases", "told", "doubled", "known window",
    "seconds", "ledger", "verdict",
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="make soak", description=__doc__.partition("\n")[0])
    every = [part for parts in PARTS.values() for part in parts]
    add = found.add_argument
    add("--mails", type=int, default=5000, help="mails a part (5000)")
    add("--shapes", type=shapes_in, default=list(SHAPES), help="embedded,full")
    add("--parts", default=",".join(every), help=",".join(every))
    return found


async def matrix(cells: Sequence[tuple[Shape, str]], mails: int, out: Console) -> list[Row]:
    """Run one row after the other."""
    rows = []
    for shape, part in cells:
        out.print(f"… {shape}: {part} dies under {mails} mails", highlight=False)
        row = await soaked(shape, part, mails)
        if not row.passed:
            out.print(row.why(), markup=False, highlight=False)
        rows.append(row)
    return rows


def table_of(rows: Sequence[Row]) -> Table:
    """Return one line a part."""
    table = Table(title="Killed with -9 under a stream of mail", title_justify="left")
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in COLUMNS[:2] else "right")
    for row in rows:
        found = row.found
        counts = (row.deaths, row.mails, found.cases, found.told, found.doubled)
        table.add_row(
            row.shape,
            row.part,
            *(str(count) for count in (*counts, found.known_window)),
            f"{row.seconds:.0f}",
            "adds up" if row.adds_up else "does not add up",
            "passed" if row.passed else "failed",
            style="green" if row.passed else "bold red",
        )
    return table


def main() -> None:
    arguments, out = parser().parse_args(), Console()
    if not out.is_terminal:
        out = Console(width=WIDTH + 20)
    wanted = arguments.parts.split(",")
    cells = [(s, part) for s in arguments.shapes for part in PARTS[s] if part in wanted]
    rows = run_to_the_end(matrix(cells, arguments.mails, out))
    out.print(table_of(rows))
    raise SystemExit(0 if rows and all(row.passed for row in rows) else 1)


if __name__ == "__main__":
    main()
