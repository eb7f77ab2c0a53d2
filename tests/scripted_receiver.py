"""A program that is told of events: answers what a test told it to, and keeps what it got."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.hooks.signing import REPLAY_SECONDS, signature
from shared.runtime.listening import serve_http


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    body: bytes
    headers: Mapping[str, str]

    def genuine(self, secret: str, *, now: float) -> bool:
        """Check it as docs/api.md tells receivers to."""
        timestamp = self.headers["recours-timestamp"]
        given = self.headers["recours-signature"].split(", ")
        in_time = abs(now - int(timestamp)) <= REPLAY_SECONDS
        return in_time and f"v1={signature(secret, timestamp, self.body)}" in given


@dataclass
class ScriptedReceiver:
    """Gives each of `answers` once, in order, then 204."""

    answers: list[int] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    url: str = ""

    async def receive(self, request: Request) -> Response:
        self.got.append(Got(await request.body(), dict(request.headers)))
        status = self.answers.pop(0) if self.answers else 204
        headers = {"Location": f"{self.url}/elsewhere"} if 300 <= status < 400 else {}
        return Response(status_code=status, headers=headers)


@asynccontextmanager
async def scripted_receiver(*answers: int) -> AsyncIterator[ScriptedReceiver]:
    """Serve one on a free port of the loopback interface."""
    bound = socket.socket()
    bound.setblocking(False)
    bound.bind(("127.0.0.1", 0))
    receiver = ScriptedReceiver(list(answers))
    app = Starlette(routes=[Route("/{path:path}", receiver.receive, methods=["POST", "GET"])])
    async with serve_http(app, bound) as address:
        receiver.url = f"http://{address}"
        yield receiver
