"""Doors come first in a crowd, and nothing waits for ever."""

from __future__ import annotations

import asyncio

from shared.runtime.doors import FEW, MANY, RECENT, Doors
from tests.waiting import until


def crowd(doors: Doors, size: int = MANY) -> None:
    for client in range(size):
        doors.enter(client)


class Hands:
    """Work that is begun and goes on until it may end."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.at_work = 0
        self.go_on = asyncio.Event()

    async def work(self) -> None:
        async with self.doors.turn():
            self.at_work += 1
            await self.go_on.wait()

    def begin(self, count: int) -> list[asyncio.Task[None]]:
        return [asyncio.ensure_future(self.work()) for _ in range(count)]

    async def end(self, tasks: list[asyncio.Task[None]]) -> None:
        self.go_on.set()
        await asyncio.gather(*tasks)


async def test_in_a_crowd_nobody_begins_and_afterwards_all_do() -> None:
    doors = Doors()
    hands = Hands(doors)
    crowd(doors)
    tasks = hands.begin(5)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert hands.at_work == 0
    await until(lambda: hands.at_work == 5)
    assert not doors.crowded
    await hands.end(tasks)


async def test_a_crowd_that_stays_leaves_one_hand_to_the_work() -> None:
    doors = Doors(patience=0.0)
    hands = Hands(doors)
    crowd(doors)
    tasks = hands.begin(FEW + 5)
    # The same clients hand in one mail after the other
    while not hands.at_work:
        crowd(doors)
        await asyncio.sleep(0.001)
    assert doors.crowded
    assert hands.at_work == FEW
    await until(lambda: hands.at_work == FEW + 5)
    await hands.end(tasks)


async def test_mails_being_kept_are_a_crowd_however_long_it_takes() -> None:
    doors, loop = Doors(), asyncio.get_running_loop()
    crowd(doors)
    for client in range(MANY):
        doors.keep(client)
    began = loop.time()
    await until(lambda: loop.time() - began > 3 * RECENT)
    assert doors.crowded
    for client in range(MANY):
        doors.leave(client)
    await until(lambda: not doors.crowded)


async def test_who_waits_for_calm_waits_no_longer_than_asked() -> None:
    doors, loop = Doors(), asyncio.get_running_loop()
    await doors.calm(most=0.0)
    crowd(doors)
    began = loop.time()
    await doors.calm(most=0.001)
    crowded = [doors.crowded]
    await doors.calm(most=60)
    crowded.append(doors.crowded)
    assert crowded == [True, False]
    assert loop.time() - began < 30


async def test_one_after_the_other_is_not_a_crowd() -> None:
    doors = Doors()
    hands = Hands(doors)
    for client in range(100):
        doors.enter(client)
        doors.leave(client)
    crowd(doors, MANY - 1)
    tasks = hands.begin(FEW + 5)
    await asyncio.sleep(0)
    assert hands.at_work == FEW + 5
    await hands.end(tasks)


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
    doors, done = Doors(patience=0.0), 0

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
