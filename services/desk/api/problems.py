"""What went wrong, as other programs read it: `application/problem+json` (RFC 9457). Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.desk.desk import Desk
from shared.domain.document import Value
from shared.domain.envelope import Language

MEDIA_TYPE = "application/problem+json"
#: Seconds after which another try makes sense.
LATER = {429: "2", 503: "60"}

#: The status of each code of ours; every other refusal is 422, an act that cannot be done.
STATUS = {
    "bad_json": 400,
    "bad_place": 400,
    "no_token": 401,
    "wrong_token": 401,
    "not_allowed": 403,
    "infected": 403,
    "unknown": 404,
    "no_document": 404,
    "no_such_method": 405,
    "changed_meanwhile": 409,
    "too_large": 413,
    "too_fast": 429,
    "broken": 500,
    "down": 503,
}
#: What every address may answer beside what was asked for.
DOCUMENTED = (400, 401, 403, 404, 413, 422, 429, 503)


class Fault(Value):
    """One field that does not fit."""

    field: str
    words: str


class Problem(Value):
    """A problem. `code` is a short word that stays; `detail` is for people and may change."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    faults: tuple[Fault, ...] = ()


def documented(*more: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems of a route, as FastAPI describes them."""
    statuses = sorted({*DOCUMENTED, *more})
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in statuses
    }


def problem(desk: Desk, request: Request, code: str, *, faults: Sequence[Fault] = ()) -> Response:
    """Return the answer for a code, in words of the language asked for."""
    status = STATUS.get(code, 422)
    texts = desk.pages.texts(language_of(request))
    words = texts.get(f"api.{code}") or texts.get(f"refused.{code}", texts("refused.other"))
    told = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=str(words),
        faults=tuple(faults),
    )
    # ASCII: names of fields come from outside, and half a surrogate pair has no other spelling
    body = json.dumps(told.model_dump(), ensure_ascii=True)
    return Response(body, status, _headers(status, code), MEDIA_TYPE)


def language_of(request: Request) -> Language:
    """Return the language of the words: French unless English is what a program asks for first."""
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "fr"


def as_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the description of the interface with its problems under their own media type."""
    for path in schema["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                if not status.startswith("2") and "application/json" in content:
                    answer["content"] = {MEDIA_TYPE: content["application/json"]}
    return schema


def _headers(status: int, code: str) -> Mapping[str, str]:
    if status == HTTPStatus.UNAUTHORIZED:  # RFC 6750 section 3
        error = "" if code == "no_token" else ', error="invalid_token"'
        return {"WWW-Authenticate": f'Bearer realm="recours"{error}'}
    return {"Retry-After": LATER[status]} if status in LATER else {}
