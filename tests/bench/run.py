"""`make bench`: measure both shapes next to a bare aiosmtpd; print tables and write JSON.

make bench                                the whole run, some twenty minutes
make bench ARGS=--quick                   an impression, in about two
make bench ARGS="--shapes full --long 0"
make bench ARGS="--only desk"             the desk among 100,000 complaints, some ten minutes
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from rich.console import Console

from tests.bench.machine import machine
from tests.bench.measuring import Part, Plan, measure
from tests.bench.phases import NotWorking
from tests.bench.report import as_json
from tests.bench.sending import Load
from tests.bench.shapes import SHAPES, Shape, run_to_the_end
from tests.bench.table import WIDTH, print_report


def plan_of(arguments: argparse.Namespace) -> Plan:
    """Return what to do; a quick run does less of everything that was not asked for."""
    mails, long, rounds = (500, 2000, 1) if arguments.quick else (5000, 20_000, 3)
    cases = 10_000 if arguments.quick else 100_000
    return Plan(
        load=Load(
            mails=arguments.mails or mails,
            connections=arguments.connections,
            size=arguments.size,
        ),
        shapes=arguments.shapes,
        rounds=arguments.rounds or rounds,
        long=long if arguments.long is None else arguments.long,
        cases=arguments.cases or cases,
        only=arguments.only,
    )


def shapes_in(value: str) -> Sequence[Shape]:
    """Return the shapes of a list with commas."""
    names = value.split(",")
    if unknown := set(names) - set(SHAPES):
        raise argparse.ArgumentTypeError(f"no such shape: {', '.join(sorted(unknown))}")
    return [shape for shape in SHAPES if shape in names]


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="make bench", description=__doc__.partition("\n")[0])
    add = found.add_argument
    add("--mails", type=int, default=0, help="mails a phase (5000)")
    add("--connections", type=int, default=10, help="connections that send (10)")
    add("--size", type=int, default=4000, help="bytes a mail (4000)")
    add("--shapes", type=shapes_in, default=list(SHAPES), help="embedded,full")
    add("--long", type=int, help="mails of the long phase (20000), 0 for none")
    add("--rounds", type=int, default=0, help="how often the short phases are done (3)")
    add("--cases", type=int, default=0, help="complaints that the desk looks through (100000)")
    add("--only", choices=get_args(Part), help="mail alone, or the desk alone")
    add("--quick", action="store_true", help="one round of 500 mails, 2000 in the long phase")
    add("--json", type=Path, help="where the figures are written (bench-<date>.json)")
    return found


def main() -> None:
    arguments = parser().parse_args()
    plan, out = plan_of(arguments), Console()
    if not out.is_terminal:
        out = Console(width=WIDTH)
    try:
        results = run_to_the_end(measure(plan, lambda text: out.print(f"… {text}", markup=False)))
    except NotWorking as error:
        raise SystemExit(str(error)) from None
    here = machine()
    print_report(out, plan, results, here)
    file = arguments.json or Path(f"bench-{datetime.now(UTC):%Y-%m-%d}.json")
    file.write_text(json.dumps(as_json(plan, results, here), indent=1, ensure_ascii=False) + "\n")
    out.print(f"All figures: {file}", highlight=False)


if __name__ == "__main__":
    main()
