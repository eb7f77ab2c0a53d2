"""What waits at the same moment goes out together: one round trip for many callers.

While one group is under way the next one gathers, so a lone caller waits for nobody and fifty
callers share one bulk write, one find, one call of a child process.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar, cast

from shared.errors import RecoursError

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")

#: Bounds of one group: what one message to a server may reasonably carry.
MOST_ITEMS = 512
#: Callers of one group that show that more will come in a moment.
BUSY = 4
MOST_BYTES = 32 * 1024 * 1024


class Grouped(Generic[I, R]):
    """Carries items out in groups. Each caller gets its own result, or its own error."""

    def __init__(
        self,
        carry_out: Callable[[list[I]], Awaitable[Sequence[R | RecoursError]]],
        weigh: Callable[[I], int] = lambda _item: 0,
        *,
        most_items: int = MOST_ITEMS,
        most_bytes: int = MOST_BYTES,
        at_once: int = 1,
        linger: float = 0.0,
    ) -> None:
        """`weigh` gives an item's bytes; `at_once` groups may be under way at one moment.

        After a group that several shared, the next gathers for `linger` seconds: when there is
        much to do, few large groups cost far less than many small ones.
        """
        self._carry_out = carry_out
        self._weigh = weigh
        self._most_items = most_items
        self._most_bytes = most_bytes
        self._at_once = at_once
        self._linger = linger
        self._waiting: deque[tuple[I, asyncio.Future[R]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def add(self, item: I) -> R:
        """Return the item's result; a cancelled caller does not stop what is under way."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.append((item, future))
        if len(self._tasks) < self._at_once:
            self._tasks.add(loop.create_task(self._run()))
        return await future

    async def finish(self) -> None:
        """Return when nothing waits any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _run(self) -> None:
        try:
            while self._waiting:
                if await self._one_group() >= BUSY and self._linger:
                    await asyncio.sleep(self._linger)
        finally:
            # Here, not in a callback: that comes later, and who adds meanwhile would wait for ever
            self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _one_group(self) -> int:
        group = self._next_group()
        futures = [future for _, future in group]
        try:
            results = await self._carry_out([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - it goes to every caller of the group
            for future in futures:
                _settle(future, error)
            return len(group)
        for future, result in zip(futures, results, strict=True):
            _settle(future, result)
        return len(group)

    def _next_group(self) -> list[tuple[I, asyncio.Future[R]]]:
        group: list[tuple[I, asyncio.Future[R]]] = []
        size = 0
        while self._waiting and len(group) < self._most_items:
            size += self._weigh(self._waiting[0][0])
            if group and size > self._most_bytes:
                break
            group.append(self._waiting.popleft())
        return group


def _settle(future: asyncio.Future[R], result: R | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
