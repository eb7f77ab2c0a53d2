"""A whole run: rounds that take the bare door and both shapes in turn, then the long phases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tests.bench.desk import Looked, desk
from tests.bench.figures import Figure, Spread
from tests.bench.phases import NEXT, Through, bare_door, intake_alone, through, warm_up
from tests.bench.pieces import pieces
from tests.bench.sending import Load, Sent
from tests.bench.shapes import Shape, running
from tests.bench.starting import Start, starts

QUARTERS = 4

Part = Literal["mail", "desk"]

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does; `long` is the number of mails of the long phase, 0 for none, `cases` the
    number of complaints that the desk looks through."""

    load: Load
    shapes: Sequence[Shape]
    rounds: int
    long: int
    cases: int
    only: Part | None = None


@dataclass
class Measured:
    """What one shape gave: one entry a round, and the two phases that are done once.

    The long phase is sent in quarters, each told before the next begins: within one stream the
    first quarter bears the work of the door for all of them.
    """

    alone: list[Sent] = field(default_factory=list)
    whole: list[Through] = field(default_factory=list)
    half: Through | None = None
    half_rate: float = 0.0
    quarters: list[Through] = field(default_factory=list)
    starts: dict[str, Start] = field(default_factory=dict)


@dataclass
class Results:
    """Everything that a run has seen."""

    bare: list[Sent] = field(default_factory=list)
    shapes: dict[Shape, Measured] = field(default_factory=dict)
    pieces: list[Figure] = field(default_factory=list)
    desk: dict[Shape, Looked] = field(default_factory=dict)


async def measure(plan: Plan, say: Say) -> Results:
    """Run all phases of `plan`; `say` hears what is being done."""
    results = Results(shapes={shape: Measured() for shape in plan.shapes})
    if plan.only != "desk":
        await _mail(results, plan, say)
    if plan.only != "mail":
        results.desk = await desk(plan.cases, plan.shapes, say)
    return results


async def _mail(results: Results, plan: Plan, say: Say) -> None:
    say("the pure parts, alone")
    results.pieces = await pieces(plan.load.size)
    for number in range(1, plan.rounds + 1):
        say(f"round {number} of {plan.rounds}: the bare door")
        results.bare.append(await bare_door(plan.load))
        for shape, measured in results.shapes.items():
            await _round(shape, measured, plan.load, _prefixed(say, f"round {number}: "))
    for shape, measured in results.shapes.items():
        await _once(shape, measured, plan, say)


async def _round(shape: Shape, measured: Measured, load: Load, say: Say) -> None:
    say(f"{shape}, intake alone")
    measured.alone.append(await intake_alone(shape, load))
    say(f"{shape}, whole, at full speed")
    async with running(shape) as system:
        await warm_up(system, load)
        measured.whole.append(await through(system, load))


async def _once(shape: Shape, measured: Measured, plan: Plan, say: Say) -> None:
    measured.half_rate = Spread.of(each.rate for each in measured.whole).median / 2
    say(f"{shape}, at half of its full rate: {measured.half_rate:.0f}/s")
    async with running(shape) as system:
        await warm_up(system, plan.load)
        measured.half = await through(system, plan.load, rate=measured.half_rate, first=NEXT)
    if plan.long:
        say(f"{shape}, {plan.long} mails at full speed, in quarters")
        async with running(shape) as system:
            await warm_up(system, plan.load)
            size = plan.long // QUARTERS
            for number in range(QUARTERS):
                each = await through(system, plan.load, mails=size, first=NEXT + number * size)
                measured.quarters.append(each)
    say(f"{shape}, start of each service")
    measured.starts = await starts(shape)


def _prefixed(say: Say, prefix: str) -> Say:
    return lambda text: say(prefix + text)
