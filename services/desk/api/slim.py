"""No request is larger than it needs to be: what is over the limit is not read to its end."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from shared.pages.guard import Application, Receive, Scope, Send

#: Twelve pages to a person and the reasons beside them are under 300 KB.
MOST_BYTES = 1 << 20


class Slim:
    """ASGI layer around the interface: reads the body once, up to MOST_BYTES, and hands it on."""

    def __init__(self, app: Application, *, too_large: Callable[[Request], Response]) -> None:
        self._app = app
        self._too_large = too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, whole = bytearray(), False
        while not whole and len(body) <= MOST_BYTES:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client has gone
            body += message.get("body", b"")
            whole = not message.get("more_body", False)
        if len(body) > MOST_BYTES:
            await self._too_large(Request(scope))(scope, receive, send)
            return
        await self._app(scope, _once(bytes(body), receive), send)


def _once(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
