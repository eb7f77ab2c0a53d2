"""The report on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from tests.bench.desk import KILOBYTES, MILLISECONDS, Looked
from tests.bench.figures import Figure, Spread
from tests.bench.measuring import Measured, Plan, Results
from tests.bench.report import bare_figures, cpu_of, figures_of, others_of
from tests.bench.shapes import Shape

#: Narrower, and the names of the figures would be cut when the output goes to a file.
WIDTH = 100
#: With more of the cores taken by others than this, figures say as much about them.
MUCH = 0.05


def print_report(out: Console, plan: Plan, results: Results, machine: Mapping[str, str]) -> None:
    """Print every figure beside its bar, met or not."""
    out.print(", ".join(f"{name} {value}" for name, value in machine.items()), highlight=False)
    if plan.only != "desk":
        _print_mail(out, plan, results)
    for looked in results.desk.values():
        _print_desk(out, plan.cases, looked)


def _print_mail(out: Console, plan: Plan, results: Results) -> None:
    load = plan.load
    out.print(
        f"{load.mails} mails of {load.size} bytes over {load.connections} connections, "
        f"{plan.rounds} rounds in turn; median (least to most)",
        highlight=False,
    )
    out.print(_figures("Bare aiosmtpd, which stores nothing", bare_figures(results)))
    for shape, measured in results.shapes.items():
        out.print(_figures(f"Recours, {shape}", figures_of(shape, results)))
        _print_others(out, shape, measured)
        out.print(_cpu(shape, measured))
        if measured.starts:
            out.print(_starts(shape, measured))
    out.print(_figures("Pure parts, alone in one process", results.pieces))


def _print_desk(out: Console, cases: int, looked: Looked) -> None:
    bars = f"p95 {MILLISECONDS} ms, page {KILOBYTES} kB"
    title = f"The desk among {cases} complaints, {looked.store}; {bars}"
    table = Table(title=title, title_justify="left", width=WIDTH)
    table.add_column("page", ratio=1)
    for name in ("p50 ms", "p95 ms", "CPU ms", "kB", "others' cores", "verdict"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in looked.asked:
        figures = (one.half, one.most, one.spent, one.kilobytes)
        style = "green" if one.verdict == "met" else "bold red"
        row = (*map(_number, figures), f"{one.others:.0%}", one.verdict)
        table.add_row(one.name, *row, style=style)
    out.print(table)
    first, meanwhile = looked.counted, _number(looked.counted.most)
    out.print(
        f"Figures: there after {_number(first.seconds)} s, {_number(first.spent)} s of processor "
        f"time, lists of others meanwhile among it; these took {meanwhile} ms (p95).",
        highlight=False,
    )
    kept = _number(looked.kept)
    out.print(f"{kept} complaints a second were kept before, with their words.", highlight=False)


def _figures(title: str, figures: Iterable[Figure]) -> Table:
    table = Table(title=title, title_justify="left", width=WIDTH)
    table.add_column("figure", ratio=1)
    for name in ("median", "least to most", "unit", "bar", "verdict"):
        table.add_column(name, justify="right", no_wrap=True)
    for figure in figures:
        style = {"met": "green", "not met": "bold red"}.get(figure.verdict)
        table.add_row(
            figure.name,
            _number(figure.spread.median),
            _range(figure.spread),
            figure.unit,
            str(figure.bar) if figure.bar else "",
            figure.verdict,
            style=style,
        )
    return table


def _cpu(shape: Shape, measured: Measured) -> Table:
    title = f"CPU milliseconds per message at full speed, {shape}"
    table = Table(title=title, title_justify="left", width=WIDTH)
    table.add_column("process, with its children", ratio=1)
    for name in ("median", "least to most", "of which in children"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, (total, children) in cpu_of(measured).items():
        row = (name, _number(total.median), _range(total), _number(children.median))
        table.add_row(*row)
    return table


def _starts(shape: Shape, measured: Measured) -> Table:
    title = f"Seconds to start, {shape}, each alone"
    table = Table(title=title, title_justify="left", width=WIDTH)
    table.add_column("recours run", ratio=1)
    for name in ("from command to ready", "importing alone"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, start in measured.starts.items():
        table.add_row(name, f"{start.ready:.2f}", f"{start.importing:.2f}")
    return table


def _print_others(out: Console, shape: Shape, measured: Measured) -> None:
    shares = others_of(measured)
    phases = (f"{name} {_percent(Spread.of(values))}" for name, values in shares.items())
    text = f"Cores taken by processes of others meanwhile: {', '.join(phases)}."
    if max(value for values in shares.values() for value in values) > MUCH:
        text += f" The machine was not quiet: figures of {shape} would be better alone."
    out.print(text, highlight=False)


def _percent(spread: Spread) -> str:
    if len(spread.values) == 1:
        return f"{spread.median:.0%}"
    return f"{spread.least:.0%} – {spread.most:.0%}"


def _range(spread: Spread) -> str:
    if len(spread.values) == 1:
        return ""
    return f"{_number(spread.least)} – {_number(spread.most)}"


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
