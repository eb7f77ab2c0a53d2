"""The desk: people's pages, put together."""

from __future__ import annotations

from collections.abc import Callable
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
from services.desk.office import accounts, consulted, oral, sorting
from services.desk.oidc import pages as signing_in_elsewhere
from services.desk.oidc.provider import Provider
from services.desk.operations import routes as operations
from services.desk.operations.watch import Watch
from services.desk.overview.counting import Counting
from services.desk.overview.gathering import Gathering
from services.desk.overview.showing import routes as overview_routes
from services.desk.pages import asked, case, cases, entering, own_case, sensitive
from services.desk.passwords import Passwords
from services.desk.paths import PATHS
from services.desk.posting import papers_of
from services.desk.previewing import Previews
from services.desk.reads.showing import routes as reads_routes
from services.desk.reception import see_other
from services.intake.children import Children
from services.intake.limits import FormLimits
from services.notifier.letter import Letterhead
from shared.department import Department
from shared.domain.envelope import Language
from shared.domain.keys import Keys
from shared.pages.counting import PageCounter
from shared.pages.guard import Guard
from shared.pages.pace import Pace
from shared.pages.rendering import Pages
from shared.pages.routes import common_routes
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.ports.store import Store
from shared.runtime.metrics import Metrics
from shared.runtime.settings import Settings

HERE = Path(__file__).parent
#: Folders with templates and texts of their own.
AREAS = ("api", "office", "operations", "overview", "reads")
#: Pages of the complaints office; before those of acts, whose addresses take any name.
OFFICE = (sorting, oral, accounts, consulted)
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
    children: Children | None = None,
    conditions: Callable[[], dict[str, str]] = dict,
    bus: Bus | None = None,
    settings: Settings | None = None,
    watch: Watch | None = None,
    metrics: Metrics | None = None,
    provider: Provider | None = None,
    api_paces: Paces | None = None,
    limits: FormLimits | None = None,
) -> FastAPI:
    """Return the application of the desk. The two addresses are the bases of links; `children`
    turn documents into pictures, and start when the first is asked for; `conditions` are shown on
    /health/ready; what stands below them is for operations, and for whoever watches."""
    desk_url, public_url = desk_url.rstrip("/"), public_url.rstrip("/")
    desk = Desk(
        store=store,
        clock=clock,
        keys=keys,
        department=department,
        desk_url=desk_url,
        pages=Pages(HERE, *(HERE / area for area in AREAS), department=department),
        passwords=Passwords(),
        pace=Pace(burst=TRIES_AT_ONCE, seconds_each=SECONDS_EACH),
        children=children or Children(max_workers=1),
        previews=Previews(Letterhead(department, keys, public_url, desk_url)),
        bus=bus,
        settings=settings,
        watch=watch or Watch(),
        counting=Counting(Gathering(store, clock, department)),
        papers=papers_of(settings.held_folder if settings else None, keys, clock, limits),
        provider=provider,
    )
    app = FastAPI(
        title="Recours",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=[
            *_common_routes(desk, conditions),
            Mount(API, build_api(desk, api_paces)),
            *(route for code in LANGUAGES for route in _pages(desk, code)),
        ],
        exception_handlers={404: partial(_missing, desk), 405: partial(_missing, desk)},
    )
    app.add_middleware(Guard, sorry=bytes(refusal(desk, "fr", "down", 500).body))
    if metrics is not None:
        # The last one added is the outermost: it sees what the guard answers
        app.add_middleware(
            PageCounter, routes=app.routes, observe=partial(metrics.answered, "desk")
        )
    return app


def _common_routes(desk: Desk, conditions: Callable[[], dict[str, str]]) -> list[Route]:
    return [
        Route("/", partial(_home, "fr")),
        *common_routes(desk.store, conditions),
    ]


def _pages(desk: Desk, language: Language) -> list[Route]:
    """Pages behind the sign-in come before signed links, whose addresses take anything."""
    return [
        Route(ROOTS[language], partial(_home, language)),
        *entering.routes(desk, language),
        *signing_in_elsewhere.routes(desk, language),
        *cases.routes(desk, language),
        *(route for page in OFFICE for route in page.routes(desk, language)),
        *overview_routes(desk, language),
        *reads_routes(desk, language),
        *own_case.routes(desk, language),
        *sensitive.routes(desk, language),
        *asked.routes(desk, language),
        *operations.routes(desk, language),
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
