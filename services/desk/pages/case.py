"""A case by the signed link of a notice: read-only, without an account, for some days."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from services.desk.access import Answer
from services.desk.desk import ROOTS, Desk, Link, Why, other, refusal
from services.desk.opening_case import open_case
from services.desk.pages.of_case import document_of, letter_of, load_file, values_of
from services.desk.paths import PATHS
from shared.domain.case import Case
from shared.domain.envelope import Language
from shared.errors import Transient

REFUSALS: dict[Answer, Why] = {
    Answer.ELSEWHERE: "elsewhere",
    Answer.UNKNOWN: "unknown",
    Answer.EXPIRED: "expired",
}

Show = Callable[[Desk, Language, Link, Case, Request], Awaitable[Response]]


def routes(desk: Desk, language: Language) -> list[Route]:
    case = f"{ROOTS[language]}/{{case_id}}/{{unit_id}}/{{expiry}}/{{mark}}"
    document = f"{case}/document/{{message_id}}/{{part}}"
    return [
        Route(case, partial(_open, desk, language, _show_case)),
        Route(document, partial(_open, desk, language, _give_document)),
        Route(f"{case}/letter/{{notice_id}}", partial(_open, desk, language, _show_letter)),
    ]


async def _open(desk: Desk, language: Language, show: Show, request: Request) -> Response:
    """Open what a link leads to; the reading is recorded first."""
    given = request.path_params
    link = Link(given["case_id"], given["unit_id"], given["expiry"], given["mark"])
    what = "letter" if "notice_id" in given else "document" if "part" in given else "case"
    if given.get("part") == "original":
        what = "original"
    try:
        answer, case = await open_case(desk, link, what=what)
        if case is None:
            return refusal(desk, language, REFUSALS[answer], answer.value, link.path)
        return await show(desk, language, link, case, request)
    except Transient:
        return refusal(desk, language, "down", 503, link.path)


async def _show_case(
    desk: Desk, language: Language, link: Link, case: Case, request: Request
) -> Response:
    del request
    file = await load_file(desk, case)
    html = desk.render(
        "case.html",
        language,
        reader=desk.department.units.get(link.unit_id),
        for_office=link.unit_id == desk.department.complaints_office,
        until=link.until,
        link=f"{ROOTS[language]}/{link.path}",
        own=PATHS[language].case(case.reference),
        other=f"{ROOTS[other(language)]}/{link.path}",
        acts=None,
        reads_path="",
        done="",
        drafts=(),
        **values_of(file),
    )
    return HTMLResponse(html)


async def _give_document(
    desk: Desk, language: Language, link: Link, case: Case, request: Request
) -> Response:
    given = request.path_params
    return await document_of(
        desk, language, case, given["message_id"], given["part"], back=link.path
    )


async def _show_letter(
    desk: Desk, language: Language, link: Link, case: Case, request: Request
) -> Response:
    return await letter_of(desk, language, case, request.path_params["notice_id"], back=link.path)
