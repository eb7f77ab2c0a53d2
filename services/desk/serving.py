"""The desk service: pages for people, an interface and calls for programs. Bound here, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.desk.app import build_app
from services.desk.hooks.announcing import announce_event
from services.desk.hooks.calling import Calls
from services.desk.hooks.knocking import Knocker
from services.desk.hooks.reach import Reach, networks_in
from services.desk.oidc.provider import Provider
from services.desk.operations.watch import Watch, watching
from services.intake.children import Children
from shared.department import Department, load_department
from shared.errors import Misconfigured
from shared.events import CallRequested, CaseAnnounced, Event
from shared.runtime.consuming import consume
from shared.runtime.listening import listen, serve_http
from shared.runtime.process import Context
from shared.runtime.settings import Settings, addresses_in

#: What its child needs: it makes pictures of the pages of a letter.
LOADS = ("services.intake.papers.preloaded",)


def provider_in(settings: Settings) -> Provider | None:
    """Return the identity service of the settings; raise Misconfigured without its secret."""
    if not settings.oidc_issuer or settings.oidc_client_secret_file is None:
        return None
    path = settings.oidc_client_secret_file
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, ValueError):
        secret = ""
    if not secret:
        raise Misconfigured(
            "bad_oidc_secret",
            f"{path} (RECOURS_OIDC_CLIENT_SECRET_FILE) cannot be read, or is empty.",
        )
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=secret,
        name=settings.oidc_name,
    )


@asynccontextmanager
async def desk(context: Context) -> AsyncIterator[dict[str, str]]:
    """Run the desk; yield its address, "desk"."""
    children = Children(max_workers=1, loads=LOADS)
    watch = Watch()
    department = load_department(context.settings.department)
    app = build_app(
        store=context.store,
        clock=context.clock,
        keys=context.keys,
        department=department,
        desk_url=context.settings.desk_url,
        public_url=context.settings.public_url,
        children=children,
        conditions=context.conditions.now,
        bus=context.bus,
        settings=context.settings,
        watch=watch,
        metrics=context.metrics,
        provider=provider_in(context.settings),
    )
    bound = listen("RECOURS_DESK_LISTEN", context.settings.desk_listen)
    proxies = addresses_in(context.settings.web_proxies)
    async with (
        watching(context.bus, context.clock, watch),
        serve_http(app, bound, proxies=proxies) as address,
        _ended(children),
        _calling(context, department),
    ):
        yield {"desk": address}


@asynccontextmanager
async def _ended(children: Children) -> AsyncIterator[None]:
    """End the child with the block. The first page of a letter that somebody looks at starts it."""
    try:
        yield
    finally:
        await children.close()


@asynccontextmanager
async def _calling(context: Context, department: Department) -> AsyncIterator[None]:
    """Tell other programs of events, for as long as the block lasts."""
    settings = context.settings
    knocker = Knocker(Reach(settings.hook_http, networks_in(settings.hook_networks)))
    calls = Calls(context.store, context.clock, context.keys, department, knocker)
    announcing = partial(
        announce_event, store=context.store, clock=context.clock, department=department
    )

    async def when_dead(event: Event) -> None:
        if isinstance(event, CallRequested):
            await calls.give_up(event)

    try:
        await consume(
            context.bus,
            "desk.calling",
            {
                CaseAnnounced: announcing,
                CallRequested: calls.call,
            },
            metrics=context.metrics,
            prefetch=settings.prefetch,
            doors=context.doors,
            when_dead=when_dead,
        )
        yield
    finally:
        await context.bus.stop_consuming()
        await knocker.close()
