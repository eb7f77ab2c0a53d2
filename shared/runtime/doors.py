"""Doors first: while mail is coming in, a process hands on its queues with a few hands only.

Who stands at the door waits for a 250; what is kept already can wait a moment. Work goes on in a
trickle, so that a door that is never quiet starves nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

#: Messages in hand at once while somebody stands at a door.
FEW = 2
#: Seconds without a knock after which a door is quiet: a sender on a kept connection pauses less.
QUIET = 0.05


class Doors:
    """How busy the doors of this process are."""

    def __init__(self) -> None:
        self._last_knock = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._at_work = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def knock(self) -> None:
        """Somebody is at the door."""
        loop = asyncio.get_running_loop()
        self._last_knock = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(QUIET, self._look)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn to work, and hold it as long as the block lasts."""
        if self._may_work():
            self._at_work += 1
        else:
            await self._wait()
        try:
            yield
        finally:
            self._at_work -= 1
            self._let_in()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._last_knock + QUIET - loop.time()
        self._timer = loop.call_later(left, self._look) if left > 0 else None
        self._let_in()

    def _may_work(self) -> bool:
        return self._timer is None or self._at_work < FEW

    async def _wait(self) -> None:
        """Return when `_let_in` has given this waiter a turn, which is counted there."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._at_work -= 1
                self._let_in()
            raise

    def _let_in(self) -> None:
        while self._waiting and self._may_work():
            future = self._waiting.popleft()
            if not future.done():
                self._at_work += 1
                future.set_result(None)
