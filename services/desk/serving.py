"""The desk service: people's pages. Everything is bound here, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.desk.app import build_app
from services.desk.oidc.provider import Provider
from shared.department import load_department
from shared.errors import Misconfigured
from shared.runtime.listening import listen, serve_http
from shared.runtime.process import Context
from shared.runtime.settings import Settings, addresses_in


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
    app = build_app(
        store=context.store,
        clock=context.clock,
        keys=context.keys,
        department=load_department(context.settings.department),
        desk_url=context.settings.desk_url,
        public_url=context.settings.public_url,
        provider=provider_in(context.settings),
    )
    bound = listen("RECOURS_DESK_LISTEN", context.settings.desk_listen)
    proxies = addresses_in(context.settings.web_proxies)
    async with serve_http(app, bound, proxies=proxies) as address:
        yield {"desk": address}
