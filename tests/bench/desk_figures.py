"""The figures of the overview, counted for the first time: how long that takes, and what somebody
else feels of it who looks at a list meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from services.desk.paths import PATHS
from tests.bench import cpu
from tests.bench.cpu import Trees
from tests.bench.figures import percentile
from tests.bench.phases import NotWorking

OVERVIEW = PATHS["fr"].overview
LISTS = PATHS["fr"].cases
#: Seconds between two looks of somebody else, and before asking again for figures that are not
#: there yet.
PAUSE, AGAIN = 0.25, 1.0
TRIES = 600


@dataclass(frozen=True, slots=True)
class Counted:
    """Seconds until the figures were there, processor seconds of program and store meanwhile, and
    milliseconds of each list that was asked for; both lists of times include what others took."""

    seconds: float
    spent: float
    meanwhile: Sequence[float]

    @property
    def most(self) -> float:
        return percentile(self.meanwhile, 0.95)


async def count_first(office: httpx.AsyncClient, unit: httpx.AsyncClient, trees: Trees) -> Counted:
    """Ask for the overview of a desk that has just been started."""
    waits: list[float] = []
    before, began = cpu.now(trees), time.perf_counter()
    figures = asyncio.create_task(_figures(office))
    while not figures.done():
        asked = time.perf_counter()
        await unit.get(LISTS)
        waits.append((time.perf_counter() - asked) * 1000)
        await asyncio.wait([figures], timeout=PAUSE)
    await figures
    seconds = time.perf_counter() - began
    spent = cpu.between(before, cpu.now(trees))
    return Counted(seconds, sum(spent.trees.values()), waits)


async def _figures(office: httpx.AsyncClient) -> None:
    for _ in range(TRIES):
        answer = await office.get(OVERVIEW)
        if answer.status_code == 200:
            return
        await asyncio.sleep(AGAIN)
    raise NotWorking(f"overview: {answer.status_code}")
