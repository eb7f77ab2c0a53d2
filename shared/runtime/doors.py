"""Doors first: while many stand at the doors at once, a process leaves its queues alone.

Who stands there waits for a 250; what is kept already can wait a moment. One mail after the other
is not a crowd, however fast: only then would work fall behind for good. A crowd that does not end
is served beside the work, which goes on with one hand.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager, suppress

#: Mails being received at one moment that make a crowd.
MANY = 5
#: Seconds after a client's last command for which its mail counts. What takes longer waits for
#: its sender or for the network, not for us: five slow clients are no crowd.
RECENT = 0.03
#: Seconds for which nothing new is begun while there is a crowd: nobody minds an acknowledgement
#: that comes so much later, and each hand at work makes every client at the doors wait.
PATIENCE = 10.0
#: Messages in hand at once when a crowd stays longer than that.
FEW = 1
#: Seconds after the last crowd until all hands work again: on kept connections it comes and goes.
QUIET = 0.02


class Doors:
    """How crowded the doors of this process are."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._talking: dict[Hashable, float] = {}
        self._being_kept: set[Hashable] = set()
        self._first_crowd = self._last_crowd = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._calm = asyncio.Event()
        self._calm.set()
        self._at_work = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def enter(self, who: Hashable) -> None:
        """A client hands a mail in: it has just said something."""
        now = asyncio.get_running_loop().time()
        self._talking.pop(who, None)
        self._talking[who] = now
        for other, since in list(self._talking.items()):
            if now - since <= RECENT:
                break
            del self._talking[other]
        self._look_around(now)

    def keep(self, who: Hashable) -> None:
        """The client has said all; its mail is being kept, and counts until it leaves."""
        self._talking.pop(who, None)
        self._being_kept.add(who)
        self._look_around(asyncio.get_running_loop().time())

    def leave(self, who: Hashable) -> None:
        """The client has its answer, or has gone."""
        self._talking.pop(who, None)
        self._being_kept.discard(who)

    @property
    def crowded(self) -> bool:
        """Whether work stands back now."""
        return self._timer is not None

    async def calm(self, *, most: float) -> None:
        """Return when no crowd is there, after `most` seconds at the latest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(most):
                await self._calm.wait()

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

    def _look_around(self, now: float) -> None:
        if len(self._talking) + len(self._being_kept) < MANY:
            return
        self._last_crowd = now
        if self._timer is None:
            self._first_crowd = now
            self._calm.clear()
            self._timer = asyncio.get_running_loop().call_later(QUIET, self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        if len(self._being_kept) >= MANY:
            # They say nothing because they wait for us: a disk that stalls is no end of a crowd
            self._last_crowd = loop.time()
        if loop.time() < self._last_crowd + QUIET:
            self._timer = loop.call_later(QUIET, self._look)
        else:
            self._timer = None
            self._calm.set()
        self._let_in()

    def _may_work(self) -> bool:
        if not self.crowded:
            return True
        impatient = self._last_crowd - self._first_crowd > self._patience
        return impatient and self._at_work < FEW

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
