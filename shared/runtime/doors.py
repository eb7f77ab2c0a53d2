"""Doors first: while many stand at the doors at once, a process hands on its queues with one hand.

Who stands there waits for a 250; what is kept already can wait a moment. One mail after the other
is not a crowd, however fast: only then would work fall behind for good.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

#: Mails being received at one moment that make a crowd.
MANY = 5
#: Seconds after its MAIL FROM for which a mail counts. What takes longer waits for its sender or
#: for the network, not for us: five slow clients are no crowd.
RECENT = 0.03
#: Messages in hand at once while there is one. Every other one makes the doors slower, and slower
#: doors let a crowd stand longer.
FEW = 1
#: Seconds after the last crowd until all hands work again: on kept connections it comes and goes.
QUIET = 0.02


class Doors:
    """How crowded the doors of this process are."""

    def __init__(self) -> None:
        self._inside: dict[Hashable, float] = {}
        self._last_crowd = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._at_work = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def enter(self, who: Hashable) -> None:
        """A client begins to hand a mail in."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._inside.pop(who, None)
        self._inside[who] = now
        for other, since in list(self._inside.items()):
            if now - since <= RECENT:
                break
            del self._inside[other]
        if len(self._inside) >= MANY:
            self._last_crowd = now
            if self._timer is None:
                self._timer = loop.call_later(QUIET, self._look)

    def leave(self, who: Hashable) -> None:
        """The client has its answer, or has gone."""
        self._inside.pop(who, None)

    @property
    def crowded(self) -> bool:
        """Whether work stands back now."""
        return self._timer is not None

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
        left = self._last_crowd + QUIET - loop.time()
        self._timer = loop.call_later(left, self._look) if left > 0 else None
        self._let_in()

    def _may_work(self) -> bool:
        return not self.crowded or self._at_work < FEW

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
