"""Measure the reader over a folder of real mail: python -m tests.corpus FOLDER.

The exit code is 1 when a bar is not met, 2 when there is nothing to measure.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from rich.console import Console

from tests.corpus.sets import SETS, measure
from tests.corpus.table import show


def main(arguments: list[str]) -> int:
    """Measure what the arguments name, print it, and return the exit code."""
    wanted = _wanted(arguments)
    console = Console()
    folder = Path(wanted.folder)
    if not folder.is_dir():
        console.print(f"{folder} is no folder. Nothing was measured: make corpus MAIL=folder")
        return 2
    found = measure(folder, frozenset(wanted.only))
    show(found, console, every_miss=wanted.list)
    if not any(figure.of for measured in found for figure in measured.figures):
        console.print(f"There is no mail in {folder}.")
        return 2
    return 0 if all(figure.is_met for each in found for figure in each.figures) else 1


def _wanted(arguments: list[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("folder", help="a folder of mail, or one that holds known sets")
    parser.add_argument(
        "--only", action="append", default=[], choices=SETS, help="one set (may be repeated)"
    )
    parser.add_argument("--list", action="store_true", help="name each miss and why")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
