"""What every page of ours carries, whatever happens: safe headers, and never a foreign error."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import PurePath
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: No script at all, nothing from elsewhere, no frame around us (CSP level 3).
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-robots-tag", b"noindex"),
)

log = logging.getLogger(__name__)


class Guard:
    """ASGI layer outside of everything else. `sorry` is the page shown when code of ours fails.

    A header that the page set itself is left alone.
    """

    def __init__(self, app: Application, *, sorry: bytes) -> None:
        self._app = app
        self._sorry = sorry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = guarded(message.get("headers", []))
            await send(message)

        try:
            await self._app(scope, receive, send_guarded)
        except Exception as error:  # noqa: BLE001 (a defect must end in a page, not on the wire)
            log_failure(error)
            if not started:
                await self._say_sorry(send_guarded)

    async def _say_sorry(self, send: Send) -> None:
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 500, "headers": headers})
        await send({"type": "http.response.body", "body": self._sorry})


def log_failure(error: Exception) -> None:
    """Log a defect by its type and place; its text may hold a person's words and is left out."""
    log.error("page_failed", extra={"reason": type(error).__name__, "frames": _where(error)})


def _where(error: Exception) -> str:
    """Return the last places the error went through, as file:line, and nothing of its text."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " ".join(f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames)


def guarded(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers with ours beside them, except where the page has its own."""
    present = {name.lower() for name, _ in headers}
    return [*headers, *(ours for ours in HEADERS if ours[0] not in present)]
