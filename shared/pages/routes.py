"""Routes that every web face has: the sheet, and the two questions of whoever watches over it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.errors import Transient
from shared.pages.rendering import static_file
from shared.ports.store import Store


def common_routes(store: Store, conditions: Callable[[], dict[str, str]] = dict) -> list[Route]:
    """Return the style sheet, /health/live and /health/ready (503 while the store is down).

    `conditions` are shown on the latter: what this process cannot do just now, by part.
    """
    return [
        Route("/style/recours.css", _sheet),
        Route("/health/live", _live),
        Route("/health/ready", partial(_ready, store, conditions)),
    ]


async def _sheet(request: Request) -> Response:
    # The address of the sheet changes with it (?hash), so a browser may keep it for a year.
    kept = "public, max-age=31536000, immutable" if request.url.query else "no-cache"
    return Response(static_file("recours.css"), 200, {"Cache-Control": kept}, "text/css")


async def _live(request: Request) -> Response:
    del request
    return PlainTextResponse("live\n")


async def _ready(
    store: Store, conditions: Callable[[], dict[str, str]], request: Request
) -> Response:
    del request
    try:
        await store.ping()
    except Transient:
        return PlainTextResponse("store down\n", 503)
    lines = "".join(f"{part} {state}\n" for part, state in conditions().items())
    return PlainTextResponse(f"ready\n{lines}")
