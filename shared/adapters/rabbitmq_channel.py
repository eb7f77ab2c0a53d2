"""A broker channel whose calls can be awaited. Driver-free: the driver's channel is handed in.

Every call ends: with the broker's answer, or with Transient when the channel closes under it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from shared.errors import Transient

T = TypeVar("T")

#: AMQP 0-9-1 reply codes: no such queue; declared before with other arguments.
NOT_FOUND, PRECONDITION_FAILED = 404, 406
#: Seconds the broker may take for a call that it answers in milliseconds.
CALL_TIMEOUT = 15.0


class ChannelClosed(Transient):
    """The channel went away; `reply_code` is the broker's, 0 when the connection did."""

    def __init__(self, reply_code: int) -> None:
        super().__init__(f"broker_channel_closed_{reply_code}")
        self.reply_code = reply_code


class Channel:
    """`raw` is the driver's channel, open; `closed` ends when it is not any more."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._calls: set[asyncio.Future[Any]] = set()
        self._ending = False
        raw.add_on_close_callback(self._on_closed)

    @property
    def is_open(self) -> bool:
        return not self.closed.done() and bool(self.raw.is_open)

    async def call(self, method: Callable[..., Any], **arguments: Any) -> Any:
        """Call a method of the driver that takes `callback`, and return what it is called with."""
        if not self.is_open:
            raise ChannelClosed(self.closed.result() if self.closed.done() else 0)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._calls.add(answer)
        answer.add_done_callback(self._calls.discard)
        try:
            method(callback=partial(settle, answer), **arguments)
            # Not wait_for: in Python 3.11 it may swallow a cancellation
            async with asyncio.timeout(CALL_TIMEOUT):
                return await answer
        except Transient:
            raise
        except TimeoutError:
            raise Transient("broker_silent") from None
        except Exception as error:  # noqa: BLE001 - the driver's, whose text must not get out
            raise Transient(f"broker_{type(error).__name__.lower()}") from None

    async def close(self) -> None:
        """Close it and return when the broker has; what was unacked is handed over again."""
        self._ending = True
        if self.is_open:
            self.raw.close()
        await asyncio.wait([self.closed], timeout=CALL_TIMEOUT)

    def when_lost(self, callback: Callable[[], None]) -> None:
        """Call back when it closes and nobody here has asked for it."""
        self.closed.add_done_callback(lambda _code: None if self._ending else callback())

    def _on_closed(self, _channel: Any, reason: Any) -> None:
        code = int(getattr(reason, "reply_code", 0) or 0)
        settle(self.closed, code)
        for answer in list(self._calls):
            if not answer.done():
                answer.set_exception(ChannelClosed(code))


def settle(future: asyncio.Future[T], result: T) -> None:
    """Give a future its result, unless its waiter has gone."""
    if not future.done():
        future.set_result(result)
