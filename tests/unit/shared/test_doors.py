"""Doors come first in a crowd, and nothing waits for ever."""

from __future__ import annotations

import asyncio

from shared.runtime.doors import FEW, MANY, RECENT, Doors
from tests.waiting import until


def crowd(doors: Doors, size: int = MANY) -> None:
    for client in range(size):
        doors.enter(client)


async def test_in_a_crowd_only_a_few_work_and_afterwards_all() -> None:
    doors, at_work, go_on = Doors(), 0, asyncio.Event()

    async def work() -> None:
        nonlocal at_work
        async with doors.turn():
            at_work += 1
            await go_on.wait()

    crowd(doors)
    tasks = [asyncio.ensure_future(work()) for _ in range(FEW + 5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert at_work == FEW
    await until(lambda: at_work == FEW + 5)
    go_on.set()
    await asyncio.gather(*tasks)


async def test_one_after_the_other_is_not_a_crowd() -> None:
    doors, at_work, go_on = Doors(), 0, asyncio.Event()

    async def work() -> None:
        nonlocal at_work
        async with doors.turn():
            at_work += 1
            await go_on.wait()

    for client in range(100):
        doors.enter(client)
        doors.leave(client)
    crowd(doors, MANY - 1)
    tasks = [asyncio.ensure_future(work()) for _ in range(FEW + 5)]
    await asyncio.sleep(0)
    assert at_work == FEW + 5
    go_on.set()
    await asyncio.gather(*tasks)


async def test_clients_that_dawdle_are_not_a_crowd() -> None:
    doors, loop = Doors(), asyncio.get_running_loop()
    crowd(doors, MANY - 1)
    began = loop.time()
    await until(lambda: loop.time() - began > RECENT)
    doors.enter("one more")
    async with asyncio.timeout(5), doors.turn(), doors.turn():
        pass
    assert not doors.crowded


async def test_a_crowd_that_never_ends_starves_nothing() -> None:
    doors, done = Doors(), 0

    async def work() -> None:
        nonlocal done
        async with doors.turn():
            crowd(doors)
            await asyncio.sleep(0)
            done += 1

    crowd(doors)
    await asyncio.gather(*(work() for _ in range(50)))
    assert done == 50


async def test_who_gives_up_waiting_takes_no_turn_away() -> None:
    doors = Doors()
    crowd(doors)
    async with doors.turn():
        waiting = asyncio.ensure_future(doors.turn().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    async with asyncio.timeout(5), doors.turn(), doors.turn(), doors.turn(), doors.turn():
        pass
