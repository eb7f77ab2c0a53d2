"""The desk service: people's pages. Everything is bound here, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.desk.app import build_app
from services.desk.operations.watch import Watch, watching
from services.intake.children import Children
from shared.department import load_department
from shared.runtime.listening import listen, serve_http
from shared.runtime.process import Context
from shared.runtime.settings import addresses_in


@asynccontextmanager
async def desk(context: Context) -> AsyncIterator[dict[str, str]]:
    """Run the desk; yield its address, "desk"."""
    children = Children(max_workers=1)
    watch = Watch()
    app = build_app(
        store=context.store,
        clock=context.clock,
        keys=context.keys,
        department=load_department(context.settings.department),
        desk_url=context.settings.desk_url,
        public_url=context.settings.public_url,
        children=children,
        conditions=context.conditions.now,
        bus=context.bus,
        settings=context.settings,
        watch=watch,
        metrics=context.metrics,
    )
    bound = listen("RECOURS_DESK_LISTEN", context.settings.desk_listen)
    proxies = addresses_in(context.settings.web_proxies)
    async with (
        watching(context.bus, context.clock, watch),
        serve_http(app, bound, proxies=proxies) as address,
    ):
        try:
            yield {"desk": address}
        finally:
            await children.close()
