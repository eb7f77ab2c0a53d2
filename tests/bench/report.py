"""Results to figures, each with its bar. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

from tests.bench.figures import Bar, Figure, Spread
from tests.bench.measuring import Measured, Plan, Results
from tests.bench.phases import Through
from tests.bench.shapes import Shape

ACCEPTED = Bar(least=0.8)
THROUGH: Mapping[Shape, Bar] = {"embedded": Bar(least=0.2), "full": Bar(least=0.16)}
CPU: Mapping[Shape, Bar] = {"embedded": Bar(most=3.0), "full": Bar(most=6.0)}
WAIT = Bar(most=1000.0)
LAST = Bar(least=0.9)
NONE_MISSING = Bar(most=0.0)

#: Milliseconds that a share of the mails did not exceed.
Wait = Callable[[float], float]


def bare_figures(results: Results) -> list[Figure]:
    """Return the measure of all ratios."""
    return [
        Figure("accepted by bare aiosmtpd", _bare(results), "/s"),
        Figure("time to 250, p50", Spread.of(sent.wait(0.5) for sent in results.bare), "ms"),
        Figure("time to 250, p99", Spread.of(sent.wait(0.99) for sent in results.bare), "ms"),
    ]


def figures_of(shape: Shape, results: Results) -> list[Figure]:
    """Return all figures of a shape, in the order in which a message meets them."""
    measured, bare = results.shapes[shape], _bare(results)
    alone = Spread.of(sent.rate for sent in measured.alone)
    accepted = Spread.of(each.sent.rate for each in measured.whole)
    rate = Spread.of(each.rate for each in measured.whole)
    return [
        Figure("accepted, intake alone", alone, "/s"),
        Figure("  of bare", alone.against(bare), "×", ACCEPTED),
        *_waits([sent.wait for sent in measured.alone]),
        Figure("accepted, all services running", accepted, "/s"),
        Figure("  of bare", accepted.against(bare), "×", ACCEPTED),
        *_waits([each.sent.wait for each in measured.whole]),
        Figure("end to end, at full speed", rate, "/s"),
        Figure("  of bare", rate.against(bare), "×", THROUGH[shape]),
        Figure("  mail to acknowledgement, p50", _wait(measured.whole, 0.5), "ms"),
        Figure("  mail to acknowledgement, p99", _wait(measured.whole, 0.99), "ms"),
        Figure("CPU per message, all processes", _cpu(measured), "ms", CPU[shape]),
        *_once(measured),
        Figure("not acknowledged", Spread((float(_missing(measured)),)), "mails", NONE_MISSING),
        Figure("refused by the door", Spread((float(_refused(measured)),)), "mails", NONE_MISSING),
    ]


def cpu_of(measured: Measured) -> dict[str, tuple[Spread, Spread]]:
    """Return milliseconds a message by process: in all, and the part of its children."""
    totals = [each.milliseconds() for each in measured.whole]
    children = [each.of_children() for each in measured.whole]
    return {
        name: (
            Spread.of(each[name] for each in totals),
            Spread.of(each[name] for each in children),
        )
        for name in totals[0]
    }


def others_of(measured: Measured) -> dict[str, list[float]]:
    """Return the share of the cores that processes of others took, by phase."""
    half = [measured.half] if measured.half is not None else []
    phases = {"full speed": measured.whole, "half rate": half, "quarters": measured.quarters}
    return {name: [each.spent.others for each in run] for name, run in phases.items() if run}


def as_json(plan: Plan, results: Results, machine: Mapping[str, str]) -> dict[str, object]:
    """Return everything as plain values."""
    sizes = {"rounds": plan.rounds, "long": plan.long, "cases": plan.cases}
    whole = plan.only != "desk"
    return {
        "machine": dict(machine),
        "plan": {**asdict(plan.load), **sizes},
        "desk": {shape: asdict(looked) for shape, looked in results.desk.items()},
        **(_mail_as_json(results) if whole else {}),
    }


def _mail_as_json(results: Results) -> dict[str, object]:
    return {
        "bare": [_plain(figure) for figure in bare_figures(results)],
        "pieces": [_plain(figure) for figure in results.pieces],
        "shapes": {
            shape: {
                "figures": [_plain(figure) for figure in figures_of(shape, results)],
                "cpu_ms": {
                    name: {"all": total.values, "children": children.values}
                    for name, (total, children) in cpu_of(measured).items()
                },
                "taken_by_others": others_of(measured),
                "starts": {name: asdict(start) for name, start in measured.starts.items()},
            }
            for shape, measured in results.shapes.items()
        },
    }


def _plain(figure: Figure) -> dict[str, object]:
    return {
        "name": figure.name.strip(),
        "median": figure.spread.median,
        "values": figure.spread.values,
        "unit": figure.unit,
        "bar": str(figure.bar) if figure.bar else None,
        "verdict": figure.verdict or None,
    }


def _once(measured: Measured) -> Iterator[Figure]:
    if measured.half is not None:
        yield Figure("sent at half of the full rate", Spread((measured.half_rate,)), "/s")
        for name, share, bar in (("p50", 0.5, None), ("p99", 0.99, WAIT)):
            wait = Spread((measured.half.wait(share),))
            yield Figure(f"  mail to acknowledgement, {name}", wait, "ms", bar)
    if measured.quarters:
        first, last = measured.quarters[0], measured.quarters[-1]
        name = f"quarter of {sum(len(each.sent.times) for each in measured.quarters)} mails"
        yield Figure(f"end to end, first {name}", Spread((first.rate,)), "/s")
        yield Figure(f"end to end, last {name}", Spread((last.rate,)), "/s")
        yield Figure("  last of first", Spread((last.rate / first.rate,)), "×", LAST)
        yield Figure("  CPU per message, first quarter", Spread((_total(first),)), "ms")
        yield Figure("  CPU per message, last quarter", Spread((_total(last),)), "ms")


def _bare(results: Results) -> Spread:
    return Spread.of(sent.rate for sent in results.bare)


def _waits(waits: list[Wait]) -> Iterator[Figure]:
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        yield Figure(f"  time to 250, {name}", Spread.of(wait(share) for wait in waits), "ms")


def _wait(whole: list[Through], share: float) -> Spread:
    return Spread.of(each.wait(share) for each in whole)


def _cpu(measured: Measured) -> Spread:
    return Spread.of(_total(each) for each in measured.whole)


def _total(each: Through) -> float:
    return sum(each.milliseconds().values())


def _all(measured: Measured) -> list[Through]:
    half = [measured.half] if measured.half is not None else []
    return [*measured.whole, *half, *measured.quarters]


def _missing(measured: Measured) -> int:
    return sum(each.missing for each in _all(measured))


def _refused(measured: Measured) -> int:
    sent = [*measured.alone, *(each.sent for each in _all(measured))]
    return sum(each.refused for each in sent)
