"""The question in a closing mail: does our answer satisfy you? Signed link, no account, once.

Following the link records nothing: programs that check mail follow every link in it. The page has
three buttons, and the first answer is kept.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from services.intake.door import PATHS, Door, other
from services.intake.showing import message_page
from shared.domain.act import Satisfaction, Satisfied
from shared.domain.case import Case
from shared.domain.envelope import Language
from shared.domain.reference import parse_reference
from shared.errors import Conflict, Transient
from shared.ports.query import Equal, Query

#: What the three buttons post. A body is read no further than this many octets.
ANSWERS: dict[str, Satisfied] = {"oui": "yes", "en-partie": "partly", "non": "no"}
MOST_OCTETS = 1024
#: Saves that lost against another one; the case is read again before each.
TRIES = 5


def opinion_routes(door: Door, language: Language) -> list[Route]:
    """Return the page of the question and where its buttons lead."""
    path = f"{PATHS[language].opinion}/{{reference}}/{{mark}}"
    return [
        Route(path, partial(_ask, door, language)),
        Route(path, partial(_record, door, language), methods=["POST"]),
    ]


async def _ask(door: Door, language: Language, request: Request) -> Response:
    try:
        case = await _closed_case(door, request)
    except Transient:
        return message_page(door, language, "down", 503)
    if case is None:
        return message_page(door, language, "missing", 404)
    return _page(door, language, request, given=case.satisfaction is not None)


async def _record(door: Door, language: Language, request: Request) -> Response:
    answer = await _answer_in(request)
    try:
        case = await _closed_case(door, request)
        if case is None:
            return message_page(door, language, "missing", 404)
        if answer is None:
            return _page(door, language, request, given=case.satisfaction is not None)
        await _keep(door, case, Satisfaction(answer=answer, at=door.clock.now()))
    except Transient:
        return message_page(door, language, "down", 503)
    return _page(door, language, request, given=True)


async def _keep(door: Door, case: Case, said: Satisfaction) -> None:
    """Keep the first answer; raise Transient when others keep changing the case."""
    for _ in range(TRIES):
        if case.satisfaction is not None:
            return
        try:
            await door.store.cases.save(case.changed(satisfaction=said))
        except Conflict:
            case = await door.store.cases.get(case.id) or case
        else:
            return
    raise Transient("case_busy")


async def _closed_case(door: Door, request: Request) -> Case | None:
    """Return the case of a genuine link; a wrong mark and a case still open look the same."""
    given = request.path_params
    reference = parse_reference(given["reference"])
    if reference is None or not door.keys.verifies(given["mark"], "opinion", reference):
        return None
    found = await door.store.cases.find(Query(Equal("reference", reference), limit=1))
    return found[0] if found and found[0].state == "closed" else None


async def _answer_in(request: Request) -> Satisfied | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_OCTETS:
            return None
    posted = parse_qs(body.decode("ascii", "replace"))
    return ANSWERS.get((posted.get("avis") or [""])[0])


def _page(door: Door, language: Language, request: Request, *, given: bool) -> HTMLResponse:
    params = request.path_params
    path = f"{params['reference']}/{params['mark']}"
    html = door.pages.render(
        "opinion.html",
        language,
        paths=PATHS[language],
        other=f"{PATHS[other(language)].opinion}/{path}",
        here=f"{PATHS[language].opinion}/{path}",
        today=door.today(),
        main_address=door.addresses.main,
        given=given,
        answers=tuple(ANSWERS),
    )
    return HTMLResponse(html)
