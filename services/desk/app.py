"""The desk: people's pages. This first one opens a case by the signed link of a notice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import ROOTS, Desk, refusal
from services.desk.pages.case import give_document, show_case
from services.desk.pages.letter import show_letter
from shared.department import Department
from shared.domain.envelope import Language
from shared.domain.keys import Keys
from shared.pages.guard import Guard
from shared.pages.rendering import Pages
from shared.pages.routes import common_routes
from shared.ports.clock import Clock
from shared.ports.store import Store

LANGUAGES: tuple[Language, ...] = ("fr", "en")


def build_app(
    *,
    store: Store,
    clock: Clock,
    keys: Keys,
    department: Department,
    desk_url: str,
    conditions: Callable[[], dict[str, str]] = dict,
) -> FastAPI:
    """Return the application of the desk. `desk_url` is the base of every link to it; `conditions`
    are shown on /health/ready."""
    desk = Desk(
        store=store,
        clock=clock,
        keys=keys,
        department=department,
        desk_url=desk_url.rstrip("/"),
        pages=Pages(Path(__file__).parent, department=department),
    )
    app = FastAPI(
        title="Recours",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=[
            *_common_routes(desk, conditions),
            *(r for code in LANGUAGES for r in _pages(desk, code)),
        ],
        exception_handlers={404: partial(_missing, desk), 405: partial(_missing, desk)},
    )
    app.add_middleware(Guard, sorry=bytes(refusal(desk, "fr", "down", 500).body))
    return app


def _common_routes(desk: Desk, conditions: Callable[[], dict[str, str]]) -> list[Route]:
    return [
        Route("/", partial(_home, desk, "fr")),
        *common_routes(desk.store, conditions),
    ]


def _pages(desk: Desk, language: Language) -> list[Route]:
    case = f"{ROOTS[language]}/{{case_id}}/{{unit_id}}/{{expiry}}/{{mark}}"
    document = f"{case}/document/{{message_id}}/{{part}}"
    return [
        Route(ROOTS[language], partial(_home, desk, language)),
        Route(case, partial(show_case, desk, language)),
        Route(document, partial(give_document, desk, language)),
        Route(f"{case}/letter/{{notice_id}}", partial(show_letter, desk, language)),
    ]


async def _home(desk: Desk, language: Language, request: Request) -> Response:
    del request
    return refusal(desk, language, "home", 200)


async def _missing(desk: Desk, request: Request, error: Exception) -> Response:
    del error
    language: Language = "en" if request.url.path.startswith("/en/") else "fr"
    return refusal(desk, language, "unknown", 404)
