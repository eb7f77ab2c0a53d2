"""The page of a case, read-only, and its documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.desk.access import Answer
from services.desk.casefile import MOST_MESSAGES, MOST_NOTICES, CaseFile
from services.desk.desk import ROOTS, Desk, Link, Why, other, refusal
from services.desk.downloads import download_headers
from services.desk.kinds import kind_of
from services.desk.opening_case import open_case
from services.intake.reading.parts import extract
from shared.domain.case import Case
from shared.domain.envelope import Language
from shared.domain.reading import Message
from shared.errors import Poison, Refused, Transient
from shared.pages.rendering import map_shapes
from shared.pages.texts import Texts
from shared.ports.query import Equal, Query

REFUSALS: dict[Answer, Why] = {
    Answer.ELSEWHERE: "elsewhere",
    Answer.UNKNOWN: "unknown",
    Answer.EXPIRED: "expired",
}


async def show_case(desk: Desk, language: Language, request: Request) -> Response:
    """Return the case; the reading is recorded first."""
    link = link_of(request)
    try:
        answer, case = await open_case(desk, link, what="case")
        if case is None:
            return refusal(desk, language, REFUSALS[answer], answer.value, link.path)
        file = await _case_file(desk, case)
    except Transient:
        return refusal(desk, language, "down", 503, link.path)
    html = desk.pages.render(
        "case.html",
        language,
        file=file,
        reader=desk.department.units.get(link.unit_id),
        for_office=link.unit_id == desk.department.complaints_office,
        until=link.until,
        link=f"{ROOTS[language]}/{link.path}",
        other=f"{ROOTS[other(language)]}/{link.path}",
        kind_of=kind_of,
        region_names=region_names,
        silence=silence,
        map_shapes=map_shapes() if file.regions else "",
    )
    return HTMLResponse(html)


async def give_document(desk: Desk, language: Language, request: Request) -> Response:
    """Return one document, or a whole message as it came, for saving and never for showing."""
    link = link_of(request)
    message_id, part = request.path_params["message_id"], request.path_params["part"]
    what = "original" if part == "original" else "document"
    try:
        answer, case = await open_case(desk, link, what=what)
        if case is None:
            return refusal(desk, language, REFUSALS[answer], answer.value, link.path)
        message = await _message(desk, case, message_id)
        if message is not None and _is_infected(message, part):
            return refusal(desk, language, "infected", 403, link.path)
        raw = await desk.store.envelopes.raw(message.envelope_id) if message else None
    except Transient:
        return refusal(desk, language, "down", 503, link.path)
    if raw is None:
        return refusal(desk, language, "document", 404, link.path)
    if part == "original":
        headers = download_headers(f"{case.reference}.eml", "message/rfc822")
        return Response(raw, 200, headers)
    try:
        name, detected, data = await asyncio.to_thread(extract, raw, part)
    except (Refused, Poison):
        return refusal(desk, language, "document", 404, link.path)
    return Response(data, 200, download_headers(name, detected))


def region_names(regions: Sequence[str], texts: Texts) -> str:
    """Return the names of regions, by their codes, as one enumeration."""
    return ", ".join(texts.get(f"region.{code}", code) for code in regions)


def silence(reasons: Sequence[str], texts: Texts) -> Markup:
    """Return in words why no automatic answer goes out; marks of automatic mail are one reason."""
    words = (texts.get(f"silence.{reason}", texts("silence.automatic")) for reason in reasons)
    return Markup(", ").join(dict.fromkeys(words))


def link_of(request: Request) -> Link:
    """Return the signed link in the address of a request."""
    given = request.path_params
    return Link(
        case_id=given["case_id"],
        unit_id=given["unit_id"],
        expiry=given["expiry"],
        mark=given["mark"],
    )


async def _case_file(desk: Desk, case: Case) -> CaseFile:
    of_case = Equal("case_id", case.id)
    messages, notices, reads = await asyncio.gather(
        desk.store.messages.find(Query(of_case, sort="at", limit=MOST_MESSAGES)),
        desk.store.notices.find(Query(of_case, sort="created_at", limit=MOST_NOTICES)),
        desk.store.reads.count(of_case),
    )
    # Who hears of a sensitive complaint is nobody else's to know.
    notices = [notice for notice in notices if notice.role != "authorities"]
    # The reading that was just recorded is this one.
    return CaseFile(
        case=case,
        messages=messages,
        notices=notices,
        reads=max(reads - 1, 0),
        department=desk.department,
        now=desk.clock.now(),
    )


async def _message(desk: Desk, case: Case, message_id: str) -> Message | None:
    """Return a message of this case, and of no other."""
    message = await desk.store.messages.get(message_id)
    return message if message is not None and message.case_id == case.id else None


def _is_infected(message: Message, part: str) -> bool:
    """Tell whether a virus was found in what is asked for: the original holds every document."""
    infected = {each.part for each in message.documents if each.state == "infected"}
    return part in infected or (part == "original" and bool(infected))
