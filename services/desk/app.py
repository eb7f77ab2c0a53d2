"""The desk: people's pages, put together."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from services.desk.api.app import PATH as API
from services.desk.api.app import build_api
from services.desk.api.callers import Paces
from services.desk.api.problems import problem
from services.desk.desk import ROOTS, Desk, refusal
from services.desk.oidc import pages as signing_in_elsewhere
from services.desk.oidc.provider import Provider
from services.desk.pages import case, cases, entering, own_case
from services.desk.passwords import Passwords
from services.desk.paths import PATHS
from services.desk.previewing import Previews
from services.desk.reception import see_other
from services.notifier.letter import Letterhead
from shared.department import Department
from shared.domain.envelope import Language
from shared.domain.keys import Keys
from shared.pages.guard import Guard
from shared.pages.pace import Pace
from shared.pages.rendering import Pages
from shared.pages.routes import common_routes
from shared.ports.clock import Clock
from shared.ports.store import Store

HERE = Path(__file__).parent
LANGUAGES: tuple[Language, ...] = ("fr", "en")
#: Passwords that one source may try at once, and seconds until it may try one more.
TRIES_AT_ONCE = 10
SECONDS_EACH = 6.0


def build_app(
    *,
    store: Store,
    clock: Clock,
    keys: Keys,
    department: Department,
    desk_url: str,
    public_url: str = "",
    provider: Provider | None = None,
    api_paces: Paces | None = None,
) -> FastAPI:
    """Return the application of the desk. The two addresses are the bases of links."""
    desk_url, public_url = desk_url.rstrip("/"), public_url.rstrip("/")
    desk = Desk(
        store=store,
        clock=clock,
        keys=keys,
        department=department,
        desk_url=desk_url,
        pages=Pages(HERE, HERE / "api", department=department),
        passwords=Passwords(),
        pace=Pace(burst=TRIES_AT_ONCE, seconds_each=SECONDS_EACH),
        previews=Previews(Letterhead(department, keys, public_url, desk_url)),
        provider=provider,
    )
    app = FastAPI(
        title="Recours",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=[
            *_common_routes(desk),
            Mount(API, build_api(desk, api_paces)),
            *(route for code in LANGUAGES for route in _pages(desk, code)),
        ],
        exception_handlers={404: partial(_missing, desk), 405: partial(_missing, desk)},
    )
    app.add_middleware(Guard, sorry=bytes(refusal(desk, "fr", "down", 500).body))
    return app


def _common_routes(desk: Desk) -> list[Route]:
    return [
        Route("/", partial(_home, "fr")),
        *common_routes(desk.store),
    ]


def _pages(desk: Desk, language: Language) -> list[Route]:
    """Pages behind the sign-in come before signed links, whose addresses take anything."""
    return [
        Route(ROOTS[language], partial(_home, language)),
        *entering.routes(desk, language),
        *signing_in_elsewhere.routes(desk, language),
        *cases.routes(desk, language),
        *own_case.routes(desk, language),
        *case.routes(desk, language),
    ]


async def _home(language: Language, request: Request) -> Response:
    del request
    return see_other(PATHS[language].cases)


async def _missing(desk: Desk, request: Request, error: Exception) -> Response:
    del error
    if request.url.path.startswith(f"{API}/"):  # a line feed in it, which no route takes
        return problem(desk, request, "unknown")
    language: Language = "en" if request.url.path.startswith("/en/") else "fr"
    return refusal(desk, language, "unknown", 404)
