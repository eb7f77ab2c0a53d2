"""The interface for other programs, put together: /api/v1, described at /api/v1/openapi.json."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.desk.api import cases, documents
from services.desk.api.callers import Paces, usual_paces
from services.desk.api.problems import Fault, as_problems, problem
from services.desk.api.slim import Slim
from services.desk.desk import Desk
from services.desk.performing import field_of
from shared.errors import Conflict, Refused, Transient

PATH = "/api/v1"
_BY_STATUS = {404: "unknown", 405: "no_such_method"}

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def build_api(desk: Desk, paces: Paces | None = None) -> FastAPI:
    """Return the application that is mounted at PATH; nothing of it honours a cookie."""
    handlers: dict[int | type[Exception], Handler] = {
        Refused: partial(_refused, desk),
        Transient: partial(_down, desk),
        Conflict: partial(_changed, desk),
        RequestValidationError: partial(_unfit, desk),
        HTTPException: partial(_of_status, desk),
        Exception: partial(_broken, desk),
    }
    app = FastAPI(
        title="Recours",
        version="1",
        description="Complaints for other programs of the department. See docs/api.md.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        servers=[{"url": PATH}],
        root_path_in_servers=False,
        redirect_slashes=False,
        exception_handlers=handlers,
    )
    app.state.desk, app.state.paces = desk, paces or usual_paces()
    app.include_router(cases.router)
    app.include_router(documents.router)
    app.add_middleware(Slim, too_large=partial(problem, desk, code="too_large"))
    plain = app.openapi
    app.openapi = lambda: as_problems(plain())  # type: ignore[method-assign] # as FastAPI says
    return app


async def _refused(desk: Desk, request: Request, error: Refused) -> Response:
    field = field_of(error.code, request.path_params.get("act", ""))
    faults = [Fault(field=f"body.{field}", words=error.code)] if field else []
    return problem(desk, request, error.code, faults=faults)


async def _down(desk: Desk, request: Request, error: Transient) -> Response:
    del error
    return problem(desk, request, "down")


async def _changed(desk: Desk, request: Request, error: Conflict) -> Response:
    del error
    return problem(desk, request, "changed_meanwhile")


async def _unfit(desk: Desk, request: Request, error: RequestValidationError) -> Response:
    """Say which fields do not fit, and nothing of what stood in them."""
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(desk, request, "bad_json")
    faults = [Fault(field=".".join(map(str, one["loc"])), words=one["msg"]) for one in found]
    return problem(desk, request, "bad_fields", faults=faults)


async def _of_status(desk: Desk, request: Request, error: HTTPException) -> Response:
    """Say what the framework found: no such address, no such method, no readable body."""
    answer = problem(desk, request, _BY_STATUS.get(error.status_code, "bad_json"))
    answer.headers.update(error.headers or {})
    return answer


async def _broken(desk: Desk, request: Request, error: Exception) -> Response:
    del error  # the guard around all pages logs it
    return problem(desk, request, "broken")
