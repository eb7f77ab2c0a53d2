"""The form door: public form, documents, status page, in French and English, without script.

What is sent becomes a MIME message and takes the same way as mail; the page says "received" only
when the message is durably kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.intake.answers import Answers
from services.intake.door import PATHS, Door
from services.intake.filing import file_complaint
from services.intake.holding import HeldDocuments
from services.intake.limits import FormLimits
from services.intake.opinions import opinion_routes
from services.intake.showing import (
    Try,
    about_page,
    form_page,
    message_page,
    received_page,
    sorry_page,
    status_page,
)
from services.intake.standing import standing_of
from services.intake.unit_pages import unit_routes
from services.intake.uploads import InFlight
from shared.department import Addresses, Department
from shared.domain.case import Case
from shared.domain.envelope import Language
from shared.domain.keys import Keys
from shared.domain.reference import parse_reference
from shared.errors import Transient
from shared.pages.guard import Guard
from shared.pages.pace import Pace
from shared.pages.rendering import Pages
from shared.pages.routes import common_routes
from shared.ports.clock import Clock
from shared.ports.query import Equal, Query
from shared.ports.store import Store

Page = Callable[..., Awaitable[Response]]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


def build_app(
    *,
    store: Store,
    clock: Clock,
    keys: Keys,
    addresses: Addresses,
    department: Department | None,
    public_url: str,
    limits: FormLimits | None = None,
    held_folder: Path | None = None,
) -> FastAPI:
    """Return the application of the form door.

    `department` is None when its tables cannot be used: the form then has no list of offices and
    promises no days. `held_folder` keeps documents of refused pages; processes that share it can
    answer for each other, and None means a private one in the machine's temporary folder.
    """
    limits = limits or FormLimits()
    door = Door(
        store=store,
        clock=clock,
        keys=keys,
        addresses=addresses,
        department=department,
        public_url=public_url.rstrip("/"),
        limits=limits,
        pages=Pages(Path(__file__).parent, department=department),
        held=HeldDocuments(held_folder, keys=keys, clock=clock, limits=limits),
        in_flight=InFlight(limits.in_flight_bytes),
        pace=Pace(burst=limits.burst, seconds_each=limits.seconds_each),
    )
    app = FastAPI(
        title="Recours",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=[*_common_routes(door), *(r for code in LANGUAGES for r in _pages(door, code))],
        exception_handlers={404: partial(_missing, door), 405: partial(_missing, door)},
    )
    app.add_middleware(Guard, sorry=sorry_page(door))
    return app


def _common_routes(door: Door) -> list[Route]:
    return [
        Route("/", partial(_go, PATHS["fr"].form)),
        Route("/en", partial(_go, PATHS["en"].form)),
        Route("/en/", partial(_go, PATHS["en"].form)),
        *common_routes(door.store),
    ]


def _pages(door: Door, language: Language) -> list[Route]:
    paths = PATHS[language]
    file = partial(file_complaint, door=door, language=language)
    received = f"{paths.received}/{{reference}}/{{envelope_id}}/{{documents:int}}/{{mark}}"
    return [
        Route(paths.form, partial(_form, door, language)),
        Route(paths.form, file, methods=["POST"]),
        Route(received, partial(_received, door, language)),
        Route(f"{paths.status}/{{reference}}/{{secret}}", partial(_status, door, language)),
        Route(paths.about, partial(_about, door, language)),
        *unit_routes(door, language),
        *opinion_routes(door, language),
    ]


async def _go(path: str, request: Request) -> Response:
    del request
    return RedirectResponse(path, 307)


async def _form(door: Door, language: Language, request: Request) -> Response:
    door.held.tidy()
    # The page of a unit leads here with that unit chosen; the person may choose another
    unit = request.query_params.get("bureau", "")
    chosen = Answers(bureau=unit) if unit in door.live_units() else Answers()
    response = form_page(door, language, Try(answers=chosen))
    # An empty form holds nothing of anybody; kept by the browser, "back" finds what was typed.
    response.headers["Cache-Control"] = "no-cache"
    return response


async def _received(door: Door, language: Language, request: Request) -> Response:
    given = request.path_params
    facts = (given["reference"], given["envelope_id"], str(given["documents"]))
    if not door.keys.verifies(given["mark"], "received", *facts):
        return message_page(door, language, "missing", 404)
    try:
        envelope = await door.store.envelopes.get(given["envelope_id"])
    except Transient:
        return message_page(door, language, "down", 503)
    if envelope is None:
        return message_page(door, language, "missing", 404)
    path = "/".join((*facts, given["mark"]))
    return received_page(door, language, envelope, given["reference"], given["documents"], path)


async def _status(door: Door, language: Language, request: Request) -> Response:
    secret = request.path_params["secret"]
    reference = parse_reference(request.path_params["reference"])
    # A wrong secret and a reference that was never given look the same.
    if not door.keys.verifies(secret, "status", reference or "") or reference is None:
        return message_page(door, language, "missing", 404)
    try:
        case = await _case_of(door, reference)
        notices = []
        if case is not None:
            query = Query(Equal("case_id", case.id), sort="created_at")
            notices = await door.store.notices.find(query)
    except Transient:
        return message_page(door, language, "down", 503)
    return status_page(
        door,
        language,
        reference=reference,
        case=case,
        standing=standing_of(case, notices, door.department, door.clock.now()),
        path=f"{reference}/{secret}",
    )


async def _case_of(door: Door, reference: str) -> Case | None:
    found = await door.store.cases.find(Query(Equal("reference", reference), limit=1))
    return found[0] if found else None


async def _about(door: Door, language: Language, request: Request) -> Response:
    del request
    return about_page(door, language)


async def _missing(door: Door, request: Request, error: Exception) -> Response:
    del error
    language: Language = "en" if request.url.path.startswith("/en/") else "fr"
    return message_page(door, language, "missing", 404)
