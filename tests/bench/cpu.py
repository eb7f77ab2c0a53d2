"""CPU time by process tree, and how much of the machine others took meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

#: Processes by the names that a report uses: the root of each tree.
Trees = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Moment:
    """CPU seconds used until now: by each tree, by the children in it, by the whole machine."""

    at: float
    trees: Mapping[str, float]
    children: Mapping[str, float]
    ours: float
    machine: float


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds between two moments; `others` is their share of the machine's cores, 0 to 1."""

    trees: Mapping[str, float]
    children: Mapping[str, float]
    others: float


def now(trees: Trees) -> Moment:
    """Look at the clocks of all processes under the roots; one that is gone counts nothing."""
    own = {name: [_times(pid) for pid in pids] for name, pids in trees.items()}
    totals = {name: sum(o + c for o, c in times) for name, times in own.items()}
    me = psutil.Process()
    busy = psutil.cpu_times()
    return Moment(
        at=time.monotonic(),
        trees=totals,
        children={name: sum(c for _, c in times) for name, times in own.items()},
        ours=sum(_times(me.pid, live=me.children(recursive=True))),
        machine=sum(busy) - busy.idle - busy.iowait - busy.guest - busy.guest_nice,
    )


def between(before: Moment, after: Moment) -> Spent:
    """Return what was spent from one moment to the next."""
    ours = after.ours - before.ours
    cores = (after.at - before.at) * (psutil.cpu_count() or 1)
    return Spent(
        trees={name: after.trees[name] - before.trees[name] for name in after.trees},
        children={name: after.children[name] - before.children[name] for name in after.children},
        others=max(0.0, after.machine - before.machine - ours) / cores,
    )


def _times(pid: int, live: Sequence[psutil.Process] | None = None) -> tuple[float, float]:
    """Return seconds of a process, and of its children: those that live and those that ended."""
    try:
        process = psutil.Process(pid)
        mine = process.cpu_times()
        below = process.children(recursive=True) if live is None else live
    except psutil.NoSuchProcess:
        return 0.0, 0.0
    children = mine.children_user + mine.children_system + sum(_own(child) for child in below)
    return mine.user + mine.system, children


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
