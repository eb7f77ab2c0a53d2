"""How many pages were asked for, by the pattern of their address, and how long each took.

The pattern is one of ours ("/bureau/plaintes/{reference}"): no reference, no id and no word of a
person gets into a metric. What no route takes counts as "none".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from starlette.routing import BaseRoute, Route

from shared.pages.guard import Application, Message, Receive, Scope, Send

#: Is told the pattern of the address, the status and the seconds of each answer.
Observe = Callable[[str, int, float], None]
NO_ROUTE = "none"


class PageCounter:
    """ASGI layer around everything else, the guard included: it sees the status that leaves."""

    def __init__(self, app: Application, *, routes: Sequence[BaseRoute], observe: Observe) -> None:
        self._app = app
        self._observe = observe
        self._patterns = {id(one.endpoint): one.path for one in routes if isinstance(one, Route)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            endpoint: Any = scope.get("endpoint")
            pattern = self._patterns.get(id(endpoint), NO_ROUTE)
            self._observe(pattern, status, time.perf_counter() - started)
