"""The figures as a table, and the misses one by one."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.corpus.figures import Figure, Measured


def show(found: list[Measured], console: Console, *, every_miss: bool) -> None:
    """Print the table; misses of a bar that is not met always, all of them when asked for."""
    table = Table("set", "what", "right", "of", "share", "bar", "")
    for measured in found:
        for figure in measured.figures:
            table.add_row(measured.set, *_cells(figure))
    console.print(table)
    for measured in found:
        for figure in measured.figures:
            if figure.misses and (every_miss or not figure.is_met):
                _show_misses(measured.set, figure, console)


def _cells(figure: Figure) -> tuple[str, ...]:
    bar = "" if figure.at_least is None else f"{figure.at_least:.1%}"
    share = f"{figure.right / figure.of:.1%}" if figure.of else "–"
    verdict = "[green]met[/]" if figure.is_met else "[red]NOT MET[/]"
    return (figure.name, str(figure.right), str(figure.of), share, bar, verdict if bar else "")


def _show_misses(name: str, figure: Figure, console: Console) -> None:
    console.print(f"\n[bold]{name}[/]: {figure.name}, {len(figure.misses)} not so")
    for miss in figure.misses:
        console.print(f"  {escape(miss.file)}: {escape(miss.why)}", highlight=False)
