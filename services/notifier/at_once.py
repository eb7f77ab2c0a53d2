"""A notice that is sent by the hand that keeps it, while the relay takes mail without delay.

It is kept as being sent, with its event for later: that one is withdrawn by the save that says what
became of the notice. Whatever goes wrong in between, the event finds the notice as it is after any
other crash. A relay that is paused, paced or slow is left to the queue.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from services.notifier.sending import hand_over
from shared.errors import Conflict, Postponed, RecoursError
from shared.events import requested
from shared.runtime.logs import describe

if TYPE_CHECKING:
    from services.notifier.breaker import Breaker
    from services.notifier.mailer import Mailer
    from services.notifier.pace import Pace
    from shared.domain.notice import Notice
    from shared.ports.clock import Clock
    from shared.ports.store import Store

_log = logging.getLogger(__name__)

#: Seconds for which a notice waits for a place at the relay before it is left to its event.
PATIENCE = 1.0
#: A notice that was longer than this on its way into the store is left to its event, which may soon
#: be out: whoever takes that up must not find one in our hand that we have not touched yet.
SOON = timedelta(seconds=2)


class NotNow(RecoursError):
    """Nothing was sent, and nothing is known of the relay: its code is none of the relay's, from
    which the breaker would learn."""


class AtOnce:
    """Sends what was just kept, `places` notices at one moment; with 0 it sends nothing."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        mailer: Mailer,
        breaker: Breaker,
        pace: Pace,
        places: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._mailer = _Impatient(mailer, places)
        self._breaker = breaker
        self._pace = pace
        self._closed = places == 0

    def begun(self, notice: Notice) -> Notice | None:
        """Return a new notice as one that is being sent, None when it has to wait its turn."""
        if self._closed or self._breaker.paused:
            return None
        try:
            self._pace.ask(notice)
        except Postponed:
            return None
        return notice.changed(state="sending", sending_at=self._clock.now(), attempts=1)

    async def send(self, notice: Notice, raw: bytes) -> None:
        """Send a notice that was kept as begun, with its event for later."""
        if notice.sending_at is None or self._clock.now() - notice.sending_at > SOON:
            return await self._leave(notice, "kept_slowly")
        if self._breaker.paused:  # since the notice was begun
            return await self._leave(notice, "relay_paused")
        try:
            await hand_over(
                notice,
                raw,
                store=self._store,
                clock=self._clock,
                mailer=self._mailer,
                breaker=self._breaker,
                withdraw=[requested(notice)],
            )
        except NotNow as error:
            await self._leave(notice, error.code)
        except RecoursError as error:
            self._tell(notice, error.code)
        except Exception as error:  # noqa: BLE001 - its event meets the same, and is buried with it
            reason = describe(error)
            _log.error("not sent at once", extra={"notice_id": notice.id, "reason": reason})

    async def _leave(self, notice: Notice, code: str) -> None:
        """Put a notice back as one that nobody has begun to send."""
        self._tell(notice, code)
        untouched = notice.changed(state="created", sending_at=None, attempts=0)
        try:
            await self._store.notices.save(untouched)
        except Conflict:
            return  # somebody else has it in hand
        except RecoursError as error:
            self._tell(notice, error.code)

    def _tell(self, notice: Notice, code: str) -> None:
        _log.info("left to its event", extra={"notice_id": notice.id, "code": code})


class _Impatient:
    """A mailer that is not waited for when it has much to do; see `Mailer`."""

    def __init__(self, mailer: Mailer, places: int) -> None:
        self._mailer = mailer
        self._places = asyncio.Semaphore(places)

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._places.acquire()
        except TimeoutError:
            raise NotNow("no_place_soon") from None
        try:
            await self._mailer.send(
                notice_id=notice_id, mail_from=mail_from, rcpt_to=rcpt_to, raw=raw
            )
        finally:
            self._places.release()

    async def close(self) -> None:
        """Whoever opened the mailer closes it."""
