"""What waits at the same moment goes out together, and nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from shared.errors import Conflict, Transient
from shared.grouping import BUSY, Grouped


async def test_what_waits_while_a_group_is_under_way_goes_out_together() -> None:
    groups: list[list[int]] = []

    async def carry_out(items: list[int]) -> list[int]:
        groups.append(items)
        await asyncio.sleep(0)
        return [item * 2 for item in items]

    grouped: Grouped[int, int] = Grouped(carry_out)
    assert await asyncio.gather(*(grouped.add(item) for item in range(5))) == [0, 2, 4, 6, 8]
    assert groups == [[0, 1, 2, 3, 4]]


async def test_who_comes_at_the_moment_when_a_group_ends_is_not_forgotten() -> None:
    async def carry_out(items: list[int]) -> list[int]:
        return items

    grouped: Grouped[int, int] = Grouped(carry_out)
    async with asyncio.timeout(5):
        for number in range(10):
            # The first result wakes us while the task that brought it is not quite over
            assert await grouped.add(number) == number


async def test_a_group_has_bounds_and_several_may_be_under_way() -> None:
    groups: list[list[bytes]] = []
    most, now = 0, 0

    async def carry_out(items: list[bytes]) -> list[int]:
        nonlocal most, now
        now += 1
        most = max(most, now)
        groups.append(items)
        await asyncio.sleep(0)
        now -= 1
        return [len(item) for item in items]

    grouped: Grouped[bytes, int] = Grouped(carry_out, len, most_items=3, most_bytes=10, at_once=2)
    items = [b"x" * 4] * 4 + [b"y"] * 7 + [b"z" * 50]
    assert await asyncio.gather(*map(grouped.add, items)) == [len(item) for item in items]
    assert most == 2
    assert all(len(group) <= 3 for group in groups)
    assert all(len(group) == 1 or sum(map(len, group)) <= 10 for group in groups)


async def test_each_caller_gets_its_own_error_or_that_of_the_group() -> None:
    async def some_fail(items: list[int]) -> list[int | Conflict]:
        return [Conflict("cases", "x") if item == 1 else item for item in items]

    async def all_fail(_: list[int]) -> list[int]:
        raise Transient("away")

    grouped: Grouped[int, int] = Grouped(some_fail)
    found = await asyncio.gather(*map(grouped.add, range(3)), return_exceptions=True)
    assert isinstance(found[1], Conflict)
    assert (found[0], found[2]) == (0, 2)
    with pytest.raises(Transient):
        await Grouped(all_fail).add(1)


async def test_finish_waits_for_what_is_under_way() -> None:
    done: list[int] = []

    async def carry_out(items: list[int]) -> list[int]:
        await asyncio.sleep(0)
        done.extend(items)
        return items

    grouped: Grouped[int, int] = Grouped(carry_out)
    callers = [asyncio.ensure_future(grouped.add(item)) for item in range(3)]
    await asyncio.sleep(0)
    await grouped.finish()
    assert done == [0, 1, 2]
    await asyncio.gather(*callers)


async def test_after_a_group_that_many_shared_the_next_one_gathers_for_longer() -> None:
    groups: list[list[int]] = []

    async def carry_out(items: list[int]) -> list[int]:
        groups.append(items)
        return items

    async def add_later(item: int) -> None:
        for _ in range(item):
            await asyncio.sleep(0)
        await grouped.add(item)

    grouped: Grouped[int, int] = Grouped(carry_out, linger=0.05)
    first = [grouped.add(0) for _ in range(BUSY)]
    await asyncio.gather(*first, *(add_later(turns) for turns in range(5, 15)))
    assert groups == [[0] * BUSY, [*range(5, 15)]]
