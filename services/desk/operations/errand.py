"""Work that takes longer than a page may: begun by a button, done beside the pages, once at a time.

What came of it is kept in this process alone, with the moment at which it ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Generic, TypeVar

from shared.errors import RecoursError
from shared.ports.clock import Clock
from shared.runtime.logs import describe

T = TypeVar("T")


class Errand(Generic[T]):
    """One piece of work, whoever asks for it. `failed` is our word for why it came to nothing."""

    def __init__(self) -> None:
        self.result: T | None = None
        self.ended_at: datetime | None = None
        self.failed = ""
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def begin(self, work: Callable[[], Awaitable[T]], clock: Clock) -> None:
        """Begin the work; do nothing while it is under way already."""
        if not self.running:
            self._task = asyncio.get_running_loop().create_task(self._do(work, clock))

    async def wait(self, seconds: float) -> None:
        """Return when it has ended, or after so many seconds."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=seconds)

    async def stop(self) -> None:
        """Give it up, when the process ends."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _do(self, work: Callable[[], Awaitable[T]], clock: Clock) -> None:
        try:
            self.result, self.failed = await work(), ""
        except RecoursError as error:
            self.failed = error.code
        except Exception as error:  # noqa: BLE001 - a defect is shown by its type, and not lost
            self.failed = describe(error).partition(" ")[0]
        self.ended_at = clock.now()
