"""Doors come first, and nothing waits for ever."""

from __future__ import annotations

import asyncio

from shared.runtime.doors import FEW, Doors
from tests.waiting import until


async def test_while_a_door_is_busy_only_a_few_work_and_then_all() -> None:
    doors, at_work, go_on = Doors(), 0, asyncio.Event()

    async def work() -> None:
        nonlocal at_work
        async with doors.turn():
            at_work += 1
            await go_on.wait()

    doors.knock()
    tasks = [asyncio.ensure_future(work()) for _ in range(FEW + 5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert at_work == FEW
    await until(lambda: at_work == FEW + 5)
    go_on.set()
    await asyncio.gather(*tasks)


async def test_a_door_that_is_never_quiet_starves_nothing() -> None:
    doors, done = Doors(), 0

    async def work() -> None:
        nonlocal done
        async with doors.turn():
            doors.knock()
            await asyncio.sleep(0)
            done += 1

    doors.knock()
    await asyncio.gather(*(work() for _ in range(50)))
    assert done == 50


async def test_who_gives_up_waiting_takes_no_turn_away() -> None:
    doors = Doors()
    doors.knock()
    async with doors.turn(), doors.turn():
        waiting = asyncio.ensure_future(doors.turn().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    async with doors.turn(), doors.turn():
        pass
    assert doors._at_work == 0
