"""The desk service: people's pages. Everything is bound here, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.desk.app import build_app
from shared.department import load_department
from shared.runtime.listening import listen, serve_http
from shared.runtime.process import Context


@asynccontextmanager
async def desk(context: Context) -> AsyncIterator[dict[str, str]]:
    """Run the desk; yield its address, "desk"."""
    app = build_app(
        store=context.store,
        clock=context.clock,
        keys=context.keys,
        department=load_department(context.settings.department),
        desk_url=context.settings.desk_url,
        conditions=context.conditions.now,
    )
    bound = listen("RECOURS_DESK_LISTEN", context.settings.desk_listen)
    async with serve_http(app, bound) as address:
        yield {"desk": address}
