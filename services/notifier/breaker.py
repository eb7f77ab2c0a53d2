"""Leave a relay alone that does not work: after some failures in a row, one try at a time.

Ten thousand notices that each find out for themselves that the relay is down hammer it when it
comes back, and use up tries that were meant for their own recipients' servers. One breaker for
each process: what it knows is how the relay treated this process.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.notifier.relay_connection import ABOUT_US, IN_DATA, NotConnected
from shared.errors import Postponed, RecoursError
from shared.runtime.conditions import OK

if TYPE_CHECKING:
    from shared.runtime.metrics import Metrics

_log = logging.getLogger(__name__)

#: What says that the relay itself does not work. A 4xx or 5xx about one recipient says that it
#: does; 421 is "service not available" (RFC 5321 section 4.2.3).
OF_THE_RELAY = frozenset(
    {"relay_unreachable", "relay_tls", "relay_session", "relay_lost", "relay_421", IN_DATA}
) | {f"relay_{code}" for code in ABOUT_US}


class Breaker:
    """Counts failures of the relay in a row; `failures` of them and nothing is tried for `pause`
    seconds, then one mail each `pause` seconds until one gets an answer."""

    def __init__(
        self,
        *,
        failures: int,
        pause: float,
        metrics: Metrics | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._pause = pause
        self._metrics = metrics
        self._now = now
        self._in_a_row = 0
        self._next_try: float | None = None
        self._code = ""

    @property
    def paused(self) -> bool:
        """Whether the relay is being left alone."""
        return self._next_try is not None

    def condition(self) -> str:
        """Return what `/health/ready` says of the relay."""
        if not self.paused:
            return OK
        return (
            f"degraded: it does not work ({self._code}). Mail is kept and tried every "
            f'{self._pause:g} s; see "The relay is paused" in docs/operations.md'
        )

    def ask(self) -> None:
        """Return when a mail may be tried; raise Postponed when the relay is left alone.

        Who is let through a pause is its one try: whether it got as far as the relay or not, the
        next one comes a pause later.
        """
        if self._next_try is None:
            return
        now = self._now()
        if now < self._next_try:
            raise Postponed("relay_paused", seconds=self._next_try - now)
        self._next_try = now + self._pause

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Learn from how the block ends: it hands one mail to the relay."""
        try:
            yield
        except RecoursError as error:
            if isinstance(error, NotConnected) or error.code in OF_THE_RELAY:
                self._failed(error.code)
            elif error.code.startswith("relay_"):
                self._worked()  # it refused this mail, and so it answers
            raise
        self._worked()

    def _failed(self, code: str) -> None:
        self._in_a_row += 1
        self._code = code
        if self._in_a_row >= self._most and self._next_try is None:
            self._next_try = self._now() + self._pause
            self._show(1)
            _log.error("relay paused", extra={"code": code, "failures": self._in_a_row})

    def _worked(self) -> None:
        self._in_a_row = 0
        if self._next_try is not None:
            self._next_try = None
            self._show(0)
            _log.warning("relay works again")

    def _show(self, paused: int) -> None:
        if self._metrics is not None:
            self._metrics.relay_paused.set(paused)
