"""Whose hands a notice is in: a state that is said again for as long as a relay takes its time.

Most mails are taken within milliseconds, and then nothing more is saved. A relay that looks into
mail before it answers may need a minute: in silence, its notice would soon be taken for one that a
crash left, and be sent again when its event is delivered twice.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.errors import Conflict, Transient

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from shared.domain.notice import Notice
    from shared.ports.clock import Clock
    from shared.ports.store import Store

#: A notice of which somebody said less than this ago that they are sending it is left to them.
#: Longer ago, whoever began has died.
IN_HAND = timedelta(seconds=5)
#: Seconds after which it is said again: one save that fails or is late must not lose the notice.
SAY_AGAIN = 2.0


class Hand:
    """Holds a notice in state "sending" while the block lasts; `notice` is what was last saved."""

    def __init__(self, notice: Notice, *, store: Store, clock: Clock) -> None:
        self.notice = notice
        self._store = store
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._timer = asyncio.get_running_loop().call_later(SAY_AGAIN, self._begin)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._say_again())

    async def _say_again(self) -> None:
        while self.notice.state == "sending":
            try:
                held = self.notice.changed(sending_at=self._clock.now())
                self.notice = await self._store.notices.save(held)
            except Conflict:
                if not await self._is_still_ours():
                    return
                continue
            except Transient:
                pass  # the store is away, and will be asked again
            await asyncio.sleep(SAY_AGAIN)

    async def _is_still_ours(self) -> bool:
        """See what was saved meanwhile: a bounce, what a person did, or another hand."""
        there = await self._store.notices.get(self.notice.id)
        if there is None or there.attempts != self.notice.attempts:
            return False
        self.notice = there
        return True
